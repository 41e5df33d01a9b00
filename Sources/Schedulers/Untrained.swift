import StudyModel

/// Chooses the first configuration and trains nothing: what every other method has to beat.
///
/// Source: the random baseline of Bohdal et al., "PASHA", ICLR 2023, section 5 ("randomly selects
/// the configuration without any training").
public struct Untrained: TrialScheduler {
  private var hasChosen = false

  /// A scheduler that has not chosen yet.
  public init() {}

  /// Chooses once, and gives no slot any work.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    switch event {
    case .slotFreed(let next):
      guard let next, !hasChosen else { return [] }
      hasChosen = true
      return [.choose(next)]
    case .reported(let trial, _, _): return [.stop(trial)]
    case .observed, .ended, .failed: return []
    }
  }
}
