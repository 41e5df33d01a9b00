import RealModule

extension KernelDensity {
  /// The bandwidths of the normal reference rule, `1.06 s n^(-1 / (4 + d))` for `n` points of `d`
  /// coordinates with standard deviation `s`, but at least a minimum.
  ///
  /// The rule knows deviations only. An ordered coordinate gets the parameter at which its kernel
  /// has the rule's deviation; an unordered one the rule's number itself, as in statsmodels.
  /// Aitchison and Aitken's kernel has a meaning up to `1 - 1 / levels`, where it is the same for
  /// all levels; statsmodels goes beyond, and from 1 on has negative densities.
  ///
  /// - Parameters:
  ///   - points: The coordinates of one point after the other; at least one point.
  ///   - kinds: Of the coordinates; at least one.
  ///   - minimum: More than 0.
  ///   - isBounded: Whether bandwidths of unordered coordinates end where the kernel is the same
  ///     for all levels.
  /// - Returns: One for each coordinate.
  public static func normalReferenceBandwidths(
    of points: [Double], kinds: [Kind], minimum: Double, isBounded: Bool = true
  ) -> [Double] {
    let width = kinds.count
    let count = points.count / width
    let factor = 1.06 * Double.pow(Double(count), -1 / Double(4 + width))
    return deviations(points, width).enumerated().map { place, deviation in
      let bandwidth = max(factor * deviation, minimum)
      switch kinds[place] {
      case .continuous: return bandwidth
      case .ordered: return decay(ofDeviation: bandwidth)
      case .unordered(let levels):
        return isBounded ? min(bandwidth, max(1 - 1 / Double(levels), minimum)) : bandwidth
      }
    }
  }

  /// The standard deviation of each coordinate, of the points as a population.
  private static func deviations(_ points: [Double], _ width: Int) -> [Double] {
    let count = points.count / width
    var means = Array(repeating: 0.0, count: width)
    for first in stride(from: 0, to: points.count, by: width) {
      for place in 0..<width { means[place] += points[first + place] }
    }
    for place in 0..<width { means[place] /= Double(count) }
    var squares = Array(repeating: 0.0, count: width)
    for first in stride(from: 0, to: points.count, by: width) {
      for place in 0..<width {
        let difference = points[first + place] - means[place]
        squares[place] += difference * difference
      }
    }
    return squares.map { ($0 / Double(count)).squareRoot() }
  }

  /// The parameter of Wang and van Ryzin's kernel, `(1 - l) l^|d| / 2` (twice that at 0), at which
  /// its standard deviation is the given one: the root below 1 of `l (1 + l) = s^2 (1 - l)^2`.
  static func decay(ofDeviation deviation: Double) -> Double {
    let square = deviation * deviation
    return 2 * square / (2 * square + 1 + (8 * square + 1).squareRoot())
  }

  /// The standard deviation of Wang and van Ryzin's kernel with this parameter.
  static func deviation(ofDecay decay: Double) -> Double {
    (decay * (1 + decay)).squareRoot() / (1 - decay)
  }
}

extension KernelDensity.Kind {
  var isOrdered: Bool { if case .ordered = self { true } else { false } }

  var isUnordered: Bool { if case .unordered = self { true } else { false } }

  /// What a coordinate is multiplied by so that its kernel's exponent is the square of a difference,
  /// or the magnitude for an ordered one.
  func scale(bandwidth: Double) -> Double {
    switch self {
    case .continuous: 1 / (bandwidth * 2.0.squareRoot())
    case .ordered: -Double.log(bandwidth)
    case .unordered: 1
    }
  }

  /// Aitchison and Aitken's kernel at the same and at another place.
  func factors(bandwidth: Double) -> (equal: Double, different: Double) {
    guard case .unordered(let levels) = self else { return (1, 1) }
    return (1 - bandwidth, levels > 1 ? bandwidth / Double(levels - 1) : 0)
  }
}
