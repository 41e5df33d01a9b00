import StudyModel

/// Successive halving and Hyperband: a rung waits for its members, then the best of them go on.
///
/// Source: Li et al., "Hyperband", JMLR 18 (2018), Algorithm 1; brackets side by side as in Falkner
/// et al., "BOHB", ICML 2018, section 4.2, and HpBandSter's `Master`: a slot gets work of the oldest
/// unfinished bracket that has any, and a new bracket begins where none has. Sizes as in
/// ``BracketPlan``.
///
/// Deviations: trials go on from their checkpoints instead of being trained anew. Failed and
/// diverged trials count as worst and never win; HpBandSter does the same, but fills the gap that
/// they leave at a higher rung with a new configuration, where here the rung stays short. A trial
/// that ended its own curve is promoted without being trained, with its last loss. When no new
/// trials may start, the bracket that still takes some is closed: with `m` members, its rung `i`
/// takes `max(1, floor(m * eta^-i))`, so that its best one reaches the full budget. The trial
/// whose report completes a rung goes on without a pause if it is promoted and no older bracket
/// has work.
public struct SynchronousHalving: TrialScheduler {
  private let plans: [BracketPlan]
  let eta: Int
  private var begun = 0
  /// Unfinished brackets, the oldest first.
  private(set) var brackets: [SynchronousBracket] = []
  private var members: [Member?] = []

  /// A trial of a bracket.
  private struct Member: Sendable, Codable {
    let bracket: Int
    var standing: Standing
  }

  /// Where a trial stands.
  private enum Standing: Hashable, Sendable, Codable {
    case training(upTo: Budget)
    /// It is recorded at its rung, and others are still training.
    case waiting
    /// It is promoted, and waits for a slot.
    case promoted
    /// It had its full budget, or ended its own curve.
    case complete
    /// It failed, or was not among the best.
    case out
  }

  /// Synchronous halving over these kinds of bracket in turn.
  ///
  /// - Parameters:
  ///   - plans: The kinds of bracket; not empty.
  ///   - eta: The reduction factor, at least 2, of brackets that are closed early.
  public init(plans: [BracketPlan], eta: Int) {
    precondition(!plans.isEmpty && eta >= 2)
    self.plans = plans
    self.eta = eta
  }

  /// Takes work from the oldest bracket that has any, and begins another where none has.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next): return give(next).map { [$0] } ?? []
    case .reported(let trial, let loss, let budget): return [record(trial, loss, at: budget)]
    case .observed: return []
    case .ended(let trial, let loss):
      guard let place = place(of: trial), case .training = standing(of: trial) else { return [] }
      set(trial, loss == .diverged ? .out : .complete)
      settle(trial, loss, reached: plans[0].budgets[plans[0].budgets.count - 1], in: place)
      return []
    case .failed(let trial):
      guard let place = place(of: trial) else { return [] }
      fail(trial, in: place)
      return []
    }
  }

  /// The number of a trial's bracket; `nil` of one that was not started.
  func bracket(of trial: TrialID) -> Int? {
    members.indices.contains(trial.number) ? members[trial.number]?.bracket : nil
  }

  /// How many trials were started in a bracket.
  func memberCount(ofBracket number: Int) -> Int { members.count { $0?.bracket == number } }

  /// What a bracket was begun as.
  func plan(ofBracket number: Int) -> BracketPlan { plans[number % plans.count] }

  private func standing(of trial: TrialID) -> Standing {
    guard members.indices.contains(trial.number) else { return .out }
    return members[trial.number]?.standing ?? .out
  }

  private mutating func set(_ trial: TrialID, _ standing: Standing) {
    members[trial.number]?.standing = standing
  }

  /// Where the unfinished bracket of a trial stands among the others.
  private func place(of trial: TrialID) -> Int? {
    guard members.indices.contains(trial.number), let member = members[trial.number] else {
      return nil
    }
    return brackets.firstIndex { $0.number == member.bracket }
  }

  private mutating func give(_ next: TrialID?) -> Decision? {
    if next == nil, let last = brackets.last, last.isOpen {
      brackets[brackets.count - 1].close()
      advance(brackets.count - 1)
    }
    for place in brackets.indices {
      if let trial = nextPromoted(in: place) {
        brackets[place].queue.removeLast()
        return .resume(trial, upTo: train(trial, in: place))
      }
      if let next, brackets[place].isOpen { return start(next, in: place) }
    }
    guard let next else { return nil }
    let plan = plans[begun % plans.count]
    brackets.append(SynchronousBracket(number: begun, plan: plan, eta: eta))
    begun += 1
    return start(next, in: brackets.count - 1)
  }

  private mutating func start(_ trial: TrialID, in place: Int) -> Decision {
    while members.count <= trial.number { members.append(nil) }
    brackets[place].add()
    let budget = brackets[place].budget
    members[trial.number] = Member(
      bracket: brackets[place].number, standing: .training(upTo: budget))
    return .start(trial, upTo: budget)
  }

  /// The best promoted trial of a bracket that waits for a slot; it stays the last of its queue.
  private mutating func nextPromoted(in place: Int) -> TrialID? {
    while let trial = brackets[place].queue.last {
      if standing(of: trial) == .promoted { return trial }
      brackets[place].queue.removeLast()
    }
    return nil
  }

  private mutating func train(_ trial: TrialID, in place: Int) -> Budget {
    let budget = brackets[place].budget
    set(trial, .training(upTo: budget))
    return budget
  }

  private mutating func record(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> Decision {
    guard case .training(let target) = standing(of: trial), target <= budget,
      let place = place(of: trial)
    else { return answer(to: trial) }
    let isFull = budget >= brackets[place].budgets[brackets[place].budgets.count - 1]
    set(trial, loss == .diverged ? .out : isFull ? .complete : .waiting)
    let isOldest = (0..<place).allSatisfy { nextPromoted(in: $0) == nil }
    if let place = settle(trial, loss, reached: budget, in: place), isOldest,
      standing(of: trial) == .promoted
    {
      // Its place in the queue is skipped, as it is not waiting any more.
      return .goOn(trial, upTo: train(trial, in: place))
    }
    return answer(to: trial)
  }

  /// The decision that stands on a trial: what its last report led to.
  private func answer(to trial: TrialID) -> Decision {
    switch standing(of: trial) {
    case .training(let budget): .goOn(trial, upTo: budget)
    case .waiting, .promoted: .pause(trial)
    case .complete: .complete(trial)
    case .out: .stop(trial)
    }
  }

  /// Notes a member's last word at its rung.
  ///
  /// - Returns: Where its bracket stands; `nil` when that is finished.
  @discardableResult
  private mutating func settle(
    _ trial: TrialID, _ loss: Loss, reached: Budget, in place: Int
  ) -> Int? {
    if loss == .diverged {
      brackets[place].settleFailure()
    } else {
      brackets[place].settle(RungResult(trial: trial, loss: loss, reached: reached))
    }
    return advance(place)
  }

  private mutating func fail(_ trial: TrialID, in place: Int) {
    switch standing(of: trial) {
    case .training, .promoted: brackets[place].settleFailure()
    case .waiting: brackets[place].withdraw(trial)
    case .complete, .out: return
    }
    set(trial, .out)
    advance(place)
  }

  /// Promotes the best once a rung is complete, rung after rung as long as no member must train.
  @discardableResult
  private mutating func advance(_ place: Int) -> Int? {
    while let (ranked, promoted) = brackets[place].advance() {
      for result in ranked.dropFirst(promoted) where standing(of: result.trial) == .waiting {
        set(result.trial, .out)
      }
      brackets[place].queue = []
      for result in ranked.prefix(promoted).reversed() {
        if result.reached >= brackets[place].budget {
          brackets[place].settle(result)
        } else {
          set(result.trial, .promoted)
          brackets[place].queue.append(result.trial)
        }
      }
      if brackets[place].isFinished {
        brackets.remove(at: place)
        return nil
      }
    }
    return place
  }
}
