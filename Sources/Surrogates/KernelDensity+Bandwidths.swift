import RealModule

extension KernelDensity.Kind {
  /// The bandwidth of the normal reference rule, `1.06 s n^(-1 / (4 + d))` for `n` points of `d`
  /// coordinates, of which this one has the standard deviation `s`, but at least a minimum.
  ///
  /// The rule knows deviations only. An ordered coordinate gets the parameter at which its kernel
  /// has the rule's deviation; an unordered one the rule's number itself, as in statsmodels.
  /// Aitchison and Aitken's kernel has a meaning up to `1 - 1 / levels`, where it is the same for
  /// all levels; statsmodels goes beyond, and from 1 on has negative densities.
  func normalReferenceBandwidth(
    deviation: Double, count: Int, dimensions: Int, minimum: Double, isBounded: Bool
  ) -> Double {
    let rule = 1.06 * deviation * Double.pow(Double(count), -1 / Double(4 + dimensions))
    let bandwidth = max(rule, minimum)
    switch self {
    case .continuous: return bandwidth
    case .ordered: return KernelDensity.decay(ofDeviation: bandwidth)
    case .unordered(let levels):
      return isBounded ? min(bandwidth, max(1 - 1 / Double(levels), minimum)) : bandwidth
    }
  }
}

extension KernelDensity {
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
