/// Pearson's statistic of counts against their expectation.
///
/// - Parameters:
///   - counts: How often each outcome occurred.
///   - weights: The outcomes' relative probabilities; equal where `nil`.
/// - Returns: The statistic, with one degree of freedom less than there are outcomes.
public func chiSquare(_ counts: [Int], weights: [Double]? = nil) -> Double {
  let weights = weights ?? Array(repeating: 1, count: counts.count)
  let total = Double(counts.reduce(0, +))
  let sum = weights.reduce(0, +)
  var statistic = 0.0
  for (count, weight) in zip(counts, weights) {
    let expected = total * weight / sum
    statistic += (Double(count) - expected) * (Double(count) - expected) / expected
  }
  return statistic
}

/// A value that the statistic of a true hypothesis exceeds once in about 30,000 times.
///
/// Source: Wilson and Hilferty, "The distribution of chi-square", PNAS 17 (1931), at 4 deviations.
public func chiSquareBound(degrees: Int) -> Double {
  guard degrees > 0 else { return 1e-9 }
  let share = 2.0 / (9.0 * Double(degrees))
  let root = 1 - share + 4 * share.squareRoot()
  return Double(degrees) * root * root * root
}
