public import StudyModel

/// The plan by which a study was submitted, and what its rehearsal foretold.
public struct ReportPlan: Encodable, Sendable {
  /// The site.
  public var site: String
  /// How the job was laid out.
  public var strategy: String
  /// Nodes that serve trials.
  public var nodes: Int
  /// Slots.
  public var slots: Int
  /// Trials at a time.
  public var trialsAtATime: Int
  /// The time limit of a job in seconds.
  public var timeLimit: Double
  /// What was foretold; `nil` where nobody had said how the machine takes its time.
  public var forecast: RunForecast?

  private enum CodingKeys: String, CodingKey {
    case site, strategy, nodes, slots, forecast
    case trialsAtATime = "trials_at_a_time"
    case timeLimit = "time_limit"
  }

  /// A plan and its forecast.
  public init(_ plan: Plan, forecast: RunForecast?) {
    site = plan.site
    strategy = plan.strategy.rawValue
    nodes = plan.workerNodes
    slots = plan.slots
    trialsAtATime = plan.trialsAtATime
    timeLimit = plan.time.seconds
    self.forecast = forecast
  }
}

/// How long a submitted study was foretold to take: `jobs/forecast.json`.
public struct RunForecast: Codable, Sendable {
  /// Seconds to the study's end, the mean over the rehearsals.
  public var runTime: Double
  /// Their standard deviation.
  public var runTimeDeviation: Double
  /// The share of the slots' time in which trials hold them.
  public var utilization: Double
  /// GPU-hours of the jobs, used or not.
  public var gpuHours: Double
  /// Jobs of the chain.
  public var jobs: Double
  /// Who says how the machine takes its time, as a clause.
  public var source: String

  private enum CodingKeys: String, CodingKey {
    case utilization, jobs, source
    case runTime = "run_time"
    case runTimeDeviation = "run_time_deviation"
    case gpuHours = "gpu_hours"
  }

  /// A forecast of these figures.
  public init(
    runTime: Double, runTimeDeviation: Double, utilization: Double, gpuHours: Double, jobs: Double,
    source: String
  ) {
    self.runTime = runTime
    self.runTimeDeviation = runTimeDeviation
    self.utilization = utilization
    self.gpuHours = gpuHours
    self.jobs = jobs
    self.source = source
  }
}
