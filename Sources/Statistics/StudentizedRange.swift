import RealModule

/// The range of several standard normal variables: the studentized range with infinitely many degrees
/// of freedom, as the test of Nemenyi needs it.
///
/// Source: Lund and Lund, "Algorithm AS 190: Probabilities and upper quantiles for the studentized range",
/// Applied Statistics 32 (1983), whose integral over the smallest variable this is.
enum StudentizedRange {
  /// The probability that the range of `count` variables is more than `range`.
  ///
  /// - Parameters:
  ///   - range: At least 0; may be infinite.
  ///   - count: Variables; at least 2.
  /// - Returns: From 0 to 1, to about 1e-13.
  static func tail(_ range: Double, of count: Int) -> Double {
    guard range > 0 else { return 1 }
    guard range.isFinite else { return 0 }
    // The largest is at z: none of the others is above it or further below than the range.
    func integrand(_ z: Double) -> Double {
      let all = Normal.probability(below: z)
      let within = all - Normal.probability(below: z - range)
      return Normal.density(z) * (power(all, count - 1) - power(within, count - 1))
    }
    // Outside, the density is below 1e-20. The integrand is smooth, and vanishes with all of its
    // derivatives at both ends, so that the trapezoidal rule converges faster than any power.
    let (low, high, steps) = (-9.5, 9.5, 760)
    let width = (high - low) / Double(steps)
    let sum = (0...steps).reduce(0.0) { $0 + integrand(low + Double($1) * width) }
    return min(1, max(0, Double(count) * width * sum))
  }

  /// The range that is exceeded with this probability.
  ///
  /// - Parameters:
  ///   - probability: Above 0 and below 1.
  ///   - count: Variables; at least 2.
  /// - Returns: At least 0.
  static func quantile(exceededWith probability: Double, of count: Int) -> Double {
    var (low, high) = (0.0, 60.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if tail(middle, of: count) > probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    Double.pow(base, exponent)
  }
}
