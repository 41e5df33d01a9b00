public import StudyModel

/// What a user wishes a plan to be: how large, how long, in which layout, where.
public struct PlanRequest: Hashable, Sendable {
  /// How large the job is to be.
  public enum Size: Hashable, Sendable {
    /// This many nodes for trials; a coordinator's own node comes on top.
    case nodes(Int)
    /// At least this many GPUs for trials, rounded up to whole nodes.
    case gpus(Int)
    /// Exactly this many GPUs for trials, of a part of one node or of whole ones; cores of a study
    /// without GPUs.
    case exactly(Int)
  }

  /// A component for a class of trials.
  public struct Component: Hashable, Sendable {
    /// Its trials.
    public var sizes: SizeClass
    /// Its nodes.
    public var nodes: Int
    /// Its partition; `nil` for the usual one of such trials.
    public var partition: String?

    /// A component of these nodes.
    public init(_ sizes: SizeClass, nodes: Int, partition: String? = nil) {
      (self.sizes, self.nodes, self.partition) = (sizes, nodes, partition)
    }
  }

  /// How large the job is to be.
  public var size: Size
  /// The components of the classes of trials, instead of ``size``; empty for those of the planner.
  public var components: [Component] = []
  /// The job's time limit; `nil` for the site's default, cut to what the partitions allow.
  public var time: Duration?
  /// The name of one of `Plan.Strategy`, as the user wrote it; `nil` for `resident`.
  public var strategy: String?
  /// The partition of the workers; `nil` for the study's, else the site's.
  public var partition: String?
  /// Memory that staged data takes on each node, in MiB.
  public var stagedMiB: Int
  /// What trials were measured to need of memory at the site; `nil` where nothing was.
  public var measured: MeasuredMemory?
  /// The GPUs of each trial; `nil` for the study's own.
  public var trialSize: TrialSize?

  /// A wish; what is left out is for the planner to choose.
  public init(
    size: Size = .nodes(1), time: Duration? = nil, strategy: String? = nil,
    partition: String? = nil, trialSize: TrialSize? = nil, stagedMiB: Int = 0,
    measured: MeasuredMemory? = nil
  ) {
    self.measured = measured
    self.stagedMiB = stagedMiB
    self.trialSize = trialSize
    self.size = size
    self.time = time
    self.strategy = strategy
    self.partition = partition
  }
}
