import StudyModel

extension Parameter.Domain {
  /// Draws a value other than `current`: each other one of a list or of a linear grid with the same
  /// probability, otherwise as ``sample(using:)`` draws.
  ///
  /// - Parameters:
  ///   - current: What is left out.
  ///   - random: Where the draw comes from.
  /// - Returns: `nil` where there is no other value.
  func sample(except current: ParameterValue, using random: inout RandomStream) -> ParameterValue? {
    let isLogarithmic =
      switch self {
      case .real(_, _, _, let log), .integer(_, _, _, let log): log
      case .ordinal, .categorical, .constant: false
      }
    if let count, !isLogarithmic || count <= 2 {
      guard let place = place(of: current) else { return sample(using: &random) }
      guard count > 1 else { return nil }
      let drawn = random.index(below: count - 1)
      return value(at: drawn < place ? drawn : drawn + 1)
    }
    guard count != 1 else { return nil }
    for _ in 0..<Tried.drawsPerProposal {
      let drawn = sample(using: &random)
      if drawn != current { return drawn }
    }
    return nil
  }
}

/// Changes configurations of a space in one parameter.
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 3.3: one variable is chosen at random,
/// and a value for it that is not its current one. Beyond that paper's unconditional categories: the
/// choice is among the active parameters; one that becomes active is drawn, one that becomes
/// inactive is dropped. In a space of given rows the result is the row nearest to that
/// configuration, among those that differ in the chosen parameter.
struct Mutation: Sendable {
  let space: SearchSpace
  /// Those that are chosen from.
  private let parameters: [Parameter]
  private let rows: Set<Configuration>
  private let encoding: Encoding
  private let coordinates: [[Double?]]

  /// Mutations of the parameters that `isIncluded` picks.
  init(_ space: SearchSpace, where isIncluded: (Parameter) -> Bool) {
    self.space = space
    parameters = space.parameters.filter { $0.domain.count != 1 && isIncluded($0) }
    encoding = Encoding(space)
    rows = Set(space.rows ?? [])
    coordinates = (space.rows ?? []).map { [encoding] in encoding.coordinates(of: $0) }
  }

  /// Changes one parameter.
  ///
  /// - Parameters:
  ///   - parent: What is changed.
  ///   - others: Settings to take instead of the parent's, in parameters that do not mutate.
  ///   - random: Where draws come from.
  /// - Returns: The changed configuration and the parameter; `nil` where nothing can change. It may
  ///   violate a constraint.
  func child(
    of parent: Configuration, with others: Configuration = Configuration(),
    using random: inout RandomStream
  ) -> (configuration: Configuration, parameter: String)? {
    let active = parameters.filter { parent[$0.name] != nil }
    guard !active.isEmpty else { return nil }
    let chosen = active[random.index(below: active.count)]
    guard let current = parent[chosen.name],
      let value = chosen.domain.sample(except: current, using: &random)
    else { return nil }
    var given = parent
    for setting in others.settings { given[setting.name] = setting.value }
    given[chosen.name] = value
    guard space.rows != nil else {
      return (space.sample(using: &random, fixing: given), chosen.name)
    }
    return row(nearest: given, butNot: current, in: chosen.name).map { ($0, chosen.name) }
  }

  /// The row with the least sum of distances in all parameters, the first of equal ones.
  private func row(
    nearest given: Configuration, butNot current: ParameterValue, in name: String
  ) -> Configuration? {
    if rows.contains(given) { return given }
    guard let rows = space.rows else { return nil }
    let target = encoding.coordinates(of: given)
    var best: (distance: Double, place: Int)?
    for place in rows.indices where rows[place][name] != current {
      var distance = 0.0
      for (dimension, pair) in zip(encoding.dimensions, zip(coordinates[place], target)) {
        distance += dimension.distance(pair.0, pair.1)
        if distance >= best?.distance ?? .infinity { break }
      }
      if distance < best?.distance ?? .infinity { best = (distance, place) }
    }
    return best.map { rows[$0.place] }
  }
}

extension Mutation: Codable {
  private enum Key: CodingKey { case space, parameters }

  /// Reads the space and the parameters; the rest follows from them.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let names = try container.decode([String].self, forKey: .parameters)
    self.init(try container.decode(SearchSpace.self, forKey: .space)) { names.contains($0.name) }
  }

  /// Writes the space and the parameters.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(space, forKey: .space)
    try container.encode(parameters.map(\.name), forKey: .parameters)
  }
}

extension Encoding.Dimension {
  /// From 0, for equal coordinates, to 1.
  fileprivate func distance(_ left: Double?, _ right: Double?) -> Double {
    guard let left, let right else { return left == nil && right == nil ? 0 : 1 }
    return switch kind {
    case .unit: (left - right).magnitude
    case .ordered(let count): (left - right).magnitude / Double(max(count - 1, 1))
    case .unordered: left == right ? 0 : 1
    }
  }
}
