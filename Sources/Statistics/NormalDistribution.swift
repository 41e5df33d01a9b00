import RealModule

/// The standard normal distribution.
enum NormalDistribution {
  /// The density.
  static func density(_ x: Double) -> Double {
    Double.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  /// The probability of a value below `x`.
  static func probability(below x: Double) -> Double {
    Double.erfc(-x / 2.0.squareRoot()) / 2
  }
}
