import RealModule
import StudyModel

/// A space's configurations as vectors for models, and back.
///
/// Every searched parameter is a dimension, in the order of the space; constants are none. A number
/// becomes a position from 0 to 1 on its scale; a countable one the middle of its share of the
/// scale, as ConfigSpace does it. A value of a list becomes its place. An inactive parameter
/// has no coordinate.
struct Encoding: Hashable, Sendable, Codable {
  /// One searched parameter.
  struct Dimension: Hashable, Sendable, Codable {
    /// What its coordinates are.
    enum Kind: Hashable, Sendable, Codable {
      /// Positions from 0 to 1.
      case unit
      /// Places from 0 to `count` - 1 with a meaningful order.
      case ordered(count: Int)
      /// Places from 0 to `count` - 1 without order.
      case unordered(count: Int)
    }

    let parameter: Parameter
    let kind: Kind
  }

  let space: SearchSpace
  let dimensions: [Dimension]

  /// The encoding of this space, of all parameters or of those that `isIncluded` picks.
  init(_ space: SearchSpace, where isIncluded: (Parameter) -> Bool = { _ in true }) {
    self.space = space
    dimensions = space.parameters.filter(isIncluded).compactMap { parameter in
      switch parameter.domain {
      case .real, .integer: Dimension(parameter: parameter, kind: .unit)
      case .ordinal(let values):
        Dimension(parameter: parameter, kind: .ordered(count: values.count))
      case .categorical(let values):
        Dimension(parameter: parameter, kind: .unordered(count: values.count))
      case .constant: nil
      }
    }
  }

  /// The coordinates of a configuration; `nil` for an inactive parameter.
  func coordinates(of configuration: Configuration) -> [Double?] {
    dimensions.map { dimension in
      configuration[dimension.parameter.name].flatMap {
        dimension.parameter.domain.coordinate(of: $0)
      }
    }
  }

  /// The configuration at these coordinates.
  ///
  /// - Parameters:
  ///   - coordinates: One for each dimension; those of parameters that turn out inactive are not
  ///     looked at, and for one that turns out active a `nil` is drawn.
  ///   - fixed: The values of searched parameters that are no dimension; drawn where it has none.
  ///   - random: Where draws come from.
  func configuration(
    at coordinates: [Double?], fixed: Configuration = Configuration(),
    using random: inout RandomStream
  ) -> Configuration {
    var configuration = Configuration()
    var next = dimensions.startIndex
    for parameter in space.parameters {
      var coordinate: Double?
      if next < dimensions.endIndex, dimensions[next].parameter.name == parameter.name {
        coordinate = coordinates[next]
        next += 1
      }
      guard space.isActive(parameter, in: configuration) else { continue }
      configuration[parameter.name] =
        coordinate.flatMap { parameter.domain.value(atCoordinate: $0) } ?? fixed[parameter.name]
        ?? parameter.domain.sample(using: &random)
    }
    return configuration
  }
}

extension Parameter.Domain {
  /// A value as a coordinate; `nil` for one that does not belong to the domain, and for constants.
  func coordinate(of value: ParameterValue) -> Double? {
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
  func value(atCoordinate coordinate: Double) -> ParameterValue? {
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

  /// The value nearest to a number; `nil` for lists and constants.
  func nearest(to number: Double) -> ParameterValue? {
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
