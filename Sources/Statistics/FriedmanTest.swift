/// Whether several treatments differ at all: the test of Friedman, with Iman and Davenport's correction.
///
/// Sources: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7 (2006),
/// section 3.2.2; for ties Conover, "Practical Nonparametric Statistics", section 5.8.
public struct FriedmanTest: Hashable, Sendable {
  /// Blocks: of a benchmark the studies.
  public let blocks: Int
  /// Treatments: of a benchmark the methods.
  public let treatments: Int
  /// Friedman's statistic with the correction for ties, which follows a chi-squared distribution with one
  /// degree of freedom less than there are treatments where there are many blocks.
  public let chiSquared: Double
  /// By what the statistic was divided for ties; 1 where there are none, down to 0.
  public let tieFactor: Double
  /// Iman and Davenport's statistic, less conservative than Friedman's; infinite where the blocks agree
  /// fully.
  public let statistic: Double
  /// The probability of such a statistic where the treatments do not differ.
  public let probability: Double

  /// The test of some blocks; `nil` of fewer than two blocks or treatments.
  ///
  /// - Parameter values: Of each block a value for each treatment, none of them NaN.
  public init?(_ values: [[Double]]) {
    guard values.count > 1, let first = values.first, first.count > 1 else { return nil }
    blocks = values.count
    treatments = first.count
    let (n, k) = (Double(blocks), Double(treatments))
    let squares = averageRanks(values).reduce(0) { $0 + ($1 - (k + 1) / 2) * ($1 - (k + 1) / 2) }
    var tied = 0.0
    for block in values {
      for group in ties(block.sorted()) {
        let size = Double(group.count)
        tied += size * (size * size - 1)
      }
    }
    tieFactor = 1 - tied / (n * k * (k * k - 1))
    // All are equal everywhere.
    guard tieFactor > 1e-12 else {
      (chiSquared, statistic, probability) = (0, 0, 1)
      return
    }
    chiSquared = 12 * n / (k * (k + 1)) * squares / tieFactor
    let rest = n * (k - 1) - chiSquared
    statistic = rest > 1e-9 ? (n - 1) * chiSquared / rest : .infinity
    probability = fisherTail(statistic, above: k - 1, below: (k - 1) * (n - 1))
  }
}
