/// What a trial is and what it needs.
public struct TrialSettings: Hashable, Sendable, Codable {
  /// How a configuration reaches the command line where it holds no placeholder.
  public enum Arguments: String, Hashable, Sendable, Codable, CaseIterable {
    /// `--learning_rate 0.01`.
    case append
    /// Not at all.
    case none
    /// `learning_rate=0.01`.
    case hydra
  }

  /// Where a trial runs.
  public enum Directory: String, Hashable, Sendable, Codable, CaseIterable {
    /// In the study file's folder.
    case study
    /// In its own scratch folder on the node.
    case own
  }

  /// How many processes a trial has, and who starts them.
  public enum Launch: String, Hashable, Sendable, Codable, CaseIterable {
    /// One process, which has all its GPUs.
    case plain
    /// A process for each GPU, with the variables that torch.distributed reads.
    case ranks
    /// A process for each GPU, or so many as ``TrialSettings/ranks`` says where there are none, that
    /// srun(1) starts as an MPI program.
    case step

    /// Whether a trial has the GPUs of one node only.
    public var staysOnNode: Bool { self == .plain }
  }

  /// Which of a node's CPUs the processes of a trial may use, where agents start them.
  public enum Affinity: String, Hashable, Sendable, Codable, CaseIterable {
    /// So many cores as ``TrialSettings/cpus`` says, for each process its own.
    case cores
    /// The slots' shares of all cores, at least so many.
    case share
    /// All that the agent may use.
    case unbound = "none"
  }

  /// The program and its arguments; empty only in a study that replays a table and runs nothing.
  public var command: [String]
  /// GPUs of a trial; from 0. Of trials of several sizes those of the smallest, at least 1.
  public var gpus: Int
  /// Shares that a GPU is cut into, each of them a slot; at least 1, and 1 unless ``gpus`` is 1.
  public var trialsPerGPU = 1
  /// How the trials differ in size; `nil` where all are equal.
  public var sizes: TrialSizes?
  /// How many processes a trial has.
  public var launch: Launch {
    get { otherLaunch ?? .plain }
    set { otherLaunch = newValue == .plain ? nil : newValue }
  }
  /// Not there for most: studies from before there was a choice are read.
  private var otherLaunch: Launch?
  /// Processes of a trial that needs no GPU and is started by srun(1); at least 1.
  public var ranks: Int {
    get { otherRanks ?? 1 }
    set { otherRanks = newValue == 1 ? nil : newValue }
  }
  /// Not there for most: studies from before there was a choice are read.
  private var otherRanks: Int?
  /// Settings that follow a trial's GPUs, in the study's order.
  public var scale: [Scaling] {
    get { someScale ?? [] }
    set { someScale = newValue.isEmpty ? nil : newValue }
  }
  /// Not there for most: studies from before there was any are read.
  private var someScale: [Scaling]?
  /// The programs of a trial of several, of which each has a node, and a slot is one; empty for a trial of
  /// one. Then ``gpus`` and ``cpus`` are the most that any of them needs of its node.
  public var parts: [TrialPart] {
    get { someParts ?? [] }
    set { someParts = newValue.isEmpty ? nil : newValue }
  }
  /// Not there for most: studies from before there were any are read.
  private var someParts: [TrialPart]?
  /// What is carried to every node's own storage before trials start there; their names differ.
  public var stage: [StagedItem] {
    get { someStage ?? [] }
    set { someStage = newValue.isEmpty ? nil : newValue }
  }
  /// Not there for most: studies from before there was any are read.
  private var someStage: [StagedItem]?
  /// Cores of each process of a trial; at least 1.
  public var cpus: Int
  /// Which CPUs its processes may use; `nil`, as in studies from before there was a choice, for
  /// ``Affinity/cores`` in a job whose trials have more than one, and else ``Affinity/share``.
  public var affinity: Affinity?
  /// Memory of each process of a trial in MiB; `nil` where the node's memory is shared out evenly.
  public var memoryMiB: Int?
  /// How the configuration reaches the command line.
  public var arguments: Arguments
  /// Where it runs.
  public var directory: Directory
  /// A checkpoint is also taken at each multiple of this many epochs; `nil` for none.
  public var checkpointEvery: Int?
  /// No report for so long is a failure.
  public var silence: Duration
  /// How often a failed trial is started again from its last checkpoint; from 0.
  public var retries: Int

  /// A trial of this command, with defaults for the rest.
  public init(
    command: [String], gpus: Int = 0, cpus: Int = 1, memoryMiB: Int? = nil,
    arguments: Arguments = .append, directory: Directory = .study, checkpointEvery: Int? = nil,
    silence: Duration = .seconds(1800), retries: Int = 0
  ) {
    self.command = command
    self.gpus = gpus
    self.cpus = cpus
    self.memoryMiB = memoryMiB
    self.arguments = arguments
    self.directory = directory
    self.checkpointEvery = checkpointEvery
    self.silence = silence
    self.retries = retries
  }
}

/// What a job script prepares, and what trials find in their environment.
public struct EnvironmentSettings: Hashable, Sendable, Codable {
  /// Modules the job script loads, in this order.
  public var modules: [String]
  /// A Python virtual environment, beside the study file or absolute.
  public var activate: String?
  /// Variables for the trials, ascending by name.
  public var variables: [Variable]

  /// A variable with its value.
  public struct Variable: Hashable, Sendable, Codable {
    /// Its name: letters, digits and `_`.
    public let name: String
    /// Its value.
    public let value: String

    /// A variable of this name and value.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// An environment of these parts.
  public init(modules: [String] = [], activate: String? = nil, variables: [Variable] = []) {
    self.modules = modules
    self.activate = activate
    self.variables = variables.sorted { $0.name < $1.name }
  }
}

/// Slurm's account, partition and the like; `nil` leaves the site's default.
public struct SlurmSettings: Hashable, Sendable, Codable {
  /// `--account`.
  public var account: String?
  /// `--partition` of the workers.
  public var partition: String?
  /// `--qos`.
  public var qos: String?
  /// `--constraint`.
  public var constraint: String?
  /// `--mail-user`, with `--mail-type=END,FAIL`.
  public var mail: String?

  /// Settings of these values.
  public init(
    account: String? = nil, partition: String? = nil, qos: String? = nil,
    constraint: String? = nil, mail: String? = nil
  ) {
    self.account = account
    self.partition = partition
    self.qos = qos
    self.constraint = constraint
    self.mail = mail
  }
}
