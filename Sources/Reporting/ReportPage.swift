public import Coordination
import StudyModel

/// What the report's page draws, as JSON; the page itself is a resource of the program.
///
/// Its form is the page's own affair, and made to be short: trials are columns, curves are thinned where
/// there are many points, what happened on slots is summed up where there are many processes.
public struct ReportPage: Encodable, Sendable {
  /// An improvement of the best value.
  struct Step: Encodable, Sendable {
    var seconds: Double
    var value: Double
    /// GPU-hours that trials had used by then.
    var hours: Double
    var trial: Int

    /// Writes a list of the four.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      for number in [seconds, value, hours] { try container.encode(number) }
      try container.encode(trial)
    }
  }

  /// A process that failed.
  struct Failure: Encodable, Sendable {
    var trial: Int
    var attempt: Int
    var epoch: Int
    var seconds: Double
    var host: String
    var reason: String
    /// The end of what it printed; `nil` where that was not looked for, or is not there.
    var output: String?
  }

  var version: String
  var generated: String
  var study: String
  var state: StudyStatus.State
  var reason: String?
  var metric: String
  var goal: Goal
  /// Whether the larger is better, of all metrics, with their names.
  var metrics: [Metric]
  var fidelity: String
  var fidelityMaximum: Int
  var algorithm: String
  var seed: UInt64
  var elapsedSeconds: Double
  var slots: Int
  var utilization: Double
  var gpuHours: Double
  /// GPU-hours that agents offered.
  var offeredHours: Double
  /// Whether trials have GPUs, so that hours are GPU-hours.
  var hasGPUs: Bool
  var devices: [DeviceShare]?
  var baseline: Double?
  var counts: StudyStatus.Counts
  var best: StudyStatus.Leader?
  var front: [FrontMember]?
  var finish: [Training]?
  var parameters: [String]
  /// Those that are drawn on a logarithmic axis.
  var logarithmic: [String]
  var rungs: [Int]
  var bestOverTime: [Step]
  /// When so many different configurations had been better than the baseline.
  var betterOverTime: [[Double]]?
  var trials: ReportTrials
  var timeline: SlotTimeline?
  var budget: ReportBudget?
  var failures: [Failure]
  /// Failures in all, of which ``failures`` has the first.
  var failureCount: Int
  /// The plan; `nil` where there was none.
  public var plan: ReportPlan?
  /// How to run it again.
  public var origin = ReportOrigin()

  private enum CodingKeys: String, CodingKey {
    case version, generated, study, state, reason, metric, metrics, goal, fidelity, seed
    case fidelityMaximum = "fidelity_max"
    case algorithm
    case elapsedSeconds = "elapsed_seconds"
    case slots, utilization
    case gpuHours = "gpu_hours"
    case offeredHours = "offered_hours"
    case hasGPUs = "has_gpus"
    case devices
    case baseline, counts, best, front, finish, parameters, logarithmic, rungs
    case bestOverTime = "best_over_time"
    case betterOverTime = "better_over_time"
    case trials, timeline, budget, failures
    case failureCount = "failure_count"
    case plan, origin
  }

  /// What is written at most.
  static let mostFailures = 400
  static let mostSteps = 1_000

  /// The page of a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state.
  ///   - history: What led there, from the journal's beginning.
  ///   - isHeld: Whether a coordinator is running it now.
  ///   - version: The version of Rung.
  ///   - generated: The moment of the report, in ISO 8601.
  public init(
    of coordinator: Coordinator, history: StudyHistory, isHeld: Bool, version: String,
    generated: String
  ) {
    let status = StudyStatus(of: coordinator, isHeld: isHeld)
    let study = coordinator.study
    self.version = version
    self.generated = generated
    self.study = study.name
    (state, reason) = (status.state, status.reason)
    metric = study.metric.name
    goal = study.metric.goal
    metrics = study.metrics
    fidelity = study.fidelity.name
    fidelityMaximum = study.fidelity.maximum.epochs
    algorithm = study.algorithm.label
    seed = study.seed
    elapsedSeconds = status.elapsedSeconds
    slots = coordinator.slotCount > 0 ? coordinator.slotCount : history.mostSlots
    utilization = status.utilization
    gpuHours = status.gpuHours
    let busy = Double(coordinator.busyMicroseconds)
    offeredHours =
      busy > 0 ? status.gpuHours * Double(coordinator.slotMicroseconds) / busy : 0
    hasGPUs = study.trial.gpus > 0 || study.trial.sizes != nil
    devices = status.devices
    baseline = study.baseline
    counts = status.trials
    best = status.bestFull ?? status.best
    front = status.front
    finish = status.finish
    parameters = study.space.parameters.map(\.name)
    logarithmic = study.space.parameters.filter(\.domain.isDrawnLogarithmically).map(\.name)
    rungs = study.comparedBudgets.map(\.epochs)
    bestOverTime = Self.bestOverTime(coordinator, history)
    betterOverTime = study.baseline.map { Self.betterOverTime($0, coordinator, history) }
    trials = ReportTrials(of: coordinator)
    if !history.rows.isEmpty {
      timeline = SlotTimeline(of: history, until: coordinator.now.seconds)
      budget = ReportBudget(of: history, coordinator)
    }
    failureCount = history.failures.count
    failures = history.failures.prefix(Self.mostFailures).map {
      Failure(
        trial: $0.leg.trial.number, attempt: $0.leg.attempt, epoch: $0.epoch,
        seconds: cut($0.seconds, places: 1), host: $0.host, reason: $0.reason)
    }
  }

  /// The processes whose output the page shows: the first of each reason, so far as there is room.
  public var shownFailures: [LegID] {
    var seen: Set<String> = []
    return failures.filter { seen.insert($0.reason).inserted }.prefix(Self.mostOutputs).map {
      LegID(TrialID($0.trial), attempt: $0.attempt)
    }
  }

  /// Outputs that are shown at most.
  public static let mostOutputs = 40

  /// Notes the end of what a process printed.
  public mutating func note(output: String, of leg: LegID) {
    for place in failures.indices
    where failures[place].trial == leg.trial.number && failures[place].attempt == leg.attempt {
      failures[place].output = output
    }
  }
}

// What came about over time.
extension ReportPage {
  /// Calls with each row of the log that a trial of the search has reported with a finite value.
  private static func eachReport(_ coordinator: Coordinator, _ body: (Int, Double) -> Void) {
    let log = coordinator.reports
    guard let values = log.column(coordinator.study.metric.name) else { return }
    for (row, value) in values.enumerated()
    where value.isFinite && coordinator.trials[log.trials[row]].finalSeed == nil {
      body(row, value)
    }
  }

  private static func bestOverTime(
    _ coordinator: Coordinator, _ history: StudyHistory
  ) -> [Step] {
    let log = coordinator.reports
    let sign = coordinator.study.metric.goal == .maximize ? 1.0 : -1.0
    var best = -Double.infinity
    var steps: [Step] = []
    eachReport(coordinator) { row, value in
      guard sign * value > best else { return }
      best = sign * value
      steps.append(
        Step(
          seconds: cut(Double(log.times[row]) / 1e6, places: 3), value: value,
          hours: brief(history.hours(at: row)), trial: log.trials[row]))
    }
    return thinned(steps)
  }

  private static func betterOverTime(
    _ baseline: Double, _ coordinator: Coordinator, _ history: StudyHistory
  ) -> [[Double]] {
    let log = coordinator.reports
    let isMaximized = coordinator.study.metric.goal == .maximize
    var counted: Set<Configuration> = []
    var points: [[Double]] = []
    eachReport(coordinator) { row, value in
      guard isMaximized ? value > baseline : value < baseline,
        counted.insert(coordinator.trials[log.trials[row]].configuration).inserted
      else { return }
      points.append([
        cut(Double(log.times[row]) / 1e6, places: 3), brief(history.hours(at: row)),
        Double(counted.count),
      ])
    }
    return thinned(points)
  }

  /// The first, the last and an even choice of what is between.
  private static func thinned<Element>(_ all: [Element]) -> [Element] {
    guard all.count > mostSteps else { return all }
    return (0..<mostSteps).map { all[$0 * (all.count - 1) / (mostSteps - 1)] }
  }
}

extension StudyHistory {
  /// GPU-hours used at a report.
  fileprivate func hours(at row: Int) -> Double { hours.indices.contains(row) ? hours[row] : 0 }

  /// The most slots that any run had, the agents of one time together.
  fileprivate var mostSlots: Int {
    var changes: [(time: Double, slots: Int)] = []
    for service in services {
      changes.append((service.from, service.rows.count))
      if let to = service.to { changes.append((to, -service.rows.count)) }
    }
    // Those that leave go before those that come at the same moment.
    changes.sort { ($0.time, $0.slots) < ($1.time, $1.slots) }
    var (now, most) = (0, 0)
    for change in changes {
      now += change.slots
      most = max(most, now)
    }
    return most
  }
}

extension Parameter.Domain {
  /// Whether equal ratios of its values are to look equal: as the study file says, and where it lists
  /// numbers of many sizes.
  fileprivate var isDrawnLogarithmically: Bool {
    switch self {
    case .real(_, _, _, let log), .integer(_, _, _, let log): log
    case .ordinal(let values):
      values.first?.number.map { low in
        low > 0 && values.last?.number.map { $0 / low > 50 } ?? false
      } ?? false
    case .categorical, .constant: false
    }
  }
}
