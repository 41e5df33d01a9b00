public import StudyModel

/// Proposes independent draws from the space, none twice where the space is countable.
///
/// Source: Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13 (2012).
/// Configurations that violate a constraint are drawn anew.
public struct RandomSearch: ConfigurationSearcher {
  private var tried: Tried
  private let seed: UInt64

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - seed: Of every draw.
  public init(space: SearchSpace, seed: UInt64) {
    tried = Tried(space)
    self.seed = seed
  }

  /// Notes what was proposed.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event { tried.insert(configuration) }
  }

  /// The draw of this trial, or the first after it that is new.
  public func propose(for trial: TrialID) -> Proposal? {
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    return tried.draw(using: &random).map { Proposal($0, .random) }
  }
}
