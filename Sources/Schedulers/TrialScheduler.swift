public import StudyModel

/// What a scheduler is told.
public enum SchedulerEvent: Hashable, Sendable, Codable {
  /// A slot asks for work; `next` is the trial that a start would begin, `nil` if none may start.
  case slotFreed(next: TrialID?)
  /// A trial has a value at a budget that it was asked to reach, or beyond.
  case reported(TrialID, Loss, at: Budget)
  /// A trial has a value at a budget on its way to the one it was asked to reach.
  ///
  /// Told only to a scheduler with ``TrialScheduler/observesCurves``.
  case observed(TrialID, Loss, at: Budget)
  /// A trial ended its own curve: its last loss stands for every higher budget.
  case ended(TrialID, Loss)
  /// A trial failed for good.
  case failed(TrialID)
}

/// What a scheduler decides.
public enum Decision: Hashable, Sendable, Codable {
  /// The next trial starts and trains up to this budget.
  case start(TrialID, upTo: Budget)
  /// A paused trial goes on, up to this budget.
  case resume(TrialID, upTo: Budget)
  /// The trial that reported trains on without a pause, up to this budget.
  case goOn(TrialID, upTo: Budget)
  /// The trial that reported pauses, and may be resumed.
  case pause(TrialID)
  /// The trial that reported is stopped for good.
  case stop(TrialID)
  /// The trial that reported has had its full budget.
  case complete(TrialID)
  /// The next trial gets its configuration and is the study's choice, without being trained.
  case choose(TrialID)
}

/// Decides which trial gets the next slot and how far it trains.
public protocol TrialScheduler: Sendable, Codable {
  /// Whether the scheduler is to be told of reports at which nothing is to be decided.
  var observesCurves: Bool { get }

  /// Absorbs one event and returns the decisions it causes, in order.
  ///
  /// Equal states given equal events return equal decisions: no clock, no input or output, no
  /// randomness but draws that are functions of seed and trial. A repeated or late event of a
  /// trial changes nothing.
  ///
  /// - Parameter event: What happened.
  /// - Returns: For `slotFreed` one start, resume or choice, or nothing where no work is left;
  ///   for `reported` one decision on that trial; for the others nothing.
  mutating func absorb(_ event: SchedulerEvent) -> [Decision]
}

extension TrialScheduler {
  /// Most schedulers look at the budgets alone that they asked for.
  public var observesCurves: Bool { false }
}
