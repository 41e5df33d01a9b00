import RealModule

/// The standard normal distribution.
public enum Normal {
  /// The density at `x`.
  public static func density(_ x: Double) -> Double {
    Double.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  /// The probability of a value below `x`.
  public static func probability(below x: Double) -> Double {
    Double.erfc(-x / 2.0.squareRoot()) / 2
  }
}
