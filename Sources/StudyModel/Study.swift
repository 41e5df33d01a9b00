/// A study as its file states it: what to search, by which metric, with which program.
///
/// Every field of the study file has its place here, validated; what a field means is said in the
/// documentation's page on the study file.
public struct Study: Hashable, Sendable, Codable {
  /// The study's name: letters, digits, `-`, `_` and `.`.
  public var name: String
  /// What trials are judged by.
  public var metric: Metric
  /// What a trial is promoted in.
  public var fidelity: Fidelity
  /// The configurations that may be tried.
  public var space: SearchSpace
  /// Configurations to try first, in this order; what one leaves out is drawn.
  public var points: [Configuration]
  /// How configurations are proposed and trials promoted.
  public var algorithm: Algorithm
  /// What a trial is and what it needs.
  public var trial: TrialSettings
  /// What a job script prepares before the study runs, and what trials find in their environment.
  public var environment: EnvironmentSettings
  /// Slurm's account, partition and the like, over the site's defaults.
  public var slurm: SlurmSettings
  /// When the study ends.
  public var stop: StopRules
  /// A known value of the metric to compare with.
  public var baseline: Double?
  /// The seed of every random draw.
  public var seed: UInt64
  /// A table of learning curves, for simulating the study.
  public var table: TableSettings?

  /// A study of these parts, with defaults for what a study file may leave out.
  public init(
    name: String, metric: Metric, fidelity: Fidelity, space: SearchSpace,
    points: [Configuration] = [], algorithm: Algorithm = Algorithm(), trial: TrialSettings,
    environment: EnvironmentSettings = EnvironmentSettings(),
    slurm: SlurmSettings = SlurmSettings(), stop: StopRules = StopRules(), baseline: Double? = nil,
    seed: UInt64 = 0, table: TableSettings? = nil
  ) {
    self.name = name
    self.metric = metric
    self.fidelity = fidelity
    self.space = space
    self.points = points
    self.algorithm = algorithm
    self.trial = trial
    self.environment = environment
    self.slurm = slurm
    self.stop = stop
    self.baseline = baseline
    self.seed = seed
    self.table = table
  }
}

/// The method of a study: a scheduler joined to a searcher.
public struct Algorithm: Hashable, Sendable, Codable {
  /// The methods of this version.
  public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
    /// Random search at the full budget.
    case random
    /// Asynchronous successive halving with random search.
    case asha
  }

  /// What asynchronous halving does with a trial that is not among the best of its rung.
  public enum Halving: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pauses it, and resumes it when it becomes one of the best.
    case promotion
    /// Stops it for good.
    case stopping
  }

  /// The method.
  public var name: Name
  /// The reduction factor: one of `eta` trials goes on; at least 2. Li et al. (MLSys 2020) use 4,
  /// Syne Tune and Optuna's users most often 3, which is the default.
  public var eta: Int
  /// What becomes of the others.
  public var halving: Halving
  /// How many brackets, each with a first rung `eta` times higher than the one before; from 1.
  public var brackets: Int

  /// A method with its settings.
  public init(
    name: Name = .asha, eta: Int = 3, halving: Halving = .promotion, brackets: Int = 1
  ) {
    self.name = name
    self.eta = eta
    self.halving = halving
    self.brackets = brackets
  }
}

/// When a study ends; a study without any rule is refused by the study file's reader.
public struct StopRules: Hashable, Sendable, Codable {
  /// No new trial starts after this many; those begun go on until nothing can be promoted.
  public var trials: Int?
  /// The study ends as this many trials have started; running ones are cut.
  public var started: Int?
  /// The study ends after this many reports.
  public var reports: Int?
  /// The study ends after this time, summed over its runs.
  public var wallclock: Duration?
  /// The study ends when its trials have used this many GPU-hours (slot-hours without GPUs).
  public var gpuHours: Double?
  /// The study ends as the metric reaches this value.
  public var target: Double?

  /// No rule.
  public init() {}

  /// Whether no rule is set.
  public var isEmpty: Bool { self == StopRules() }
}

/// A table of learning curves (CSV, plain or gzip) that stands in for real trials.
public struct TableSettings: Hashable, Sendable, Codable {
  /// Where the time of a step comes from.
  public enum Time: Hashable, Sendable, Codable {
    /// A column pattern with cumulative seconds.
    case elapsed(String)
    /// A column pattern with the seconds of each step.
    case seconds(String)
    /// One column with the seconds of every step of its row.
    case secondsPerStep(String)
    /// One second a step.
    case unit
  }

  /// The file, beside the study file or absolute.
  public var file: String
  /// The metric's column pattern; `{epoch}` stands for the step.
  public var metric: String
  /// Where times come from.
  public var time: Time
  /// Parameters whose columns are called otherwise: parameter to column.
  public var parameters: [String: String]
  /// Rows to keep: column to value.
  public var rows: [String: String]

  /// A table with its columns.
  public init(
    file: String, metric: String, time: Time = .unit, parameters: [String: String] = [:],
    rows: [String: String] = [:]
  ) {
    self.file = file
    self.metric = metric
    self.time = time
    self.parameters = parameters
    self.rows = rows
  }
}
