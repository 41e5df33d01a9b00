import Schedulers
import StudyModel
import TestSupport

/// PASHA written down as plainly as can be, comparing every pair of curves at every event.
///
/// Source: Bohdal et al., "PASHA", ICLR 2023, Algorithm 1 and sections 4.1 and 4.2.
struct NaiveProgression {
  private let budgets: [Budget]
  private let ranking: Ranking
  private(set) var halving: NaiveHalving
  private(set) var highest: Int
  private(set) var threshold = 0.0
  /// By trial, then by epoch.
  private var curves: [[Double?]]

  init(eta: Int, budgets: [Budget], ranking: Ranking, trials: Int) {
    self.budgets = budgets
    self.ranking = ranking
    halving = NaiveHalving(eta: eta, budgets: [budgets]) { _ in 0 }
    highest = min(1, budgets.count - 1)
    halving.ceiling = budgets[highest]
    curves = Array(repeating: [], count: trials)
  }

  /// One of all criteria, the default most often.
  static func ranking(seed: UInt64) -> Ranking {
    var random = SeededGenerator(seed, 5)
    var ranking = Ranking()
    if random.chance(0.5) {
      ranking.threshold = .noise(percentile: Double(random.integer(0...100)))
      if random.chance(0.7) { ranking.threshold = .noise(percentile: 90) }
      return ranking
    }
    ranking.kind = random.element(of: Ranking.Kind.allCases)
    ranking.threshold = random.element(of: [
      .fixed(0.7), .fixed(20_000), .deviations(2), .meanDistance(1), .medianDistance(1.5),
    ])
    ranking.weight = random.element(of: [0.5, 0.9, 1])
    if random.chance(0.5) { ranking.limit = random.real(0...0.9) }
    return ranking
  }

  mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    var decisions: [Decision] = []
    switch event {
    case .slotFreed(let next):
      repeat { decisions = halving.slotFreed(next: next) } while review() && decisions.isEmpty
    case .reported(let trial, let loss, let budget):
      observe(trial, loss, at: budget)
      var reviewed = self
      decisions = [
        halving.reported(trial, loss, at: budget) { halving in
          reviewed.halving = halving
          reviewed.review()
          halving = reviewed.halving
        }
      ]
      reviewed.halving = halving
      self = reviewed
    case .observed(let trial, let loss, let budget): observe(trial, loss, at: budget)
    case .ended(let trial, let loss): halving.ended(trial, loss)
    case .failed(let trial): halving.out.insert(trial)
    }
    review()
    return decisions
  }

  private mutating func observe(_ trial: TrialID, _ loss: Loss, at budget: Budget) {
    guard let value = loss.value, highest < budgets.count - 1 else { return }
    while curves[trial.number].count < budget.epochs { curves[trial.number].append(nil) }
    curves[trial.number].append(value)
  }

  @discardableResult
  private mutating func review() -> Bool {
    var grew = false
    while highest < budgets.count - 1 {
      estimate()
      guard isUnstable else { break }
      highest += 1
      halving.ceiling = budgets[highest]
      grew = true
    }
    return grew
  }

  /// The threshold from all pairs of curves.
  private mutating func estimate() {
    guard ranking.kind == .soft, case .noise(let percentile) = ranking.threshold else { return }
    var distances: [Double] = []
    // Those that trained beyond the lower rung, up to the higher one.
    let long = curves.filter { $0.count - 1 > budgets[highest - 1].epochs }
      .map { $0.prefix(budgets[highest].epochs + 1) }
    for second in long.indices {
      for first in 0..<second {
        var shared: (epoch: Int, distance: Double, isGreater: Bool)?
        var changes = 0
        for (epoch, (one, two)) in zip(long[first], long[second]).enumerated() {
          guard let one, let two else { continue }
          if let shared, shared.isGreater != (one > two) { changes += 1 }
          shared = (epoch, abs(one - two), one > two)
        }
        guard let shared, shared.epoch > budgets[highest - 1].epochs, changes >= 2 else { continue }
        distances.append(shared.distance)
      }
    }
    if let noise = Self.percentile(percentile, of: distances) { threshold = noise }
  }

  /// As NumPy interpolates.
  private static func percentile(_ percent: Double, of numbers: [Double]) -> Double? {
    guard !numbers.isEmpty else { return nil }
    let sorted = numbers.sorted()
    let place = Double(numbers.count - 1) * (percent / 100)
    let (low, high) = (Int(place), min(Int(place) + 1, numbers.count - 1))
    let (gap, share) = (sorted[high] - sorted[low], place - Double(low))
    return share >= 0.5 ? sorted[high] - gap * (1 - share) : sorted[low] + gap * share
  }

  private var isUnstable: Bool {
    let lower = halving.rungs[0][highest - 1]
    let upper = halving.rungs[0][highest].enumerated().sorted {
      ($0.element.loss, $0.offset) < ($1.element.loss, $1.offset)
    }.map(\.element)
    let former = upper.map { entry in lower.first { $0.trial == entry.trial }?.loss ?? .nan }
    let order = upper.indices.sorted { (former[$0], $0) < (former[$1], $1) }
    guard order != Array(upper.indices) else { return false }
    switch ranking.kind {
    case .soft: return isUnstable(former, within: threshold(for: former))
    case .exact: return true
    case .rankBiasedOverlap:
      let shares = upper.indices.map { depth in
        Double(Set(0...depth).intersection(order[...depth]).count) / Double(depth + 1)
      }
      // With equal weights the package averages the averages of the ranks before.
      let overlap =
        ranking.weight == 1
        ? shares.enumerated().reduce(0.0) { ($0 * Double($1.0) + $1.1) / Double($1.0 + 1) }
        : shares.enumerated().reduce(0.0) { $0 + (1 - ranking.weight) * power($1.0) * $1.1 }
      return overlap < ranking.limit ?? 0.5
    case .reciprocalRankRegret, .absoluteRankRegret:
      let regrets = zip(upper, order).map { best, place -> Double in
        let difference = upper[place].loss - best.loss
        let regret = difference == 0 ? 0 : difference / abs(best.loss)
        return ranking.kind == .absoluteRankRegret ? abs(regret) : regret
      }
      let sum = regrets.enumerated().reduce(0.0) { $0 + $1.1 * power($1.0) }
      return sum / upper.indices.reduce(0.0) { $0 + power($1) } > ranking.limit ?? 0.05
    }
  }

  private func power(_ depth: Int) -> Double {
    (0..<depth).reduce(1.0) { power, _ in power * ranking.weight }
  }

  private func isUnstable(_ former: [Double], within threshold: Double) -> Bool {
    zip(former, former.sorted()).contains { loss, ranked in
      loss > ranked + threshold || loss < ranked - threshold
    }
  }

  private func threshold(for former: [Double]) -> Double {
    let pairs = former.indices.flatMap { second in
      (0..<second).map { abs(former[second] - former[$0]) }
    }
    switch ranking.threshold {
    case .noise: return threshold
    case .fixed(let difference): return difference
    case .deviations(let factor):
      let mean = former.reduce(0, +) / Double(former.count)
      let squares = former.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return factor * (squares / Double(former.count)).squareRoot()
    case .meanDistance(let factor): return factor * (pairs.reduce(0, +) / Double(pairs.count))
    case .medianDistance(let factor): return factor * (Self.percentile(50, of: pairs) ?? 0)
    }
  }
}
