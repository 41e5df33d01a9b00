import Statistics
import StudyModel

/// Which methods differ over all studies, by their normalised regret in the end.
///
/// Blocks are studies, not runs: of each the mean over the seeds that all methods have there. Runs of one study are
/// no independent witnesses of how a method does on the next one.
///
/// Sources: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7 (2006); Benavoli,
/// Corani and Mangili, "Should We Really Use Post-Hoc Tests Based on Mean-Ranks?", JMLR 17 (2016).
public struct MethodComparison: Hashable, Sendable, Encodable {
  /// A method with its mean rank.
  public struct Standing: Hashable, Sendable, Encodable {
    /// The method's label.
    public var method: String
    /// Its mean rank over the studies, 1 being the best; those that are equal share one.
    public var rank: Double
    /// Its mean normalised regret over the studies.
    public var normalizedRegret: Double

    private enum CodingKeys: String, CodingKey {
      case method, rank
      case normalizedRegret = "normalized_regret"
    }
  }

  /// Two methods.
  public struct Pair: Hashable, Sendable, Encodable {
    /// The one with the lower mean rank.
    public var better: String
    /// The other one.
    public var worse: String
    /// The probability of Wilcoxon's signed-rank test.
    public var wilcoxon: Double
    /// The same with Holm's correction for all pairs.
    public var holm: Double
    /// The probability of Nemenyi's test.
    public var nemenyi: Double
  }

  /// The methods, the best first.
  public var methods: [Standing]
  /// The studies that are compared on.
  public var studies: [String]
  /// Studies on which no seed is common to all methods yet.
  public var leftOut: [String]
  /// The probability of such ranks where no methods differ, by Friedman's test with Iman and Davenport's
  /// correction; `nil` of fewer than two studies.
  public var friedman: Double?
  /// The difference of mean ranks from which on Nemenyi's test tells two methods apart.
  public var criticalDifference: Double
  /// All pairs, in the order of ranks.
  public var pairs: [Pair]
  /// Methods of which Nemenyi's test tells no two apart, the longest stretches.
  public var nemenyiBars: [[String]]
  /// Methods of which Wilcoxon's test with Holm's correction tells no two apart.
  public var holmBars: [[String]]

  /// The level at which methods are told apart.
  public static let level = 0.05

  private enum CodingKeys: String, CodingKey {
    case methods, studies, friedman, pairs
    case leftOut = "left_out"
    case criticalDifference = "critical_difference"
    case nemenyiBars = "nemenyi_bars"
    case holmBars = "holm_bars"
  }

  /// The comparison of some results; `nil` of one method, or where no study has a seed that all methods have.
  public init?(_ results: BenchmarkResults) {
    let labels = results.campaign.methods.map(\.label)
    let known = results.campaign.studies.map(\.label)
    let studies = known.filter {
      !results.commonSeeds(on: $0).isEmpty && results.scale(of: $0) != nil
    }
    self.studies = studies
    leftOut = known.filter { !studies.contains($0) }
    guard labels.count > 1, !studies.isEmpty else { return nil }
    let blocks = studies.compactMap { study -> [Double]? in
      guard let scale = results.scale(of: study) else { return nil }
      return results.blocks(on: study).map { runs in
        mean(runs.map { scale.normalized($0.last(results.campaign.value)) })
      }
    }
    let ranks = averageRanks(blocks)
    let order = labels.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    let standings = order.map { method in
      Standing(
        method: labels[method], rank: ranks[method],
        normalizedRegret: mean(blocks.map { $0[method] }))
    }
    friedman = FriedmanTest(blocks)?.probability
    let nemenyi = NemenyiTest(ranks: ranks, blocks: blocks.count)
    criticalDifference = nemenyi.criticalDifference(at: Self.level)
    let places = order.indices.flatMap { first in
      order[(first + 1)...].map { (order[first], $0) }
    }
    let wilcoxon = places.map { first, second in
      SignedRankTest(blocks.map { $0[second] - $0[first] }).probability
    }
    let holm = holmAdjusted(wilcoxon)
    let pairs = places.indices.map { place in
      let (better, worse) = places[place]
      return Pair(
        better: labels[better], worse: labels[worse], wilcoxon: wilcoxon[place],
        holm: holm[place], nemenyi: nemenyi.probability(better, worse))
    }
    func bars(_ probability: KeyPath<Pair, Double>) -> [[String]] {
      let differing = pairs.filter { $0[keyPath: probability] < Self.level }
      let apart = Set(differing.flatMap { [[$0.better, $0.worse], [$0.worse, $0.better]] })
      return stretchesNotToldApart(ranks: ranks) { apart.contains([labels[$0], labels[$1]]) }
        .map { $0.map { labels[$0] } }
    }
    (methods, self.pairs) = (standings, pairs)
    nemenyiBars = bars(\.nemenyi)
    holmBars = bars(\.holm)
  }
}

/// The arithmetic mean; of at least one value.
func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
