/// What a collection trains: each configuration with each combination of the fidelities' values and
/// each seed, every one a training of its own.
public struct CollectionSettings: Hashable, Sendable, Codable {
  /// Where the configurations come from; fidelities are not among their settings.
  public enum Configurations: Hashable, Sendable, Codable {
    /// Every combination of values, ranges at so many of them; see ``GridSettings/points``.
    case grid(points: Int)
    /// So many points of a scrambled Sobol sequence.
    case sobol(Int)
    /// So many independent draws.
    case random(Int)
    /// These; of a part of a collection, those from that of its first training on.
    case list([TypedConfiguration])
  }

  /// The configurations.
  public var configurations: Configurations
  /// The seeds that trainings are told, different, each at least 0; at least one.
  public var seeds: [Int]
  /// The number of the study's first training in the whole collection, from 0.
  public var first: Int
  /// Whether the last checkpoint of each training is kept.
  public var keepsCheckpoints: Bool

  /// A whole collection of these.
  public init(
    configurations: Configurations, seeds: [Int] = [1], first: Int = 0,
    keepsCheckpoints: Bool = false
  ) {
    precondition(!seeds.isEmpty && first >= 0)
    self.configurations = configurations
    self.seeds = seeds
    self.first = first
    self.keepsCheckpoints = keepsCheckpoints
  }
}
