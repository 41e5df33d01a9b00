import StudyModel

/// The configurations proposed so far, and how to draw one that was not.
///
/// In a space with an uncountable parameter nothing repeats, and nothing is kept.
struct Tried: Sendable, Codable {
  /// The space.
  let space: SearchSpace
  private let isCountable: Bool
  private var configurations = Distinct<Configuration>()

  /// Draws tried before a space is searched place by place for what is left.
  static let drawsPerProposal = 10_000
  /// The most configurations that are looked through one by one.
  static let countLimit = 1_000_000

  init(_ space: SearchSpace) {
    self.space = space
    isCountable = space.isCountable
  }

  /// How many different configurations of a countable space were proposed.
  var count: Int { configurations.count }

  /// Whether a configuration was proposed before; never in an uncountable space.
  func contains(_ configuration: Configuration) -> Bool {
    isCountable && configurations.contains(configuration)
  }

  /// Whether a configuration meets the constraints and was not proposed before.
  func mayPropose(_ configuration: Configuration) -> Bool {
    !contains(configuration) && space.satisfiesConstraints(configuration)
  }

  /// Notes a proposed configuration.
  mutating func insert(_ configuration: Configuration) {
    if isCountable { configurations.insert(configuration) }
  }

  /// Draws a configuration that meets the constraints and was not proposed before.
  ///
  /// - Parameters:
  ///   - random: Where the draws come from.
  ///   - point: Settings that are given and not drawn; a given point may repeat.
  /// - Returns: `nil` where the space holds none, or none was found by
  ///   ``drawsPerProposal`` draws in one too large to look through.
  func draw(
    using random: inout RandomStream, fixing point: Configuration = Configuration()
  ) -> Configuration? {
    let isGiven = !point.settings.isEmpty
    let isFull = space.countBound.map { configurations.count >= $0 } ?? false
    if !isFull || isGiven {
      for _ in 0..<Self.drawsPerProposal {
        let configuration = space.sample(using: &random, fixing: point)
        if space.satisfiesConstraints(configuration), isGiven || !contains(configuration) {
          return configuration
        }
      }
    }
    guard !isGiven, !isFull, let bound = space.countBound, bound <= Self.countLimit else {
      return nil
    }
    let left = space.all().filter { !contains($0) }
    return left.isEmpty ? nil : left[random.index(below: left.count)]
  }
}

extension Tried {
  private enum CodingKeys: CodingKey {
    case space, isCountable, configurations
  }

  /// Gives the configurations' values their types back: JSON writes 1.0 as 1.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try container.decode(SearchSpace.self, forKey: .space))
    for configuration in try container.decode([Configuration].self, forKey: .configurations) {
      insert(space.typed(configuration))
    }
  }
}

extension SearchSpace {
  /// Every configuration of a countable space that meets the constraints, the first parameter
  /// varying slowest; empty for an uncountable one.
  func all() -> [Configuration] {
    if let rows { return rows.filter { satisfiesConstraints($0) } }
    guard isCountable else { return [] }
    var configurations = [Configuration()]
    for parameter in parameters {
      configurations = configurations.flatMap { configuration -> [Configuration] in
        guard isActive(parameter, in: configuration) else { return [configuration] }
        return (0..<(parameter.domain.count ?? 0)).compactMap { place in
          parameter.domain.value(at: place).map { value in
            var extended = configuration
            extended[parameter.name] = value
            return extended
          }
        }
      }
    }
    return configurations.filter { satisfiesConstraints($0) }
  }
}
