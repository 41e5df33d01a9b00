public import StudyModel

/// All that was looked at, on the machine and on its nodes.
public struct Examination: Hashable, Sendable {
  /// What the site file says; `nil` where none was named.
  public var site: Site?
  /// The partition that was looked at.
  public var partition: String?
  /// What Slurm says; `nil` where it was not asked.
  public var slurm: SlurmFacts?
  /// Why Slurm was not asked.
  public var slurmCause: String?
  /// The job of the examination.
  public var job: Job?
  /// Why there was no job.
  public var jobCause: String?
  /// In whose words Slurm refused the job; `nil` where it did not.
  public var jobRefusal: String?
  /// What each node saw, in the order of ranks.
  public var nodes: [NodeRecord] = []
  /// What trials as job steps would see, of each node.
  public var steps: [StepsRecord] = []

  /// The job that looked at the nodes.
  public struct Job: Hashable, Sendable {
    /// Its id.
    public var id: Int
    /// How many nodes it had.
    public var nodes: Int
    /// GPUs that it asked for on each of them.
    public var gpus: Int
    /// Whether Slurm says that it may be queued again; `nil` where it does not say.
    public var isRequeued: Bool?
    /// The last of what it printed.
    public var printed = ""

    /// A job of these parts.
    public init(id: Int, nodes: Int, gpus: Int) {
      self.id = id
      self.nodes = nodes
      self.gpus = gpus
    }
  }

  /// Nothing looked at yet.
  public init() {}
}
