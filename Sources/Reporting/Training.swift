public import Coordination
public import StudyModel

/// One training of the search's winner on the full budget.
public struct Training: Hashable, Sendable, Encodable {
  /// The trial that trains.
  public var trial: TrialID
  /// Its seed, from 1.
  public var seed: Int
  /// Where it stands.
  public var state: TrialRecord.State
  /// The epoch of its last report.
  public var epoch: Int
  /// The finite metrics of its last report, the test metric among them if the trial gives one.
  public var metrics: [MetricValue]

  /// The last value of a metric; `nil` where the training did not report it.
  public func value(of metric: String) -> Double? {
    metrics.first { $0.name == metric }?.value
  }

  /// All trainings of a study's winner, by seed.
  public static func all(of coordinator: Coordinator) -> [Training] {
    let log = coordinator.reports
    return coordinator.trials.compactMap { trial in
      guard let seed = trial.finalSeed else { return nil }
      let row = log.trials.lastIndex(of: trial.id.number)
      let metrics = log.metrics.indices.compactMap { column -> MetricValue? in
        guard let row, log.columns[column][row].isFinite else { return nil }
        return MetricValue(name: log.metrics[column], value: log.columns[column][row])
      }
      return Training(
        trial: trial.id, seed: seed, state: trial.state, epoch: trial.epoch, metrics: metrics)
    }
  }
}
