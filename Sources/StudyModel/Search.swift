/// How configurations are proposed: the kind of searcher with its settings.
public struct Search: Hashable, Sendable, Codable {
  /// The searchers.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Independent draws.
    case random
    /// Every combination of values.
    case grid
    /// The Sobol sequence.
    case sobol
    /// A pair of kernel densities (BOHB).
    case bohb
    /// A Gaussian process over configuration and resource (MOBSTER).
    case mobster
    /// Aging evolution of the architecture parameters.
    case age
    /// Aging evolution of the architecture, Bayesian optimisation of the rest.
    case agebo
    /// Bayesian optimisation of everything by a random forest.
    case mixedBO = "mixed-bo"
    /// Aging evolution of everything.
    case mixedAgE = "mixed-age"
    /// The trainings of a collection, by their numbers.
    case collection
  }

  /// The searcher.
  public var kind: Kind
  /// Of `grid`.
  public var grid = GridSettings()
  /// Of `bohb`.
  public var density = DensitySettings()
  /// Of `mobster`.
  public var process = ProcessSettings()
  /// Of `age`, `agebo` and `mixed-age`.
  public var evolution = EvolutionSettings()
  /// Of `agebo` and `mixed-bo`.
  public var forest = ForestSettings()
  /// Of `collection`; `nil` for others.
  public var collection: CollectionSettings?

  /// A searcher with its defaults.
  public init(_ kind: Kind) { self.kind = kind }
}
