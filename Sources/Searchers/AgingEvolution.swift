public import StudyModel

/// Aging evolution (`age`, `mixed-age`).
///
/// Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI
/// 2019, Algorithm 1, run asynchronously as in Égelé et al., "AgEBO-Tabular", SC 2021, Algorithm
/// 1: random until as many evaluations have finished as the population holds, then mutations of the
/// best of a few of its members.
///
/// In `age` the parameters marked as architecture mutate. The paper fixes the others, which in a
/// study are constants; where it searches some, they are drawn for a random configuration and
/// inherited by its descendants. Without any mark, and in `mixed-age`, all mutate. Where the space
/// is countable nothing is proposed twice: a mutation that was proposed before, or violates a
/// constraint, is made anew from the choice of the parent on, and after many in vain a new
/// configuration is drawn.
public struct AgingEvolution: ConfigurationSearcher {
  private var tried: Tried
  private var population: Population
  private let mutation: Mutation
  private let seed: UInt64

  /// Mutations tried for one proposal.
  static let mutationsPerProposal = 200

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - settings: Of the population.
  ///   - mutatesAll: Whether all parameters mutate, even if some are marked as architecture.
  ///   - budget: The least at which trials are compared.
  ///   - seed: Of every draw.
  public init(
    space: SearchSpace, settings: EvolutionSettings, mutatesAll: Bool, budget: Budget, seed: UInt64
  ) {
    tried = Tried(space)
    population = Population(settings: settings, budget: budget)
    let hasMarks = space.parameters.contains(where: \.isArchitecture)
    mutation = Mutation(space) { mutatesAll || !hasMarks || $0.isArchitecture }
    self.seed = seed
  }

  /// Notes what was proposed and how it came out.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event { tried.insert(configuration) }
    population.absorb(event)
  }

  /// The child of a member of the population, or a draw while that is not full.
  public func propose(for trial: TrialID) -> Proposal? {
    if population.isFull {
      var random = RandomStream(seed: seed, trial: trial, purpose: .evolution)
      for _ in 0..<Self.mutationsPerProposal {
        guard let parent = population.parent(using: &random),
          let child = mutation.child(of: parent.configuration, using: &random)
        else { break }
        if tried.mayPropose(child.configuration) {
          return Proposal(
            child.configuration, .mutation(of: parent.trial, parameter: child.parameter, model: nil)
          )
        }
      }
    }
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    return tried.draw(using: &random).map { Proposal($0, .random) }
  }
}
