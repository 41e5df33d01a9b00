/// What a process in a Slurm job can learn from its environment.
///
/// Only parses: takes the variables as a dictionary, asks nobody. Source: srun(1) and sbatch(1),
/// sections "OUTPUT ENVIRONMENT VARIABLES"; recorded environments of Slurm 22.05.
public struct SlurmEnvironment: Hashable, Sendable {
  /// One component of a heterogeneous job; a plain job has one that is the whole job.
  public struct Component: Hashable, Sendable {
    /// The component's own number.
    public let id: JobID
    /// Its partition; empty if Slurm does not say.
    public let partition: String
    /// The names of its nodes.
    public let nodes: [String]
    /// The number of tasks it was submitted with, if any was asked for.
    public let taskCount: Int?
    /// For each node, the number of its processors that belong to the job.
    public let processorsPerNode: [Int]
  }

  /// The job; of a heterogeneous job, its first component.
  public let job: JobID
  /// Its components, in order; one if it is not heterogeneous.
  public let components: [Component]
  /// The cluster's name; empty if Slurm does not say.
  public let cluster: String
  /// The job's name; empty if Slurm does not say.
  public let jobName: String
  /// The node that this process is on, as Slurm calls it; nil outside of the job's nodes.
  public let nodeName: String?
  /// The number of the step that this process belongs to; nil in the job script.
  public let step: Int?
  /// This task's number in its step, from 0; 0 in the job script.
  public let taskIndex: Int
  /// The number of tasks in its step; in the job script, of the job.
  public let taskCount: Int
  /// This task's number among those of its step on this node, from 0.
  public let localIndex: Int
  /// The number of processors of this node that belong to the job; nil if Slurm does not say.
  public let processorsOnNode: Int?
  /// The devices that this step, or in the job script the job, was given on this node.
  ///
  /// In a step of a heterogeneous job it is empty when the step was given none, although
  /// `SLURM_JOB_GPUS` is set: the variable is then that of the first component's first node.
  public let gpus: [Int]
  /// How often the job was queued again.
  public let restarts: Int
  /// The folder the job was submitted from; nil if Slurm does not say.
  public let submitDirectory: String?
  /// When the job will be ended, in seconds since 1970; Slurm 22.05 does not say.
  public let endTime: Int?

  /// Which component this process belongs to, from 0; nil if its node is in none.
  ///
  /// No variable says so. Components of a job never share a node, so the node's name decides.
  public var componentIndex: Int? {
    guard let nodeName else { return nil }
    return components.firstIndex { $0.nodes.contains(nodeName) }
  }

  /// The names of all the job's nodes, in the order of its components.
  public var nodes: [String] { components.flatMap(\.nodes) }
}
