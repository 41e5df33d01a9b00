public import Coordination
import StudyModel

/// What the report's page draws, as JSON; the page itself is a resource of the program.
public struct ReportPage: Encodable, Sendable {
  struct Trial: Encodable, Sendable {
    var trial: TrialID
    var state: TrialRecord.State
    var configuration: Configuration
    var attempts: Int
    var epoch: Int
    var value: Double?
    var started: Double?
    var ended: Double?
    /// Seconds that it was trained, on whatever slots.
    var busy: Double
    var hosts: [String]
    var reason: String
    var reports: [[Double?]]
  }

  var version: String
  var generated: String
  var study: String
  var state: StudyStatus.State
  var metric: String
  var goal: Goal
  var fidelity: String
  var fidelityMaximum: Int
  var algorithm: String
  var elapsedSeconds: Double
  var slots: Int
  var utilization: Double
  var gpuHours: Double
  var devices: [DeviceShare]?
  var baseline: Double?
  var counts: StudyStatus.Counts
  var best: StudyStatus.Leader?
  var front: [FrontMember]?
  var finish: [Training]?
  var parameters: [String]
  var rungs: [Int]
  var bestOverTime: [[Double]]
  var trials: [Trial]

  private enum CodingKeys: String, CodingKey {
    case version, generated, study, state, metric, goal, fidelity
    case fidelityMaximum = "fidelity_max"
    case algorithm
    case elapsedSeconds = "elapsed_seconds"
    case slots, utilization
    case gpuHours = "gpu_hours"
    case devices
    case baseline, counts, best, front, finish, parameters, rungs
    case bestOverTime = "best_over_time"
    case trials
  }

  /// The page of a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state.
  ///   - isHeld: Whether a coordinator is running it now.
  ///   - version: The version of Rung.
  ///   - generated: The moment of the report, in ISO 8601.
  public init(of coordinator: Coordinator, isHeld: Bool, version: String, generated: String) {
    let status = StudyStatus(of: coordinator, isHeld: isHeld)
    let study = coordinator.study
    self.version = version
    self.generated = generated
    self.study = study.name
    state = status.state
    metric = study.metric.name
    goal = study.metric.goal
    fidelity = study.fidelity.name
    fidelityMaximum = study.fidelity.maximum.epochs
    algorithm = study.algorithm.label
    elapsedSeconds = status.elapsedSeconds
    slots = coordinator.slotCount
    utilization = status.utilization
    gpuHours = status.gpuHours
    devices = status.devices
    baseline = study.baseline
    counts = status.trials
    best = status.bestFull ?? status.best
    front = status.front
    finish = status.finish
    parameters = study.space.parameters.map(\.name)
    rungs = study.comparedBudgets.map(\.epochs)
    bestOverTime = Self.bestOverTime(coordinator)
    let rows = Self.rows(coordinator)
    trials = coordinator.trials.map { trial in
      Trial(
        trial: trial.id, state: trial.state, configuration: trial.configuration,
        attempts: trial.attempts, epoch: trial.epoch, value: trial.last?.value,
        started: trial.started?.seconds, ended: trial.ended?.seconds,
        busy: Double(trial.busyMicroseconds) / 1e6, hosts: trial.hosts,
        reason: trial.reason.description, reports: rows[trial.id.number])
    }
  }

  private static func bestOverTime(_ coordinator: Coordinator) -> [[Double]] {
    guard let values = coordinator.reports.column(coordinator.study.metric.name) else { return [] }
    let sign = coordinator.study.metric.goal == .maximize ? 1.0 : -1.0
    var best = -Double.infinity
    var points: [[Double]] = []
    for (row, value) in values.enumerated() where value.isFinite && sign * value > best {
      best = sign * value
      points.append([Double(coordinator.reports.times[row]) / 1e6, value])
    }
    return points
  }

  private static func rows(_ coordinator: Coordinator) -> [[[Double?]]] {
    var rows = [[[Double?]]](repeating: [], count: coordinator.trials.count)
    let log = coordinator.reports
    guard let values = log.column(coordinator.study.metric.name) else { return rows }
    for row in 0..<log.count {
      rows[log.trials[row]].append([
        Double(log.times[row]) / 1e6, Double(log.epochs[row]),
        values[row].isFinite ? values[row] : nil,
      ])
    }
    return rows
  }
}
