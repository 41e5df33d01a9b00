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
