import RealModule

extension RandomStream {
  /// A standard normal number.
  ///
  /// Source: Box and Muller, "A note on the generation of random normal deviates", Annals of
  /// Mathematical Statistics 29 (1958).
  public mutating func normal() -> Double {
    let (radius, angle) = (1 - unit(), unit())
    return (-2 * Double.log(radius)).squareRoot() * Double.cos(2 * Double.pi * angle)
  }
}
