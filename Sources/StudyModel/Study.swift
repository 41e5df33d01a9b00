/// A study as its file states it: what to search, by which metric, with which program.
///
/// Every field of the study file has its place here, validated; what a field means is said in the
/// documentation's page on the study file.
public struct Study: Hashable, Sendable, Codable {
  /// The study's name: letters, digits, `-`, `_` and `.`.
  public var name: String
  /// What trials are judged by: one metric, or several of which none may get worse for another.
  public var metrics: [Metric]
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
  /// How the winner is trained out in the end; `nil` where it is not.
  public var finish: FinishSettings?
  /// Studies whose results the searcher knows from the beginning, in this order.
  public var prior: [String]
  /// How the machine takes its time, for simulations; `nil` for the site's model.
  public var machine: MachineModel?
  /// A known value of the metric to compare with.
  public var baseline: Double?
  /// The seed of every random draw.
  public var seed: UInt64
  /// A table of learning curves, for simulating the study.
  public var table: TableSettings?

  /// A study of these parts, with defaults for what a study file may leave out.
  public init(
    name: String, metrics: [Metric], fidelity: Fidelity, space: SearchSpace,
    points: [Configuration] = [], algorithm: Algorithm = Algorithm(), trial: TrialSettings,
    environment: EnvironmentSettings = EnvironmentSettings(),
    slurm: SlurmSettings = SlurmSettings(), stop: StopRules = StopRules(),
    finish: FinishSettings? = nil, prior: [String] = [], baseline: Double? = nil, seed: UInt64 = 0,
    table: TableSettings? = nil
  ) {
    precondition(!metrics.isEmpty)
    self.name = name
    self.metrics = metrics
    self.fidelity = fidelity
    self.space = space
    self.points = points
    self.algorithm = algorithm
    self.trial = trial
    self.environment = environment
    self.slurm = slurm
    self.stop = stop
    self.finish = finish
    self.prior = prior
    self.baseline = baseline
    self.seed = seed
    self.table = table
  }

  /// A study of one metric.
  public init(
    name: String, metric: Metric, fidelity: Fidelity, space: SearchSpace,
    points: [Configuration] = [], algorithm: Algorithm = Algorithm(), trial: TrialSettings,
    environment: EnvironmentSettings = EnvironmentSettings(),
    slurm: SlurmSettings = SlurmSettings(), stop: StopRules = StopRules(), baseline: Double? = nil,
    seed: UInt64 = 0, table: TableSettings? = nil
  ) {
    self.init(
      name: name, metrics: [metric], fidelity: fidelity, space: space, points: points,
      algorithm: algorithm, trial: trial, environment: environment, slurm: slurm, stop: stop,
      baseline: baseline, seed: seed, table: table)
  }

  /// The metric by which one value is better than another: the first of several.
  public var metric: Metric {
    get { metrics[0] }
    set { metrics[0] = newValue }
  }
}

/// How the winner is trained out on the full budget when the search has ended.
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 4.2; Bohdal et al., "PASHA", ICLR 2023,
/// section 3 (the chosen configuration is retrained).
public struct FinishSettings: Hashable, Sendable, Codable {
  /// Which trial.
  public enum Winner: String, Hashable, Sendable, Codable, CaseIterable {
    /// The best at the highest budget reached.
    case best
  }

  /// Which trial is trained out.
  public var retrain: Winner
  /// The budget of each training; `nil` for the study's full one.
  public var epochs: Budget?
  /// How many trainings, each with a seed of its own; at least 1.
  public var seeds: Int

  /// The winner once, on the full budget.
  public init(retrain: Winner = .best, epochs: Budget? = nil, seeds: Int = 1) {
    self.retrain = retrain
    self.epochs = epochs
    self.seeds = seeds
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
  /// The metrics' column patterns, in the study's order; `{epoch}` stands for the step.
  public var metrics: [String]
  /// Where times come from.
  public var time: Time
  /// Parameters whose columns are called otherwise: parameter to column.
  public var parameters: [String: String]
  /// Rows to keep: column to value.
  public var rows: [String: String]

  /// A table with its columns.
  public init(
    file: String, metrics: [String], time: Time = .unit, parameters: [String: String] = [:],
    rows: [String: String] = [:]
  ) {
    self.file = file
    self.metrics = metrics
    self.time = time
    self.parameters = parameters
    self.rows = rows
  }
}
