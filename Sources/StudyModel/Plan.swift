/// A study cut to a machine: the job's components and how trials fit into them.
public struct Plan: Hashable, Sendable, Codable {
  /// How the job is laid out.
  public enum Strategy: String, Hashable, Sendable, Codable, CaseIterable {
    /// A plain allocation with one agent a node; rank 0 coordinates and serves its node too.
    case resident
    /// The same, but the agents hold nothing, and start each trial as a job step of its own.
    case steps
    /// A heterogeneous job: component 0 the coordinator, the others the workers, one for each class of
    /// trial sizes.
    case hetjob
  }

  /// One component of the job: equal nodes of one partition with one agent each.
  public struct Component: Hashable, Sendable, Codable {
    /// What the component is for.
    public enum Role: String, Hashable, Sendable, Codable {
      /// Coordinates, and serves no trials.
      case coordinator
      /// Serves trials; in a plain allocation its rank 0 coordinates too.
      case workers
    }

    /// What it is for.
    public var role: Role
    /// Its partition.
    public var partition: String
    /// Its nodes; at least 1.
    public var nodes: Int
    /// Cores of each node that the job uses.
    public var cores: Int
    /// CPUs that Slurm counts for a core.
    public var threadsPerCore = 1
    /// Memory of each node that the job asks for, in MiB; `nil` where the site gives whole nodes.
    public var memoryMiB: Int?
    /// The value of `--gres`, such as `gpu:4`; `nil` for none.
    public var gres: String?
    /// Slots of each node: GPUs, shares of them, or the cores of a trial without GPUs.
    public var slotsPerNode: Int
    /// The trials that it is for; `nil` for all.
    public var sizes: SizeClass?

    /// A component of these figures.
    public init(
      role: Role, partition: String, nodes: Int, cores: Int, memoryMiB: Int?, gres: String?,
      slotsPerNode: Int
    ) {
      self.role = role
      self.partition = partition
      self.nodes = nodes
      self.cores = cores
      self.memoryMiB = memoryMiB
      self.gres = gres
      self.slotsPerNode = slotsPerNode
    }

    /// CPUs of each node that the job asks for, as Slurm counts them.
    public var cpus: Int { cores * threadsPerCore }
  }

  /// The study's name.
  public var study: String
  /// The site's name.
  public var site: String
  /// The layout.
  public var strategy: Strategy
  /// The components, in the order of the job's ranks.
  public var components: [Component]
  /// The job's time limit.
  @InSeconds public var time: Duration
  /// The vendor of the GPUs that trials are bound to; `nil` for CPU slots.
  public var vendor: Site.Vendor?
  /// Slots of each trial; 1 where trials differ in size.
  public var slotsPerTrial: Int
  /// The size of trials that was chosen for this job; `nil` where it is the study's own.
  public var trialSize: TrialSize?
  /// The memory of each GPU of the workers' nodes, in MiB; `nil` where nothing is known, or they have none.
  public var deviceMemoryMiB: Int?
  /// What is set aside of memory for each trial; `nil` where nobody says anything.
  public var memory: MemoryFigure?
  /// Memory that staged data takes on each node, in MiB; `nil` where it takes none.
  public var stagedMiB: Int?
  /// The most job steps at a time, the agents' own among them, where trials are steps; `nil` for no
  /// bound.
  public var stepLimit: Int?

  /// A plan of these parts.
  public init(
    study: String, site: String, strategy: Strategy, components: [Component], time: Duration,
    vendor: Site.Vendor?, slotsPerTrial: Int = 1
  ) {
    self.slotsPerTrial = slotsPerTrial
    self.study = study
    self.site = site
    self.strategy = strategy
    self.components = components
    self.time = time
    self.vendor = vendor
  }

  /// Slots of the whole job.
  public var slots: Int {
    components.reduce(0) { $0 + $1.nodes * $1.slotsPerNode }
  }

  /// Nodes that serve trials.
  public var workerNodes: Int {
    components.reduce(0) { $0 + ($1.slotsPerNode > 0 ? $1.nodes : 0) }
  }

  /// Slots of the whole job on nodes that serve trials with GPUs.
  public var slotsWithGPUs: Int {
    components.filter { $0.sizes?.needsGPUs ?? true }.reduce(0) { $0 + $1.nodes * $1.slotsPerNode }
  }

  /// The classes of trials with their agents; empty where all trials have the same.
  public var classes: [TrialClass] {
    var rank = 0
    return components.compactMap { component in
      defer { rank += component.nodes }
      return component.sizes.map {
        TrialClass($0, firstRank: rank, agents: component.nodes)
      }
    }
  }

  /// Trials that run at a time in the whole job; where they differ in size, the most.
  public var trialsAtATime: Int { min(slots / slotsPerTrial, stepLimit.map { $0 - 1 } ?? .max) }
}
