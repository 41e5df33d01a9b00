public import StudyModel

/// Whom a trial is compared with at a rung, as it stands now.
public struct RungField: Hashable, Sendable {
  /// The rung's budget.
  public let budget: Budget
  /// The bracket, from 0: trials of other brackets are not compared with.
  public let bracket: Int
  /// How many trials the rung waits for before it decides; `nil` where it decides at each report.
  public var waitsFor: Int?
  /// Whether a rung that waits has decided.
  public var isSettled = false
  /// The trials that are recorded at the rung, the best first; `nil` where only their losses are kept.
  public var ranked: [TrialID]?
  /// How many of the recorded trials are the best, which go on.
  public let best: Int
  /// Whether all go on, since too few are recorded yet.
  public var isFree = false
  /// Whether nobody goes further for now, however good.
  public var isCeiling = false
}

extension Scheduler {
  /// Whom a trial is compared with at the highest rung at or below a budget.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - budget: That it has reached.
  /// - Returns: `nil` where trials are not compared: below the lowest rung and at the full budget.
  public func field(of trial: TrialID, at budget: Budget) -> RungField? {
    switch self {
    case .promotion(let scheduler): scheduler.field(of: trial, at: budget)
    case .progressive(let scheduler): scheduler.field(of: trial, at: budget)
    case .stopping(let scheduler): scheduler.field(of: trial, at: budget)
    case .synchronous(let scheduler): scheduler.field(of: trial, at: budget)
    case .fullBudget, .generations, .untrained: nil
    }
  }

  /// The bracket of a trial, from 0; of brackets that begin one after the other, its number among all.
  public func bracket(of trial: TrialID) -> Int {
    switch self {
    case .promotion(let scheduler): scheduler.brackets.bracket(of: trial)
    case .stopping(let scheduler): scheduler.brackets.bracket(of: trial)
    case .synchronous(let scheduler): scheduler.bracket(of: trial) ?? 0
    case .progressive, .fullBudget, .generations, .untrained: 0
    }
  }
}

extension ProgressiveHalving {
  func field(of trial: TrialID, at budget: Budget) -> RungField? {
    guard var field = halving.field(of: trial, at: budget) else { return nil }
    field.isCeiling = field.budget >= currentMaximum
    return field
  }
}

extension AsynchronousHalving {
  func field(of trial: TrialID, at budget: Budget) -> RungField? {
    let bracket = brackets.bracket(of: trial)
    guard let place = rungs[bracket].lastIndex(where: { $0.budget <= budget }),
      place + 1 < rungs[bracket].count
    else { return nil }
    let rung = rungs[bracket][place]
    let (ranked, best) = rung.ranked
    return RungField(budget: rung.budget, bracket: bracket, ranked: ranked, best: best)
  }
}

extension SynchronousHalving {
  func field(of trial: TrialID, at budget: Budget) -> RungField? {
    guard let number = bracket(of: trial) else { return nil }
    let budgets = plan(ofBracket: number).budgets
    guard let place = budgets.lastIndex(where: { $0 <= budget }), place + 1 < budgets.count else {
      return nil
    }
    let open = brackets.first { $0.number == number }
    let sizes = open?.sizes ?? sizes(ofFinished: number)
    return RungField(
      budget: budgets[place], bracket: number, waitsFor: sizes[place],
      isSettled: open.map { $0.rung > place } ?? true, best: sizes[place + 1])
  }

  /// The sizes of a bracket that is over: as planned, or as it was closed.
  private func sizes(ofFinished number: Int) -> [Int] {
    let plan = plan(ofBracket: number)
    let members = memberCount(ofBracket: number)
    return members < plan.sizes[0]
      ? BracketPlan.halved(members, rungs: plan.budgets.count, eta: eta) : plan.sizes
  }
}
