import RealModule

/// The regularised incomplete beta function.
///
/// Source: NIST Digital Library of Mathematical Functions, section 8.17, continued fraction 8.17.22,
/// evaluated by Lentz's method as modified by Thompson and Barnett, J. Comput. Phys. 64 (1986).
enum IncompleteBeta {
  /// The share of the beta distribution's mass below `x`.
  ///
  /// - Parameters:
  ///   - x: From 0 to 1.
  ///   - a: The first parameter; above 0.
  ///   - b: The second parameter; above 0.
  /// - Returns: From 0 to 1, to about 13 digits.
  static func regularized(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean alone; above it the symmetric one does.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - regularized(1 - x, b, a) }
    let logarithm =
      a * Double.log(x) + b * Double.log(onePlus: -x) - Double.log(a)
      - Double.logGamma(a) - Double.logGamma(b) + Double.logGamma(a + b)
    return Double.exp(logarithm) * fraction(x, a, b)
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func kept(_ value: Double) -> Double { value.magnitude < tiny ? tiny : value }
    var above = 1.0
    var below = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = below
    for step in 1...10_000 {
      let m = Double(step)
      let terms = [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ]
      var change = 1.0
      for term in terms {
        below = 1 / kept(1 + term * below)
        above = kept(1 + term / above)
        change = above * below
        result *= change
      }
      if (change - 1).magnitude < 1e-16 { break }
    }
    return result
  }
}

/// The probability of more than `value` under Fisher's F distribution.
///
/// - Parameters:
///   - value: At least 0; may be infinite.
///   - above: Degrees of freedom of the numerator; above 0.
///   - below: Degrees of freedom of the denominator; above 0.
/// - Returns: From 0 to 1.
func fisherTail(_ value: Double, above: Double, below: Double) -> Double {
  guard value > 0 else { return 1 }
  guard value.isFinite else { return 0 }
  return IncompleteBeta.regularized(below / (below + above * value), below / 2, above / 2)
}
