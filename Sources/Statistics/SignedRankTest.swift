/// Whether two treatments differ on the same blocks: the signed-rank test of Wilcoxon, two-sided.
///
/// Differences of zero count half for either side. The probability is exact for up to 50 blocks where no
/// difference is zero and no two are equally large, and that of a normal distribution with the correction for
/// ties otherwise.
///
/// Sources: Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1 (1945); Demšar, JMLR 7
/// (2006), section 3.1.3, for zeros.
public struct SignedRankTest: Hashable, Sendable {
  /// The sum of the ranks of the differences above zero.
  public let above: Double
  /// The sum of the ranks of those below.
  public let below: Double
  /// Whether the probability is exact.
  public let isExact: Bool
  /// The probability of sums that lie so far apart where the treatments do not differ.
  public let probability: Double

  /// The most blocks for which the probability is exact.
  public static let mostExact = 50

  /// The test of some differences.
  ///
  /// - Parameter differences: One a block, none of them NaN; at least one.
  public init(_ differences: [Double]) {
    let sizes = differences.map(\.magnitude)
    let ranks = sharedRanks(sizes)
    var (above, below) = (0.0, 0.0)
    for (difference, rank) in zip(differences, ranks) {
      above += difference > 0 ? rank : difference == 0 ? rank / 2 : 0
      below += difference < 0 ? rank : difference == 0 ? rank / 2 : 0
    }
    (self.above, self.below) = (above, below)
    let groups = ties(sizes.sorted())
    isExact =
      differences.count <= Self.mostExact && groups.count == sizes.count && !sizes.contains(0)
    guard !isExact else {
      probability = Self.exact(min(above, below), count: differences.count)
      return
    }
    let zeros = Double(sizes.count { $0 == 0 })
    let tied = groups.filter { sizes.count > 0 && $0.lowerBound >= Int(zeros) }.reduce(0.0) {
      let size = Double($1.count)
      return $0 + size * (size * size - 1)
    }
    let n = Double(differences.count)
    // What zeros cannot vary by leaves the variance.
    let variance =
      (n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1) - tied / 2) / 24
    guard variance > 0 else {
      probability = 1
      return
    }
    let deviation = (min(above, below) - n * (n + 1) / 4) / variance.squareRoot()
    probability = min(1, 2 * Normal.probability(below: deviation))
  }

  /// Twice the share of all signs whose smaller sum is at most this one.
  private static func exact(_ sum: Double, count: Int) -> Double {
    let all = count * (count + 1) / 2
    // How many of the choices of ranks have each sum: below 2 to the power of 50, so exact.
    var ways = [Double](repeating: 0, count: all + 1)
    ways[0] = 1
    for rank in 1...max(1, count) {
      for total in stride(from: all, through: rank, by: -1) { ways[total] += ways[total - rank] }
    }
    let below = ways[...Int(sum)].reduce(0, +)
    return min(1, 2 * below / ways.reduce(0, +))
  }
}
