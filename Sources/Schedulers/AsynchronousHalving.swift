public import StudyModel

/// Asynchronous successive halving (ASHA), promotion type: a trial pauses at each rung, and goes on
/// when it is among the best `1/eta` there.
///
/// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
/// Algorithm 2, <https://arxiv.org/abs/1810.05934>. Deviations: a trial whose own report makes it
/// the one that would be promoted next goes on without a pause; a trial that ended its own curve is
/// promoted without being trained, with its last loss; a diverged trial is not recorded, so it is
/// neither a winner nor counted into the quantile. With several metrics the best are those that
/// `ParetoRanking` ranks first, as in MO-ASHA.
public struct AsynchronousHalving: TrialScheduler {
  let brackets: Brackets
  private let goesOn: Bool
  /// `nil` for promotions, as in states that were kept before there was a choice.
  private let first: Schedule.Order?
  private(set) var rungs: [[PromotionRung]]
  private var progress = ProgressList()
  /// The highest budget that a trial is promoted to; `nil` for no such limit.
  var ceiling: Budget?

  /// Promotion-type ASHA.
  ///
  /// - Parameters:
  ///   - rungs: The budgets of the rungs, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  ///   - brackets: From 1 to the number of rungs.
  ///   - seed: Of the draw of a trial's bracket.
  ///   - quantile: Which trials of a rung are the best `1/eta`.
  ///   - goesOn: Whether a trial whose own report makes it the next to be promoted goes on without
  ///     a pause; not where a promoted trial needs other resources than it has.
  ///   - first: What a free slot does first. With `samples` no trial goes on without a pause, since its
  ///     slot has something else to do first.
  public init(
    rungs: [Budget], eta: Int, brackets: Int = 1, seed: UInt64 = 0,
    quantile: Schedule.Quantile = .floor, goesOn: Bool = true,
    first: Schedule.Order = .promotions
  ) {
    self.goesOn = goesOn && first == .promotions
    self.first = first == .promotions ? nil : first
    self.brackets = Brackets(rungs: rungs, eta: eta, count: brackets, seed: seed)
    self.rungs = self.brackets.rungs.map { budgets in
      budgets.indices.map { rung in
        let next = budgets[min(rung + 1, budgets.count - 1)]
        return PromotionRung(
          budget: budgets[rung],
          share: quantile == .floor
            ? .floor(eta: eta)
            : .interpolated(Double(budgets[rung].epochs) / Double(next.epochs)))
      }
    }
  }

  /// Promotes before it starts anything new, or the other way round.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next):
      if first != .samples || next == nil, let promotion = promote() { return [promotion] }
      guard let next else { return [] }
      return [.start(next, upTo: brackets.rungs[brackets.bracket(of: next)][0])]
    case .reported(let trial, let loss, let budget):
      return [record(trial, loss, at: budget) ? decision(on: trial) : standing(trial)]
    case .observed: return []
    case .ended(let trial, let loss):
      end(trial, loss)
      return []
    case .failed(let trial):
      know(trial)
      if !isSettled(trial) { progress[trial.number].isOut = true }
      return []
    }
  }

  private mutating func know(_ trial: TrialID) {
    while progress.count <= trial.number { progress.append(ProgressList.Progress()) }
  }

  /// Whether nothing can happen to the trial any more: it failed, ended or had its full budget.
  private func isSettled(_ trial: TrialID) -> Bool {
    let progress = progress[trial.number]
    return progress.isOut || progress.final != nil
      || progress.recorded == brackets.rungs[brackets.bracket(of: trial)].count
  }

  /// Records a report at the rungs that it reaches first.
  ///
  /// - Returns: Whether it says anything new; if so, a ``decision(on:)`` is due.
  mutating func record(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> Bool {
    know(trial)
    let bracket = brackets.bracket(of: trial)
    var reached = progress[trial.number].recorded
    guard !isSettled(trial), rungs[bracket][reached].budget <= budget else { return false }
    guard loss != .diverged else {
      progress[trial.number].isOut = true
      return true
    }
    while reached < rungs[bracket].count, rungs[bracket][reached].budget <= budget {
      rungs[bracket][reached].record(trial, loss)
      reached += 1
    }
    progress[trial.number].recorded = reached
    return true
  }

  /// Decides on a trial that was just recorded: it goes on if it would be promoted next.
  mutating func decision(on trial: TrialID) -> Decision {
    if goesOn, !progress[trial.number].isOut, let (place, best) = nextPromotion(), best == trial {
      take(place, trial)
    }
    return standing(trial)
  }

  /// The decision that stands on a trial: what its last report led to.
  func standing(_ trial: TrialID) -> Decision {
    let progress = progress[trial.number]
    let budgets = brackets.rungs[brackets.bracket(of: trial)]
    if progress.isOut { return .stop(trial) }
    if progress.final != nil || progress.recorded == budgets.count { return .complete(trial) }
    let trains = progress.recorded == 0 || progress.promoted == progress.recorded
    return trains ? .goOn(trial, upTo: budgets[progress.recorded]) : .pause(trial)
  }

  private mutating func end(_ trial: TrialID, _ loss: Loss) {
    know(trial)
    guard !isSettled(trial) else { return }
    guard loss != .diverged else {
      progress[trial.number].isOut = true
      return
    }
    progress[trial.number].final = loss
    recordNext(trial, loss)
  }

  /// Records a trial that trains no more at the next rung.
  private mutating func recordNext(_ trial: TrialID, _ final: Loss) {
    rungs[brackets.bracket(of: trial)][progress[trial.number].recorded].record(trial, final)
    progress[trial.number].recorded += 1
  }

  /// What was recorded at a rung of the first bracket, in the order of arrival.
  func entries(at rung: Int) -> [PromotionRung.Entry] { rungs[0][rung].entries }

  /// Whether reports of a trial may still say something new.
  func isOpen(_ trial: TrialID) -> Bool {
    trial.number >= progress.count || !isSettled(trial)
  }

  private struct Place: Hashable {
    let bracket: Int
    let rung: Int
  }

  /// The promotion of a trial that can train higher, after those of trials that ended themselves.
  private mutating func nextPromotion() -> (Place, TrialID)? {
    while let (place, trial) = nextCandidate() {
      let progress = progress[trial.number]
      // A report beyond several rungs recorded it higher up already; a failed trial is out.
      let isLast = !progress.isOut && progress.recorded == place.rung + 1
      if isLast, progress.final == nil { return (place, trial) }
      take(place, trial)
      if isLast, let final = progress.final { recordNext(trial, final) }
    }
    return nil
  }

  /// The candidate of the highest budget, so that a trial near its full budget is never kept
  /// waiting by a new one; of the lowest where samples come first; then of the first bracket.
  private mutating func nextCandidate() -> (Place, TrialID)? {
    let fromBelow = first == .samples
    var found: (place: Place, trial: TrialID, budget: Budget)?
    for bracket in rungs.indices {
      let lower = rungs[bracket].indices.dropLast()
      for step in lower {
        let rung = fromBelow ? step : lower.count - 1 - step
        if let ceiling, rungs[bracket][rung + 1].budget > ceiling { continue }
        let budget = rungs[bracket][rung].budget
        if let found, fromBelow ? found.budget <= budget : found.budget >= budget { break }
        if let entry = rungs[bracket][rung].promotable() {
          found = (Place(bracket: bracket, rung: rung), entry.trial, budget)
          break
        }
      }
    }
    return found.map { ($0.place, $0.trial) }
  }

  /// Marks the candidate of a rung as promoted from it.
  private mutating func take(_ place: Place, _ trial: TrialID) {
    _ = rungs[place.bracket][place.rung].promote()
    progress[trial.number].promoted = max(progress[trial.number].promoted, place.rung + 1)
  }

  private mutating func promote() -> Decision? {
    guard let (place, trial) = nextPromotion() else { return nil }
    take(place, trial)
    return .resume(trial, upTo: rungs[place.bracket][place.rung + 1].budget)
  }
}
