import StudyModel

/// Configurations as points of the unit cube, for models that measure distances.
///
/// A number is its position on its scale; a value of an ordered list the middle of its share of
/// the interval; so is one of two values without order; of more, each value has a coordinate of its
/// own, 1 where it is taken and 0 elsewhere. An inactive parameter is put in the middle: 0.5, or
/// equal shares of 1.
struct ModelInputs: Sendable, Codable {
  private let encoding: Encoding
  /// The number of coordinates.
  let dimension: Int

  /// The inputs of this space.
  init(_ space: SearchSpace) {
    let encoding = Encoding(space)
    self.encoding = encoding
    dimension = encoding.dimensions.reduce(0) { $0 + $1.kind.width }
  }

  /// The point of a configuration.
  func input(of configuration: Configuration) -> [Double] {
    var input: [Double] = []
    input.reserveCapacity(dimension)
    for (dimension, coordinate) in zip(
      encoding.dimensions, encoding.coordinates(of: configuration))
    {
      switch dimension.kind {
      case .unit: input.append(coordinate ?? 0.5)
      case .ordered(let count): input.append(coordinate.map { ($0 + 0.5) / Double(count) } ?? 0.5)
      case .unordered(let count) where dimension.kind.width == 1:
        input.append(coordinate.map { ($0 + 0.5) / Double(count) } ?? 0.5)
      case .unordered(let count):
        for place in 0..<count {
          input.append(coordinate.map { Int($0) == place ? 1 : 0 } ?? 1 / Double(count))
        }
      }
    }
    return input
  }

  /// The places of the coordinates that may move without a parameter becoming active or inactive.
  func movable(at configuration: Configuration) -> [Int] {
    var movable: [Int] = []
    var place = 0
    for dimension in encoding.dimensions {
      let name = dimension.parameter.name
      let isDecisive = encoding.space.parameters.contains { parameter in
        parameter.conditions.contains { $0.parameter == name }
      }
      let width = dimension.kind.width
      if !isDecisive, configuration[name] != nil { movable += place..<(place + width) }
      place += width
    }
    return movable
  }

  /// The configuration nearest to a point that was moved from another configuration.
  func configuration(
    at input: [Double], movedFrom origin: Configuration, using random: inout RandomStream
  ) -> Configuration {
    var place = 0
    let coordinates = encoding.dimensions.map { dimension -> Double? in
      let own = input[place..<(place + dimension.kind.width)]
      place += dimension.kind.width
      guard origin[dimension.parameter.name] != nil else { return nil }
      switch dimension.kind {
      case .unit: return own[own.startIndex]
      case .ordered(let count): return Self.share(own[own.startIndex], count)
      case .unordered(let count) where own.count == 1:
        return Self.share(own[own.startIndex], count)
      case .unordered:
        let greatest = own.indices.reduce(own.startIndex) { own[$1] > own[$0] ? $1 : $0 }
        return Double(greatest - own.startIndex)
      }
    }
    return encoding.configuration(at: coordinates, using: &random)
  }

  private static func share(_ coordinate: Double, _ count: Int) -> Double {
    min((coordinate * Double(count)).rounded(.down), Double(count - 1))
  }
}

extension Encoding.Dimension.Kind {
  /// How many coordinates it has in a point.
  fileprivate var width: Int {
    switch self {
    case .unit, .ordered: 1
    case .unordered(let count): count > 2 ? count : 1
    }
  }
}
