public import StudyModel

/// Progressive asynchronous successive halving (PASHA): ASHA whose largest budget begins small, and
/// grows by a rung each time the two highest rungs do not agree on the ranking of their trials.
///
/// Source: Bohdal et al., "PASHA: Efficient HPO and NAS with Progressive Resource Allocation", ICLR
/// 2023, Algorithm 1, <https://arxiv.org/abs/2207.06940>; Syne Tune 0.14.2, `PASHARungSystem`, with
/// which the growth and the threshold agree report by report. Promotions are those of
/// ``AsynchronousHalving``, with its deviations, below the largest budget. Deviations: with fewer
/// than three rungs below the full budget it begins at the second rung as always, where Syne Tune
/// never promotes anything; with several metrics the rankings are those of the first, promotions
/// those of all; a trial that ended its own curve is ranked by its last loss; further
/// ones at `NoiseThreshold`, `SoftRanking` and `RankingCriteria`.
///
/// A report costs O(log n), but between the two highest rungs, while they do not rank their trials
/// exactly alike and the largest budget is not the full one: there it costs O(1) for each trial that
/// trained as far.
public struct ProgressiveHalving: TrialScheduler {
  private let rungs: [Budget]
  private(set) var halving: AsynchronousHalving
  private var watch: RankingWatch
  /// The rung of the largest budget.
  private var highest: Int
  /// Every step of the largest budget, in order.
  public private(set) var growths: [Growth] = []

  /// PASHA.
  ///
  /// - Parameters:
  ///   - rungs: The budgets of the rungs, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  ///   - ranking: When two rungs agree.
  ///   - quantile: Which trials of a rung are the best `1/eta`.
  public init(
    rungs: [Budget], eta: Int, ranking: Ranking = Ranking(), quantile: Schedule.Quantile = .floor
  ) {
    self.rungs = rungs
    halving = AsynchronousHalving(rungs: rungs, eta: eta, quantile: quantile)
    highest = min(1, rungs.count - 1)
    watch = RankingWatch(ranking, lower: rungs[0], upper: rungs[highest])
    halving.ceiling = rungs[highest]
  }

  /// The largest budget that a trial is given for now.
  public var currentMaximum: Budget { rungs[highest] }

  /// The threshold of soft ranking, as of the last comparison that needed it.
  public var threshold: Double { watch.threshold }

  /// Whether values between the rungs matter: they do until the largest budget is the full one.
  public var observesCurves: Bool { watch.observesCurves && !isFull }

  /// Brings ``threshold`` up to date.
  mutating func settle() { watch.settle() }

  private var isFull: Bool { highest == rungs.count - 1 }

  /// Promotes below the largest budget before it starts anything new.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    var decisions: [Decision] = []
    switch event {
    case .reported(let trial, let loss, let budget):
      if halving.record(trial, loss, at: budget) {
        observe(trial, loss, at: budget)
        review()
        decisions = [halving.decision(on: trial)]
      } else {
        decisions = [halving.standing(trial)]
      }
    case .observed(let trial, let loss, let budget):
      if halving.isOpen(trial) { observe(trial, loss, at: budget) }
    case .slotFreed, .ended, .failed:
      decisions = halving.absorb(event)
    }
    // Trials that ended themselves rise while a promotion is looked for.
    while review(), decisions.isEmpty, case .slotFreed = event {
      decisions = halving.absorb(event)
    }
    return decisions
  }

  private mutating func observe(_ trial: TrialID, _ loss: Loss, at budget: Budget) {
    guard observesCurves, let value = loss.value else { return }
    watch.observe(trial, value, at: budget)
  }

  /// Grows as long as the two highest rungs do not agree.
  ///
  /// - Returns: Whether it grew.
  @discardableResult
  private mutating func review() -> Bool {
    var grew = false
    while !isFull {
      watch.look(at: halving.entries(at: highest - 1), halving.entries(at: highest))
      guard let cause = watch.disagreement() else { break }
      growths.append(
        Growth(
          below: rungs[highest - 1], from: rungs[highest], to: rungs[highest + 1], cause: cause))
      highest += 1
      halving.ceiling = rungs[highest]
      watch.move(to: isFull ? nil : (rungs[highest - 1], rungs[highest]))
      grew = true
    }
    return grew
  }
}

extension ProgressiveHalving: Codable {
  private enum Field: CodingKey {
    case rungs, halving, watch, highest, growths
  }

  /// Rebuilds the rankings from what was recorded at the rungs.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    rungs = try container.decode([Budget].self, forKey: .rungs)
    halving = try container.decode(AsynchronousHalving.self, forKey: .halving)
    watch = try container.decode(RankingWatch.self, forKey: .watch)
    highest = try container.decode(Int.self, forKey: .highest)
    growths = try container.decode([Growth].self, forKey: .growths)
    review()
  }

  /// Writes what the rankings follow from.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(rungs, forKey: .rungs)
    try container.encode(halving, forKey: .halving)
    try container.encode(watch, forKey: .watch)
    try container.encode(highest, forKey: .highest)
    try container.encode(growths, forKey: .growths)
  }
}
