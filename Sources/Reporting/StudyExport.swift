public import Coordination
import StudyModel

/// A whole study as one JSON object: what `rung export --format json` prints.
public struct StudyExport: Encodable, Sendable {
  /// One trial.
  public struct Trial: Encodable, Sendable {
    var trial: TrialID
    var state: TrialRecord.State
    var reason: String
    var configuration: Configuration
    /// What its last process saw in the place of settings that follow its GPUs.
    var scaled: Configuration?
    var attempts: Int
    var failures: Int
    var epoch: Int
    var value: Double?
    var started: Double?
    var ended: Double?
    var hosts: [String]
    var reports: [Row]

    private enum CodingKeys: String, CodingKey {
      case trial, state, reason, configuration, scaled, attempts, failures, epoch, value
      case started = "started_seconds"
      case ended = "ended_seconds"
      case hosts, reports
    }
  }

  /// One report.
  public struct Row: Encodable, Sendable {
    var seconds: Double
    var epoch: Int
    var attempt: Int
    /// Values by name; `nil` where a value is missing or not a finite number.
    var metrics: [String: Double?]
  }

  var status: StudyStatus
  var trials: [Trial]

  /// The export of a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state.
  ///   - isHeld: Whether a coordinator is running it now.
  public init(of coordinator: Coordinator, isHeld: Bool) {
    status = StudyStatus(of: coordinator, isHeld: isHeld)
    let log = coordinator.reports
    var rows = [[Row]](repeating: [], count: coordinator.trials.count)
    for row in 0..<log.count {
      var metrics: [String: Double?] = [:]
      for (name, column) in zip(log.metrics, log.columns) {
        metrics[name] = column[row].isFinite ? column[row] : Double?.none
      }
      rows[log.trials[row]].append(
        Row(
          seconds: Double(log.times[row]) / 1e6, epoch: log.epochs[row],
          attempt: log.attempts[row], metrics: metrics))
    }
    trials = coordinator.trials.map { trial in
      Trial(
        trial: trial.id, state: trial.state, reason: trial.reason.description,
        configuration: trial.configuration, scaled: trial.scaled?.values,
        attempts: trial.attempts, failures: trial.failures,
        epoch: trial.epoch, value: trial.last?.value, started: trial.started?.seconds,
        ended: trial.ended?.seconds, hosts: trial.hosts, reports: rows[trial.id.number])
    }
  }
}
