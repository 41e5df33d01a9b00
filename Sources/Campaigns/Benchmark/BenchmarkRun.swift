public import Coordination
public import Simulation
public import StudyModel

/// What came of one run of a benchmark.
public struct BenchmarkRun: Hashable, Sendable, Codable {
  /// Which run it is.
  public var point: BenchmarkPoint
  /// The best trials, each from its moment on, in the order of time.
  public var incumbents: [Incumbent]
  /// Seconds of virtual time from the beginning to the end.
  public var seconds: Double
  /// Epochs that all trials together trained.
  public var epochs: Int
  /// Trials that were started.
  public var trials: Int
  /// Trials that failed.
  public var failed: Int
  /// Reports that were accepted.
  public var reports: Int
  /// The highest epoch that any trial reached.
  public var largest: Int
  /// The share of the slots' time in which trials held them, from 0 to 1.
  public var utilization: Double

  /// A run of these figures.
  public init(
    point: BenchmarkPoint, incumbents: [Incumbent], seconds: Double, epochs: Int, trials: Int = 0,
    failed: Int = 0, reports: Int = 0, largest: Int = 0, utilization: Double = 0
  ) {
    self.point = point
    self.incumbents = incumbents
    self.seconds = seconds
    self.epochs = epochs
    self.trials = trials
    self.failed = failed
    self.reports = reports
    self.largest = largest
    self.utilization = utilization
  }

  /// The result of a simulation that has run to its end.
  ///
  /// - Parameters:
  ///   - point: Which run it is.
  ///   - recorder: What was heard of it.
  ///   - simulator: The simulation in its end.
  ///   - objective: What its trials measured.
  public init(
    _ point: BenchmarkPoint, _ recorder: IncumbentRecorder, _ simulator: Simulator,
    _ objective: any Objective
  ) {
    let coordinator = simulator.coordinator
    let slotSeconds = Double(coordinator.slotMicroseconds) / 1e6
    let busySeconds = Double(coordinator.busyMicroseconds) / 1e6
    self.init(
      point: point, incumbents: recorder.incumbents, seconds: simulator.makespan,
      epochs: recorder.epochs, trials: coordinator.trials.count { $0.started != nil },
      failed: coordinator.trials.count { $0.state == .failed },
      reports: coordinator.reports.count, largest: coordinator.trials.map(\.epoch).max() ?? 0,
      utilization: slotSeconds > 0 ? busySeconds / slotSeconds : 0)
    // Chosen without being trained, as the random baseline does.
    if incumbents.isEmpty, let choice = coordinator.choice {
      let curve = objective.curve(
        of: coordinator.trials[choice.number].configuration, for: choice)
      incumbents = [
        Incumbent(
          seconds: seconds, epochs: epochs, reported: nil,
          trained: curve?.best(coordinator.study.metric.goal))
      ]
    }
  }
}

/// Hears of a simulation when its best trial or its best value changes.
public struct IncumbentRecorder: Sendable {
  /// The best trials so far, each from its moment on.
  public private(set) var incumbents: [Incumbent] = []
  /// Epochs that all trials together have trained.
  public private(set) var epochs = 0
  private let objective: any Objective
  private var reached: [Int] = []

  /// A recorder of a simulation on this objective.
  public init(_ objective: any Objective) { self.objective = objective }

  /// Hears an event and the state behind it.
  public mutating func hear(_ event: Event, at time: StudyTime, _ coordinator: Coordinator) {
    guard case .reported(let report) = event else { return }
    let number = report.leg.trial.number
    while reached.count <= number { reached.append(0) }
    let epoch = coordinator.trials[number].epoch
    epochs += max(0, epoch - reached[number])
    reached[number] = max(reached[number], epoch)
    guard let best = coordinator.best, let value = coordinator.trials[best.number].best?.value,
      value != incumbents.last?.reported
    else { return }
    let curve = objective.curve(of: coordinator.trials[best.number].configuration, for: best)
    incumbents.append(
      Incumbent(
        seconds: time.seconds, epochs: epochs, reported: value,
        trained: curve?.best(coordinator.study.metric.goal)))
  }
}

extension LearningCurve {
  /// The best finite value of the first metric; `nil` where there is none.
  public func best(_ goal: Goal) -> Double? {
    let values = values.first?.filter(\.isFinite)
    return goal == .maximize ? values?.max() : values?.min()
  }
}
