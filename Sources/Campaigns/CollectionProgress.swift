public import Coordination

/// How complete a collection, or a part of it, is.
public struct CollectionProgress: Hashable, Sendable, Encodable {
  /// Trainings.
  public var trainings = 0
  /// Those that ended by themselves or trained to the end; diverged ones are such.
  public var ended = 0
  /// Those that failed for good, or whose study was ended before them.
  public var failed = 0
  /// Those that train now.
  public var running = 0
  /// Those that have not begun, or were interrupted.
  public var waiting = 0

  /// Nothing.
  public init() {}

  /// Trainings of a shard of which none has begun.
  public init(waiting: Int) { (trainings, self.waiting) = (waiting, waiting) }

  /// How complete a shard is.
  ///
  /// - Parameters:
  ///   - coordinator: The state of its study.
  ///   - count: How many trainings it has.
  ///   - isHeld: Whether a coordinator runs it.
  public init(of coordinator: Coordinator, count: Int, isHeld: Bool) {
    trainings = count
    for trial in coordinator.trials.prefix(count) {
      switch trial.state {
      case .completed: ended += 1
      case .failed:
        if case .diverged = trial.reason { ended += 1 } else { failed += 1 }
      case .stopped: failed += 1
      case .running, .paused: if isHeld, trial.place != nil { running += 1 }
      }
    }
    waiting = count - ended - failed - running
  }

  /// Both together.
  public static func + (
    left: CollectionProgress, right: CollectionProgress
  ) -> CollectionProgress {
    var sum = left
    sum.trainings += right.trainings
    sum.ended += right.ended
    sum.failed += right.failed
    sum.running += right.running
    sum.waiting += right.waiting
    return sum
  }
}
