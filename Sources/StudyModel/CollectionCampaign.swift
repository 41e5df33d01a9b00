/// A benchmark table in the making: configurations × fidelities × seeds, each an independent training,
/// spread over many jobs.
///
/// Source: Bansal et al., "JAHS-Bench-201: A Foundation For Research On Joint Architecture And
/// Hyperparameter Search", NeurIPS 2022: 810,000 trainings over four fidelities on up to 100,000
/// cores at a time, each with 20 metrics an epoch.
public struct CollectionCampaign: Hashable, Sendable {
  /// Where the configurations come from.
  public enum Source: Hashable, Sendable {
    /// A grid, a sequence or draws over the study's space.
    case generated(CollectionSettings.Configurations)
    /// The rows of a file of comma-separated values, beside the campaign's file or absolute.
    case file(String)
  }

  /// How large a job is.
  public enum JobSize: Hashable, Sendable {
    /// So many nodes.
    case nodes(Int)
    /// So many GPUs of a part of one node or of whole nodes; cores of a study without GPUs.
    case gpus(Int)
  }

  /// The campaign's name.
  public var name: String
  /// The study file, beside the campaign's file or absolute.
  public var study: String
  /// The configurations.
  public var configurations: Source
  /// The seeds that trainings are told, different; at least one.
  public var seeds: [Int]
  /// Trainings of each shard; at least 1. The last may have fewer.
  public var trainings: Int
  /// Of each job.
  public var size: JobSize
  /// The site; `nil` for the one that is chosen when a command runs.
  public var site: String?
  /// The time limit of each job; `nil` for the site's own.
  public var time: Duration?
  /// Jobs that may be in Slurm's hands at a time; at least 1.
  public var queue: Int
  /// Whether the last checkpoint of each training is kept.
  public var keepsCheckpoints: Bool

  /// Trainings of a shard where a campaign does not say: a journal of some ten thousand lines, which is
  /// read in a second.
  public static let usualTrainings = 5000

  /// A campaign of these parts.
  public init(
    name: String, study: String, configurations: Source, seeds: [Int] = [1],
    trainings: Int = usualTrainings, size: JobSize = .nodes(1), site: String? = nil,
    time: Duration? = nil, queue: Int = ScalingCampaign.usualQueue, keepsCheckpoints: Bool = false
  ) {
    precondition(!seeds.isEmpty && trainings > 0)
    self.name = name
    self.study = study
    self.configurations = configurations
    self.seeds = seeds
    self.trainings = trainings
    self.size = size
    self.site = site
    self.time = time
    self.queue = queue
    self.keepsCheckpoints = keepsCheckpoints
  }
}
