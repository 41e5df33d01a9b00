import Coordination
public import StudyModel

/// What came of one simulated study.
public struct SimulatedRun: Hashable, Sendable, Codable {
  /// The seed of the study and of the machine.
  public var seed: UInt64
  /// Why the study ended.
  public var ending: String
  /// The best value of the metric at any epoch; `nil` where nothing was reported.
  public var bestValue: Double?
  /// The trial that has it.
  public var bestTrial: TrialID?
  /// Its settings.
  public var bestConfiguration: Configuration?
  /// Its row in the table, from 0; `nil` without a table.
  public var bestRow: Int?
  /// The best value over its whole curve, trained or not: what training it out would find.
  public var bestCurveValue: Double?
  /// The best value at the highest budget that any trial reached.
  public var bestFullValue: Double?
  /// The mean of the best finished trainings' last values, where the study has `finish`.
  public var finishValue: Double?
  /// The trials of which none is worse than another in every metric; empty with one metric.
  public var front: [TrialID]
  /// Seconds from the submission of the first job to the end.
  public var makespanSeconds: Double
  /// Jobs of the chain.
  public var jobs: Int
  /// Trials that were started.
  public var trials: Int
  /// Trials that failed.
  public var failed: Int
  /// Reports that were accepted.
  public var reports: Int
  /// The highest epoch that any trial reached.
  public var maxResource: Int
  /// Seconds that trials held slots.
  public var busySeconds: Double
  /// Seconds that slots were there.
  public var slotSeconds: Double
  /// The one as a share of the other.
  public var utilization: Double
  /// Events that the coordinator absorbed.
  public var events: Int

  private enum CodingKeys: String, CodingKey {
    case seed, ending, front, jobs, trials, failed, reports, utilization, events
    case bestValue = "best_value"
    case bestTrial = "best_trial"
    case bestConfiguration = "best_configuration"
    case bestRow = "best_row"
    case bestCurveValue = "best_curve_value"
    case bestFullValue = "best_full_value"
    case finishValue = "finish_value"
    case makespanSeconds = "makespan_seconds"
    case maxResource = "max_resource"
    case busySeconds = "busy_seconds"
    case slotSeconds = "slot_seconds"
  }
}

extension SimulatedRun {
  /// The result of a simulation that has run to its end.
  public init(of simulator: Simulator) {
    let coordinator = simulator.coordinator
    let metric = coordinator.study.metric
    seed = coordinator.study.seed
    if case .finished(let ending) = coordinator.phase {
      self.ending = ending.description
    } else {
      ending = "it has not ended"
    }
    let best = coordinator.best ?? coordinator.choice
    let record = best.map { coordinator.trials[$0.number] }
    bestTrial = best
    bestValue = record?.best?.value
    bestConfiguration = record?.configuration
    let curve = record.flatMap { simulator.objective.curve(of: $0.configuration, for: $0.id) }
    bestRow = curve?.row
    let values = curve?.values.first?.filter(\.isFinite)
    bestCurveValue = metric.goal == .maximize ? values?.max() : values?.min()
    bestFullValue = coordinator.bestFull?.value.value
    let finals = coordinator.trials.filter { $0.finalSeed != nil }.compactMap { $0.last?.value }
    finishValue = finals.isEmpty ? nil : finals.reduce(0, +) / Double(finals.count)
    front = coordinator.front.members.map(\.trial)
    makespanSeconds = simulator.makespan
    jobs = simulator.jobs
    trials = coordinator.trials.count { $0.started != nil }
    failed = coordinator.trials.count { $0.state == .failed }
    reports = coordinator.reports.count
    maxResource = coordinator.trials.map(\.epoch).max() ?? 0
    busySeconds = Double(coordinator.busyMicroseconds) / 1e6
    slotSeconds = Double(coordinator.slotMicroseconds) / 1e6
    utilization = slotSeconds > 0 ? busySeconds / slotSeconds : 0
    events = simulator.events
  }
}
