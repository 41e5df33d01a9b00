import RealModule

extension Parameter.Domain {
  /// A value as a coordinate: a number's position from 0 to 1 on its scale, a list's place.
  ///
  /// A countable number has the middle of its share of the scale, as ConfigSpace does it.
  ///
  /// - Parameter value: One of the domain's values.
  /// - Returns: `nil` for one that does not belong to the domain, and for constants.
  public func coordinate(of value: ParameterValue) -> Double? {
    switch self {
    case .constant: return nil
    case .ordinal, .categorical: return place(of: value).map(Double.init)
    case .real(_, _, _, let log), .integer(_, _, _, let log):
      guard let number = value.number, let (low, high) = scale else { return nil }
      guard low < high else { return 0.5 }
      let position =
        log
        ? (Double.log(number) - Double.log(low)) / (Double.log(high) - Double.log(low))
        : (number - low) / (high - low)
      return min(max(position, 0), 1)
    }
  }

  /// The value nearest to a coordinate, which is clamped to the domain; `nil` for constants.
  public func value(atCoordinate coordinate: Double) -> ParameterValue? {
    switch self {
    case .constant: return nil
    case .ordinal(let values), .categorical(let values):
      return values[min(max(Int(coordinate.rounded()), 0), values.count - 1)]
    case .real(_, _, _, let log), .integer(_, _, _, let log):
      guard let (low, high) = scale else { return nil }
      let position = min(max(coordinate, 0), 1)
      let number =
        log
        ? Double.exp(Double.log(low) + (Double.log(high) - Double.log(low)) * position)
        : low + (high - low) * position
      return nearest(to: number)
    }
  }

  /// The ends of a number's scale: half a step beyond the lowest and the highest value of a
  /// countable one, so that each value has a share of it.
  private var scale: (low: Double, high: Double)? {
    let (low, last, step): (Double, Double, Double)
    switch self {
    case .real(let from, let to, nil, _): return (from, to)
    case .real(let from, _, let by?, _):
      (low, last, step) = (from, from + by * Double((count ?? 1) - 1), by)
    case .integer(let from, _, let by, _):
      (low, last, step) = (Double(from), Double(from + by * ((count ?? 1) - 1)), Double(by))
    case .ordinal, .categorical, .constant: return nil
    }
    // Half a step below the lowest only where a logarithm stays defined.
    let margin = isLogarithmic && low <= step / 2 ? 0 : step / 2
    return (low - margin, last + step / 2)
  }

  private var isLogarithmic: Bool {
    switch self {
    case .real(_, _, _, let log), .integer(_, _, _, let log): log
    case .ordinal, .categorical, .constant: false
    }
  }

  /// The value of a number's domain that is nearest to a number.
  ///
  /// - Parameter number: Any finite one; clamped to the domain.
  /// - Returns: `nil` for lists and constants.
  public func nearest(to number: Double) -> ParameterValue? {
    switch self {
    case .real(let low, let high, nil, _): return .real(min(max(number, low), high))
    case .real(let low, _, let step?, _):
      return value(at: min(max(Int(((number - low) / step).rounded()), 0), (count ?? 1) - 1))
    case .integer(let low, _, let step, _):
      let place = ((number - Double(low)) / Double(step)).rounded()
      return value(at: min(max(Int(place), 0), (count ?? 1) - 1))
    case .ordinal, .categorical, .constant: return nil
    }
  }
}
