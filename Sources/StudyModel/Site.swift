/// A machine: what its partitions have and how jobs are started there.
public struct Site: Hashable, Sendable, Codable {
  /// The vendor of a GPU, which decides the variable that binds a trial to its device.
  public enum Vendor: String, Hashable, Sendable, Codable, CaseIterable {
    /// NVIDIA: `CUDA_VISIBLE_DEVICES`.
    case nvidia
    /// AMD: `ROCR_VISIBLE_DEVICES`.
    case amd
  }

  /// How several trials use a GPU at a time, where a study has them share one.
  public enum Sharing: String, Hashable, Sendable, Codable, CaseIterable {
    /// The driver lets them take turns.
    case plain
    /// NVIDIA's Multi-Process Service: at the same time, each with a bound on its memory.
    case mps
    /// Each has an instance of its own, into which the site has cut NVIDIA's GPUs.
    case mig
    /// As plainly, but Slurm gives out shards of GPUs.
    case shards
  }

  /// The GPUs of a node.
  public struct GPUs: Hashable, Sendable, Codable {
    /// Devices a node; at least 1.
    public var count: Int
    /// Who makes them.
    public var vendor: Vendor
    /// What they are called, such as `A100`.
    public var model: String
    /// The type in `--gres=gpu:TYPE:N`; `nil` where the site's Slurm needs none.
    public var gresType: String?
    /// Memory of each, in MiB; `nil` where nothing is known.
    public var memoryMiB: Int?
    /// How trials share one.
    public var sharing = Sharing.plain
    /// Instances or shards that the site has cut each into; `nil` where nothing is known.
    public var pieces: Int?

    /// GPUs of this kind.
    public init(count: Int, vendor: Vendor, model: String, gresType: String? = nil) {
      self.count = count
      self.vendor = vendor
      self.model = model
      self.gresType = gresType
    }
  }

  /// A partition of the machine's Slurm.
  public struct Partition: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Nodes in it.
    public var nodes: Int
    /// Cores a node.
    public var cores: Int
    /// CPUs that Slurm counts for a core: its hardware threads, or 1 where jobs get one of them.
    public var threadsPerCore = 1
    /// Sockets a node, which divide its cores; `nil` where nothing is known.
    public var sockets: Int?
    /// NUMA domains a node; `nil` where nothing is known.
    public var numaDomains: Int?
    /// Memory a node that jobs may ask for, in MiB.
    public var memoryMiB: Int
    /// GPUs a node; `nil` for none.
    public var gpus: GPUs?
    /// The longest job.
    @InSeconds public var maximumTime: Duration
    /// The most nodes of one job; `nil` for all.
    public var maximumNodes: Int?
    /// Storage of a node for itself; `nil` where there is none, or nothing is known.
    public var local: LocalStorage?

    /// A partition of these figures.
    public init(
      name: String, nodes: Int, cores: Int, memoryMiB: Int, gpus: GPUs? = nil,
      maximumTime: Duration, maximumNodes: Int? = nil
    ) {
      self.name = name
      self.nodes = nodes
      self.cores = cores
      self.memoryMiB = memoryMiB
      self.gpus = gpus
      self.maximumTime = maximumTime
      self.maximumNodes = maximumNodes
    }

    /// CPUs a node, as Slurm counts them.
    public var cpus: Int { cores * threadsPerCore }
  }

  /// Storage of a node for itself.
  public struct LocalStorage: Hashable, Sendable, Codable {
    /// The folder, absolute; `nil` for the one that `TMPDIR` names in a job.
    public var path: String?
    /// What it holds, in MiB; `nil` where nothing is known.
    public var sizeMiB: Int?

    /// Storage of these parts.
    public init(path: String? = nil, sizeMiB: Int? = nil) {
      self.path = path
      self.sizeMiB = sizeMiB
    }
  }

  /// Storage that all nodes share.
  public struct SharedStorage: Hashable, Sendable, Codable {
    /// What it is, such as `Lustre`.
    public var kind: String
    /// Folders below which it lies, absolute; empty where nothing is known.
    public var paths: [String]

    /// Storage of these parts.
    public init(kind: String, paths: [String] = []) {
      self.kind = kind
      self.paths = paths
    }

    /// Whether a folder lies below one of ``paths``; where none is known, any does.
    ///
    /// - Parameter folder: Absolute, without symbolic links.
    /// - Returns: Whether it does, by its name alone.
    public func holds(_ folder: String) -> Bool {
      paths.isEmpty || paths.contains { folder == $0 || folder.hasPrefix($0 + "/") }
    }
  }

  /// The site's name: its file's stem.
  public var name: String
  /// One line that says what it is.
  public var summary: String
  /// Patterns of the names of its hosts, by which it is chosen where none is named; see
  /// ``hasHost(_:_:)``.
  public var hosts: [String] = []
  /// Its partitions; not empty.
  public var partitions: [Partition]
  /// The partition of workers where the study names none.
  public var workerPartition: String
  /// The partition of a heterogeneous job's coordinator; `nil` where there is none.
  public var coordinatorPartition: String?
  /// Whether the site accepts heterogeneous jobs.
  public var allowsHeterogeneousJobs: Bool
  /// The value of `srun --mpi`.
  public var mpi: String
  /// Whether GPUs are asked for by `--gres=gpu:N`; where whole nodes are given out, `false`.
  public var asksForGPUs: Bool
  /// Whether memory is asked for by `--mem`; where whole nodes are given out, `false`.
  public var asksForMemory: Bool
  /// Whether a job may submit the next one from its node.
  public var submitsFromJobs = true
  /// Whether Slurm may queue a job again that a node's death has ended.
  public var requeuesJobs = true
  /// Whether all jobs of a chain are submitted at once: a job may not submit the next, or one that dies
  /// before it has is not queued again, and would end the chain.
  public var chainsAhead: Bool { !submitsFromJobs || !requeuesJobs }
  /// Whether a job may outlive the death of one of its nodes: `--no-kill`.
  public var outlivesNodes = true
  /// Whether a process of a job may start further job steps in it.
  public var nestsSteps = true
  /// Whether a job may have shards of several GPUs of a node: `MULTIPLE_SHARING_GRES_PJ` of
  /// `SelectTypeParameters` in slurm.conf(5), which Slurm 22.05 does not have.
  public var sharesSeveralGPUs = false
  /// The most job steps of one job at a time; `nil` where no cap is known.
  public var maximumSteps: Int?
  /// What connects the nodes, such as `InfiniBand HDR`; `nil` where nothing is known.
  public var interconnect: String?
  /// Storage that all nodes share; `nil` where nothing is known.
  public var storage: SharedStorage?
  /// The time from SIGTERM to SIGKILL: `KillWait` in slurm.conf, 30 seconds by default.
  @InSeconds public var grace = Duration.seconds(30)
  /// Modules that the job script loads before the study's own.
  public var modules: [String]
  /// Variables that the job script exports.
  public var variables: [EnvironmentSettings.Variable]
  /// Where the job's time limit comes from when none is asked for.
  @InSeconds public var defaultTime: Duration
  /// Slurm defaults.
  public var slurm: SlurmSettings
  /// How the machine takes its time, for simulations; `nil` where nothing is known.
  public var machine: MachineModel?
  /// Where the values come from, such as addresses of the site's documentation.
  public var sources: [String]
  /// The files that values were taken from by `from`, the nearest first.
  public var parents: [String] = []
  /// Keys of the site file for whose values no source was found, such as
  /// `partitions.gpu.memory`.
  public var unsourced: [String]

  /// A site of these parts.
  public init(
    name: String, summary: String, partitions: [Partition], workerPartition: String,
    coordinatorPartition: String? = nil, allowsHeterogeneousJobs: Bool = true, mpi: String = "pmix",
    asksForGPUs: Bool = true, asksForMemory: Bool = true, modules: [String] = [],
    variables: [EnvironmentSettings.Variable] = [], defaultTime: Duration = .seconds(3600),
    slurm: SlurmSettings = SlurmSettings(), sources: [String] = [], unsourced: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.partitions = partitions
    self.workerPartition = workerPartition
    self.coordinatorPartition = coordinatorPartition
    self.allowsHeterogeneousJobs = allowsHeterogeneousJobs
    self.mpi = mpi
    self.asksForGPUs = asksForGPUs
    self.asksForMemory = asksForMemory
    self.modules = modules
    self.variables = variables.sorted { $0.name < $1.name }
    self.defaultTime = defaultTime
    self.slurm = slurm
    self.sources = sources
    self.unsourced = unsourced
  }

  /// The partition of this name.
  public func partition(named name: String) -> Partition? {
    partitions.first { $0.name == name }
  }
}
