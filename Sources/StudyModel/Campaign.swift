/// Many jobs that belong together, by what they are for.
public enum Campaign: Hashable, Sendable {
  /// One study with several methods on more and more GPUs.
  case scaling(ScalingCampaign)
  /// Several methods on several tables of curves, in virtual time.
  case benchmark(BenchmarkCampaign)
  /// A benchmark table of many trainings.
  case collection(CollectionCampaign)

  /// The value of `kind` in a campaign file.
  public enum Kind: String, CaseIterable, Sendable {
    case scaling = "strong-scaling"
    case benchmark
    case collection = "collect"
  }
}
