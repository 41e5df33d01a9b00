/// How PASHA compares the rankings of its two highest rungs.
///
/// Source: Bohdal et al., "PASHA: Efficient HPO and NAS with Progressive Resource Allocation",
/// ICLR 2023, sections 4.1 and 4.2 and appendix. The default is the paper's; the others are those of
/// its ablation, with the values that did best there.
public struct Ranking: Hashable, Sendable, Codable {
  /// The criteria.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Soft ranking: trials whose values differ by no more than a threshold share a rank.
    case soft
    /// Exact ranking: the threshold is 0.
    case exact = "hard"
    /// Rank-biased overlap of the two lists.
    case rankBiasedOverlap = "rbo"
    /// The reciprocal rank regret.
    case reciprocalRankRegret = "rrr"
    /// The same with absolute differences.
    case absoluteRankRegret = "arrr"
  }

  /// The threshold of soft ranking.
  public enum Threshold: Hashable, Sendable, Codable {
    /// Estimated from trials whose order changes back and forth along their curves; the percentile
    /// taken of their differences, from 0 to 100.
    case noise(percentile: Double)
    /// A fixed difference of the metric, from 0; the paper tries 0.01 to 0.05 of an accuracy.
    case fixed(Double)
    /// A multiple of the standard deviation of the values in the rung below; the paper tries 1 to 3.
    case deviations(Double)
    /// A multiple of the mean difference of any two values in the rung below.
    case meanDistance(Double)
    /// A multiple of the median difference of any two values in the rung below.
    case medianDistance(Double)
  }

  /// The criterion.
  public var kind = Kind.soft
  /// Of soft ranking.
  public var threshold = Threshold.noise(percentile: 90)
  /// The value of `rbo` at least, or of `rrr` and `arrr` at most, at which a ranking counts as
  /// stable; `nil` for the paper's 0.5 and 0.05.
  public var limit: Double?
  /// The weight in `rbo`, `rrr` and `arrr` of a rank in relation to the one before; above 0, at
  /// most 1.
  public var weight = 0.5

  /// Soft ranking with the estimated threshold.
  public init() {}
}
