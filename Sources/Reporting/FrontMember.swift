public import Coordination
public import StudyModel

/// A trial of the Pareto front of a study of several metrics.
public struct FrontMember: Hashable, Sendable, Encodable {
  /// The trial.
  public var trial: TrialID
  /// The metrics, in the study's order.
  public var metrics: [MetricValue]
  /// Its settings.
  public var configuration: Configuration
  /// The epoch of its last report.
  public var epoch: Int

  /// The front of a study, the best in the first metric first.
  public static func all(of coordinator: Coordinator) -> [FrontMember] {
    coordinator.front.members.map { member in
      let record = coordinator.trials[member.trial.number]
      let metrics = zip(coordinator.study.metrics, member.losses).map { metric, loss in
        MetricValue(name: metric.name, value: metric.goal == .maximize ? -loss : loss)
      }
      return FrontMember(
        trial: member.trial, metrics: metrics, configuration: record.configuration,
        epoch: record.epoch)
    }
  }
}

extension FrontMember: CustomStringConvertible {
  /// For example `trial 17 (accuracy 0.9, seconds 12.5)`.
  public var description: String {
    let values = metrics.map { "\($0.name) \(rounded($0.value, 6))" }.joined(separator: ", ")
    return "trial \(trial) (\(values))"
  }
}
