/// Which treatments differ, judged by their mean ranks: the test of Nemenyi.
///
/// Source: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7 (2006), section
/// 3.2.2, whose critical values are those of the studentized range divided by the square root of 2.
public struct NemenyiTest: Hashable, Sendable {
  /// Blocks: of a benchmark the studies.
  public let blocks: Int
  /// The treatments' mean ranks over the blocks.
  public let ranks: [Double]

  /// The test of some mean ranks.
  ///
  /// - Parameters:
  ///   - ranks: At least two.
  ///   - blocks: Over how many blocks they are means; at least 1.
  public init(ranks: [Double], blocks: Int) {
    precondition(ranks.count > 1 && blocks > 0)
    (self.ranks, self.blocks) = (ranks, blocks)
  }

  private var unit: Double {
    let k = Double(ranks.count)
    return (k * (k + 1) / (6 * Double(blocks))).squareRoot()
  }

  /// The difference of two mean ranks from which on two treatments are told apart.
  ///
  /// - Parameter level: The probability of telling any two apart that do not differ; above 0, below 1.
  /// - Returns: At least 0.
  public func criticalDifference(at level: Double) -> Double {
    StudentizedRange.quantile(exceededWith: level, of: ranks.count) / 2.0.squareRoot() * unit
  }

  /// The probability of so large a difference of these two, or of any two, where none differ.
  public func probability(_ first: Int, _ second: Int) -> Double {
    let difference = (ranks[first] - ranks[second]).magnitude
    return StudentizedRange.tail(difference / unit * 2.0.squareRoot(), of: ranks.count)
  }
}
