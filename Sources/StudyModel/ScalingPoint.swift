/// One study of a campaign: a method on so many GPUs with one seed.
public struct ScalingPoint: Hashable, Sendable {
  /// The method's label.
  public var method: String
  /// GPUs of the job, or cores of a study without GPUs.
  public var gpus: Int
  /// GPUs of each trial; `nil` for the study's own.
  public var size: TrialSize?
  /// The study's seed.
  public var seed: UInt64
  /// The site; `nil` for the one that is chosen when a command runs.
  public var site: String?

  /// A point of these coordinates.
  public init(
    method: String, gpus: Int, size: TrialSize? = nil, seed: UInt64, site: String? = nil
  ) {
    self.method = method
    self.gpus = gpus
    self.size = size
    self.seed = seed
    self.site = site
  }

  /// What its files are called, such as `asha-16-of-2-seed-1` for 16 GPUs of which each trial has 2.
  public var name: String {
    let size = size.map { "-of-\($0)" } ?? ""
    return "\(method)-\(gpus)\(size)-seed-\(seed)" + (site.map { "-\($0)" } ?? "")
  }

  /// The same with another number of GPUs of the job.
  public func on(gpus: Int) -> ScalingPoint {
    var point = self
    point.gpus = gpus
    return point
  }
}
