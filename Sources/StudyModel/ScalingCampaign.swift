/// One study with several methods on 1, 2, 4 and more GPUs, to see how well the search itself scales.
///
/// Source: Aach et al., "Optimal Resource Allocation for Early Stopping-based Neural Architecture
/// Search Methods", AutoML 2023, section 4: run time, speed-up and efficiency of a fixed number of
/// samples over the number of GPUs and the GPUs of each trial.
public struct ScalingCampaign: Hashable, Sendable {
  /// A method of the campaign.
  public struct Method: Hashable, Sendable {
    /// What tables and folders call it; different from all others.
    public var label: String
    /// The value of `algorithm` in a study file.
    public var algorithm: String

    /// A method of this name.
    public init(label: String, algorithm: String) {
      (self.label, self.algorithm) = (label, algorithm)
    }
  }

  /// The campaign's name.
  public var name: String
  /// The study file, beside the campaign's file or absolute.
  public var study: String
  /// At least one.
  public var methods: [Method]
  /// GPUs of the jobs, or cores of a study without GPUs; at least one number, ascending, each at least
  /// 1.
  public var gpus: [Int]
  /// GPUs of each trial, ascending; empty for the study's own.
  public var sizes: [TrialSize]
  /// Seeds of the studies, different; at least one.
  public var seeds: [UInt64]
  /// The sites, different; empty for the one that is chosen when a command runs.
  public var sites: [String]
  /// The time limit of each job; `nil` for the site's own.
  public var time: Duration?
  /// Jobs that may be in Slurm's hands at a time; at least 1.
  public var queue: Int

  /// Jobs that may be in Slurm's hands at a time where a campaign does not say.
  public static let usualQueue = 8

  /// A campaign with one method at least.
  public init(
    name: String, study: String, methods: [Method], gpus: [Int], sizes: [TrialSize] = [],
    seeds: [UInt64] = [1], sites: [String] = [], time: Duration? = nil, queue: Int = usualQueue
  ) {
    precondition(!methods.isEmpty && !gpus.isEmpty && !seeds.isEmpty)
    self.name = name
    self.study = study
    self.methods = methods
    self.gpus = gpus
    self.sizes = sizes
    self.seeds = seeds
    self.sites = sites
    self.time = time
    self.queue = queue
  }

  /// The name of a point's study, by which Slurm shows its jobs.
  public func studyName(of point: ScalingPoint) -> String { "\(name)-\(point.name)" }

  /// Every study of the campaign, the smallest jobs first.
  ///
  /// A size that needs more GPUs than a job has is left out of that job.
  public var points: [ScalingPoint] {
    var points: [ScalingPoint] = []
    for gpus in gpus {
      for seed in seeds {
        for site in sites.isEmpty ? [nil] : sites.map(Optional.some) {
          for size in sizes.isEmpty ? [nil] : sizes.map(Optional.some) {
            if let size, size.gpus > gpus { continue }
            for method in methods {
              points.append(
                ScalingPoint(
                  method: method.label, gpus: gpus, size: size, seed: seed, site: site))
            }
          }
        }
      }
    }
    return points
  }
}
