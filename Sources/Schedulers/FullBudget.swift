public import StudyModel

/// Gives every trial its full budget: the scheduler of `random`.
public struct FullBudget: TrialScheduler {
  private let maximum: Budget

  /// A scheduler that trains each trial up to `maximum`.
  public init(maximum: Budget) { self.maximum = maximum }

  /// Starts the next trial whenever a slot asks.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next): next.map { [.start($0, upTo: maximum)] } ?? []
    case .reported(let trial, .diverged, _): [.stop(trial)]
    case .reported(let trial, _, let budget):
      [budget < maximum ? .goOn(trial, upTo: maximum) : .complete(trial)]
    case .observed, .ended, .failed: []
    }
  }
}
