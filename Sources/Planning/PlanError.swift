public import StudyModel

/// Why a study cannot become a plan at a site.
public enum PlanError: Error, Hashable, Sendable {
  /// What a trial may need more of than a node has.
  public typealias Resource = NodeRoom.Shortage

  /// Who asks for GPUs.
  public enum Asker: Hashable, Sendable {
    /// Every trial of the study, for this many.
    case trial(Int)
    /// The wish for the job as a whole, for this many.
    case job(Int)
  }

  /// A component asks for more nodes than its partition grants one job.
  case tooManyNodes(component: String, asked: Int, partition: String, limit: Int)
  /// The coordinator takes the only node that the partition grants.
  case noNodeForWorkers(partition: String)
  /// The wish is for no nodes, no GPUs or no time; the option is the one that asks so.
  case nothingAsked(option: String)
  /// The site has no partition of this name.
  case unknownPartition(String, known: [String])
  /// The job asks for more time than a partition gives.
  case timeTooLong(asked: Duration, partition: String, limit: Duration)
  /// One trial needs more than a node of the partition has.
  case trialTooLarge(Resource, asked: Int, partition: String, limit: Int)
  /// A trial was seen to have more memory than a node of the partition has; in MiB.
  case measuredTooLarge(Int, partition: String, limit: Int)
  /// So many trials, each with so much memory set aside, do not fit on a GPU; in MiB.
  case sharesTooLarge(trials: Int, each: Int, partition: String, limit: Int)
  /// Data that is staged in memory leaves a node no room for a trial; amounts are in MiB.
  case noRoomForStaged(Int, beside: Int?, partition: String, limit: Int)
  /// The search may choose more GPUs for a trial than a node has.
  case trialBeyondNode(gpus: Int, partition: String, limit: Int)
  /// A trial may need more GPUs than all nodes of the job have.
  case trialBeyondJob(gpus: Int, nodes: Int, needed: Int)
  /// Nodes of the job would have different numbers of its GPUs.
  case unevenNodes(gpus: Int, each: Int, partition: String)
  /// GPUs are asked for where there are none.
  case noGPUs(Asker, partition: String, others: [String])
  /// The site names no partition for a heterogeneous job's coordinator.
  case noCoordinatorPartition(site: String)
  /// The site takes no heterogeneous jobs.
  case noHeterogeneousJobs(site: String)
  /// Trials are job steps, and the layout starts none.
  case stepsNeeded(strategy: String)
  /// The site lets no step of a job start others.
  case noNestedSteps(site: String)
  /// Processes that agents start, as job steps.
  case ranksAsSteps
  /// A share of a GPU, as a job step.
  case shareAsStep
  /// Job steps with GPUs where Slurm does not give GPUs out.
  case stepsWithoutGRES(site: String)
  /// More trials are to share a GPU than it has instances.
  case tooFewInstances(asked: Int, partition: String, limit: Int)
  /// A trial may need several GPUs, or shares, where an instance is all that a process can use.
  case severalInstances(partition: String, limit: Int?)
  /// So many trials share the shards of a GPU unevenly.
  case unevenShards(asked: Int, partition: String, shards: Int)
  /// A job step over nodes that would have different numbers of its slots.
  case unevenStep(slots: Int, each: Int)
  /// Classes of trials cannot have these components.
  case classes(ClassError)
  /// There is no such strategy.
  case unknownStrategy(String, known: [String])
}
