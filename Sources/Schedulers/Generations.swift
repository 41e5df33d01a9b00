public import StudyModel

/// Gives every trial its full budget, generation by generation: once a trial has ended, none starts
/// until all have.
///
/// Source: the synchronous variant of Égelé et al., "AgEBO-Tabular", SC 2021, section 4.6: a barrier
/// after line 9 of Algorithm 1, so that every worker waits for all evaluations. A generation has as
/// many trials as found a slot before the first of them ended.
public struct Generations: TrialScheduler {
  private let maximum: Budget
  private var isRunning: [Bool] = []
  private var runningCount = 0
  /// Whether a trial of this generation has ended.
  private var isClosed = false

  /// A scheduler that trains each trial up to `maximum`.
  public init(maximum: Budget) { self.maximum = maximum }

  /// Starts the next trial if none of its generation has ended.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next):
      guard let next, !isClosed else { return [] }
      while isRunning.count <= next.number { isRunning.append(false) }
      isRunning[next.number] = true
      runningCount += 1
      return [.start(next, upTo: maximum)]
    case .reported(let trial, .diverged, _):
      end(trial)
      return [.stop(trial)]
    case .reported(let trial, _, let budget):
      guard budget >= maximum else { return [.goOn(trial, upTo: maximum)] }
      end(trial)
      return [.complete(trial)]
    case .observed: return []
    case .ended(let trial, _), .failed(let trial):
      end(trial)
      return []
    }
  }

  private mutating func end(_ trial: TrialID) {
    guard isRunning.indices.contains(trial.number), isRunning[trial.number] else { return }
    isRunning[trial.number] = false
    runningCount -= 1
    isClosed = runningCount > 0
  }
}
