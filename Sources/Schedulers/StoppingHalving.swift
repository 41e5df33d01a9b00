import HeapModule
public import StudyModel

/// Asynchronous successive halving, stopping type: at each rung a trial goes on if it is among the
/// best `1/eta` recorded there so far, and is stopped for good otherwise.
///
/// Source: the stopping variant of ASHA as in Ray Tune's `AsyncHyperBandScheduler` and in Klein et
/// al., "Model-based Asynchronous Hyperparameter and Neural Architecture Search" (2020), section
/// 3.1. As there, a trial goes on while fewer than `eta` are recorded at its rung. Deviations as in
/// ``AsynchronousHalving``.
public struct StoppingHalving: TrialScheduler {
  let brackets: Brackets
  private var rungs: [[QuantileRung]]
  private var progress: [Int?] = []

  /// Stopping-type ASHA.
  ///
  /// - Parameters:
  ///   - rungs: The budgets of the rungs, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  ///   - brackets: From 1 to the number of rungs.
  ///   - seed: Of the draw of a trial's bracket.
  public init(rungs: [Budget], eta: Int, brackets: Int = 1, seed: UInt64 = 0) {
    self.brackets = Brackets(rungs: rungs, eta: eta, count: brackets, seed: seed)
    self.rungs = self.brackets.rungs.map { budgets in
      budgets.map { QuantileRung(budget: $0, eta: eta) }
    }
  }

  /// Starts a trial whenever a slot asks, and stops those that fall behind.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next):
      guard let next else { return [] }
      return [.start(next, upTo: brackets.rungs[brackets.bracket(of: next)][0])]
    case .reported(let trial, let loss, let budget):
      return [record(trial, loss, at: budget)]
    case .observed: return []
    case .ended(let trial, let loss):
      let bracket = brackets.bracket(of: trial)
      guard let reached = recorded(trial), reached < rungs[bracket].count else { return [] }
      if loss != .diverged {
        for rung in reached..<rungs[bracket].count { rungs[bracket][rung].record(trial, loss) }
      }
      progress[trial.number] = nil
      return []
    case .failed(let trial):
      let bracket = brackets.bracket(of: trial)
      guard let reached = recorded(trial), reached < rungs[bracket].count else { return [] }
      progress[trial.number] = nil
      return []
    }
  }

  /// Rungs at which a trial is recorded; `nil` when it is out.
  private mutating func recorded(_ trial: TrialID) -> Int? {
    while progress.count <= trial.number { progress.append(0) }
    return progress[trial.number]
  }

  private mutating func record(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> Decision {
    let bracket = brackets.bracket(of: trial)
    guard var reached = recorded(trial) else { return .stop(trial) }
    guard reached < rungs[bracket].count else { return .complete(trial) }
    let next = rungs[bracket][reached].budget
    guard next <= budget else { return .goOn(trial, upTo: next) }
    guard loss != .diverged else {
      progress[trial.number] = nil
      return .stop(trial)
    }
    var goesOn = true
    while reached < rungs[bracket].count, rungs[bracket][reached].budget <= budget {
      goesOn = rungs[bracket][reached].record(trial, loss)
      reached += 1
    }
    progress[trial.number] = reached
    if reached == rungs[bracket].count { return .complete(trial) }
    if goesOn { return .goOn(trial, upTo: rungs[bracket][reached].budget) }
    progress[trial.number] = nil
    return .stop(trial)
  }
}

extension StoppingHalving {
  /// Whom a trial is compared with; here since a rung keeps to itself what it holds.
  func field(of trial: TrialID, at budget: Budget) -> RungField? {
    let bracket = brackets.bracket(of: trial)
    guard let place = rungs[bracket].lastIndex(where: { $0.budget <= budget }),
      place + 1 < rungs[bracket].count
    else { return nil }
    let rung = rungs[bracket][place]
    return RungField(
      budget: rung.budget, bracket: bracket, ranked: rung.ranked, best: rung.best,
      isFree: rung.count < rung.eta)
  }
}

/// One rung of stopping-type halving: the losses so far, split at the best `1/eta`.
private struct QuantileRung: Sendable, Codable {
  let budget: Budget
  let eta: Int
  private var single = 0
  private var top: Heap<Double> = []
  private var rest: Heap<Double> = []
  private var several = NonDominatedRung()

  init(budget: Budget, eta: Int) {
    self.budget = budget
    self.eta = eta
  }

  /// Losses so far.
  var count: Int { single + several.count }

  /// How many of them are the best.
  var best: Int { several.count > 0 ? several.count / eta : max(1, single / eta) }

  /// The trials, the best first; `nil` with one metric, of which the losses alone are kept.
  var ranked: [TrialID]? { several.count > 0 ? several.ranked : nil }

  /// Adds a loss, and says whether it is among the best `1/eta`.
  @discardableResult
  mutating func record(_ trial: TrialID, _ loss: Loss) -> Bool {
    switch loss {
    case .finite(let value): return record(value)
    case .several(let values):
      several.record(trial, values)
      return several.count < eta || several.isAmongBest(several.count / eta, trial)
    case .diverged: return false
    }
  }

  /// Adds a loss in O(log n), ties counting as among the best.
  @discardableResult
  private mutating func record(_ loss: Double) -> Bool {
    single += 1
    if let worst = top.max, loss < worst { top.insert(loss) } else { rest.insert(loss) }
    while top.count > best, let worst = top.popMax() { rest.insert(worst) }
    while top.count < best, let best = rest.popMin() { top.insert(best) }
    guard single >= eta, let worst = top.max else { return true }
    return loss <= worst
  }

  private enum Field: CodingKey {
    case budget, eta, losses, several
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    self.init(
      budget: try container.decode(Budget.self, forKey: .budget),
      eta: try container.decode(Int.self, forKey: .eta))
    for loss in try container.decode([Double].self, forKey: .losses) { record(loss) }
    several = try container.decode(NonDominatedRung.self, forKey: .several)
  }

  /// Writes the losses ascending: the rung depends on their set alone.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(budget, forKey: .budget)
    try container.encode(eta, forKey: .eta)
    try container.encode((top.unordered + rest.unordered).sorted(), forKey: .losses)
    try container.encode(several, forKey: .several)
  }
}
