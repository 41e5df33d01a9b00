public import StudyModel

/// Asynchronous successive halving (ASHA), promotion type: a trial pauses at each rung, and goes on
/// when it is among the best `1/eta` there.
///
/// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
/// Algorithm 2, <https://arxiv.org/abs/1810.05934>. Deviations: a trial whose own report makes it
/// the one that would be promoted next goes on without a pause; a trial that ended its own curve is
/// promoted without being trained, with its last loss; a diverged trial is not recorded, so it is
/// neither a winner nor counted into the quantile.
public struct AsynchronousHalving: TrialScheduler {
  private let brackets: Brackets
  private var rungs: [[PromotionRung]]
  private var progress: [Progress] = []

  /// Where a trial stands.
  private struct Progress: Sendable, Codable {
    /// Rungs of its bracket at which it is recorded.
    var recorded = 0
    /// The loss that stands for every higher rung, once it has ended.
    var final: Double?
    var isOut = false
  }

  /// Promotion-type ASHA.
  ///
  /// - Parameters:
  ///   - rungs: The budgets of the rungs, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  ///   - brackets: From 1 to the number of rungs.
  ///   - seed: Of the draw of a trial's bracket.
  public init(rungs: [Budget], eta: Int, brackets: Int = 1, seed: UInt64 = 0) {
    self.brackets = Brackets(rungs: rungs, eta: eta, count: brackets, seed: seed)
    self.rungs = self.brackets.rungs.map { budgets in
      budgets.map { PromotionRung(budget: $0, eta: eta) }
    }
  }

  /// Promotes before it starts anything new.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next):
      if let promotion = promote() { return [promotion] }
      guard let next else { return [] }
      return [.start(next, upTo: brackets.rungs[brackets.bracket(of: next)][0])]
    case .reported(let trial, let loss, let budget):
      return [record(trial, loss, at: budget)]
    case .ended(let trial, let loss):
      end(trial, loss)
      return []
    case .failed(let trial):
      know(trial)
      progress[trial.number].isOut = true
      return []
    }
  }

  private mutating func know(_ trial: TrialID) {
    while progress.count <= trial.number { progress.append(Progress()) }
  }

  private mutating func record(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> Decision {
    know(trial)
    let bracket = brackets.bracket(of: trial)
    guard let value = loss.value, !progress[trial.number].isOut else {
      progress[trial.number].isOut = true
      return .stop(trial)
    }
    var reached = progress[trial.number].recorded
    while reached < rungs[bracket].count, rungs[bracket][reached].budget <= budget {
      rungs[bracket][reached].record(trial, value)
      reached += 1
    }
    progress[trial.number].recorded = reached
    if reached == rungs[bracket].count { return .complete(trial) }
    guard reached > 0 else { return .goOn(trial, upTo: rungs[bracket][0].budget) }
    guard let (place, best) = nextPromotion(), best == trial,
      place == Place(bracket: bracket, rung: reached - 1)
    else { return .pause(trial) }
    _ = rungs[bracket][place.rung].promote()
    return .goOn(trial, upTo: rungs[bracket][reached].budget)
  }

  private mutating func end(_ trial: TrialID, _ loss: Loss) {
    know(trial)
    guard let value = loss.value, !progress[trial.number].isOut else {
      progress[trial.number].isOut = true
      return
    }
    progress[trial.number].final = value
    let bracket = brackets.bracket(of: trial)
    let reached = progress[trial.number].recorded
    if reached < rungs[bracket].count {
      rungs[bracket][reached].record(trial, value)
      progress[trial.number].recorded = reached + 1
    }
  }

  private struct Place: Hashable {
    let bracket: Int
    let rung: Int
  }

  /// The promotion that comes next: from the highest budget down, so that a trial near its full
  /// budget is never kept waiting by a new one; then by bracket.
  private mutating func nextPromotion() -> (Place, TrialID)? {
    var found: (place: Place, trial: TrialID, budget: Budget)?
    for bracket in rungs.indices {
      for rung in rungs[bracket].indices.dropLast().reversed() {
        let budget = rungs[bracket][rung].budget
        if let found, found.budget >= budget { break }
        if let entry = rungs[bracket][rung].promotable() {
          found = (Place(bracket: bracket, rung: rung), entry.trial, budget)
          break
        }
      }
    }
    return found.map { ($0.place, $0.trial) }
  }

  private mutating func promote() -> Decision? {
    while let (place, trial) = nextPromotion() {
      _ = rungs[place.bracket][place.rung].promote()
      // A report beyond several rungs recorded it higher up already; a failed trial is out.
      if progress[trial.number].isOut || progress[trial.number].recorded > place.rung + 1 {
        continue
      }
      if let value = progress[trial.number].final {
        rungs[place.bracket][place.rung + 1].record(trial, value)
        progress[trial.number].recorded = place.rung + 2
        continue
      }
      return .resume(trial, upTo: rungs[place.bracket][place.rung + 1].budget)
    }
    return nil
  }
}
