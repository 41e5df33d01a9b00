public import StudyModel

/// Aging evolution of the architecture with Bayesian optimisation of the rest (`agebo`).
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, Algorithm 1. The architecture of a proposal is a
/// mutation as in ``AgingEvolution``; the other parameters are those that a random forest over them
/// alone chooses, whatever the architecture (`ForestModel`). Until the population is full of finished
/// evaluations both are random; the paper's optimiser proposes a little earlier, after ten. One that
/// becomes active through the architecture, and that the forest's choice leaves out, is the parent's
/// or drawn.
///
/// Without a fit, which runs beside the loop, the other parameters are drawn. The forest may choose
/// the same settings again for another architecture.
public struct JointSearch: ModelSearcher {
  private var tried: Tried
  private var population: Population
  private var model: ForestModel
  private let mutation: Mutation
  private let seed: UInt64

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search; some parameters are marked as architecture.
  ///   - evolution: Of the population.
  ///   - forest: Of the forest and its use.
  ///   - goal: Of the metric, for the lies.
  ///   - budget: The least at which trials are compared.
  ///   - seed: Of every draw.
  public init(
    space: SearchSpace, evolution: EvolutionSettings, forest: ForestSettings, goal: Goal,
    budget: Budget, seed: UInt64
  ) {
    tried = Tried(space)
    population = Population(settings: evolution, budget: budget)
    mutation = Mutation(space, where: \.isArchitecture)
    model = ForestModel(
      encoding: Encoding(space) { !$0.isArchitecture }, settings: forest, goal: goal,
      budget: budget, seed: seed)
    self.seed = seed
  }

  /// Notes what was proposed and how it came out.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event { tried.insert(configuration) }
    population.absorb(event)
    model.absorb(event)
  }

  /// The number of all observations, once the population is full and they are a 32nd more than at
  /// the last fit.
  public var dueBasis: Int? { population.isFull ? model.dueBasis : nil }

  /// The number of observations of the fit in use.
  public var basis: Int? { model.basis }

  /// Fits the forest, and chooses what to propose.
  public func fit(to basis: Int) -> ForestFit { model.fit(to: basis, mayRepeat: true) }

  /// The child of a member of the population with the fit's choice for this trial, or a draw while
  /// the population is not full.
  ///
  /// A child that was proposed before, or violates a constraint, is made anew with the next choice.
  public func propose(for trial: TrialID, by fit: ForestFit?) -> Proposal? {
    if population.isFull {
      var random = RandomStream(seed: seed, trial: trial, purpose: .evolution)
      for attempt in 0..<AgingEvolution.mutationsPerProposal {
        let choice = choice(for: trial, attempt, by: fit)
        let settings = choice ?? draw(using: &random)
        guard let parent = population.parent(using: &random),
          let child = mutation.child(of: parent.configuration, with: settings, using: &random)
        else { break }
        guard tried.mayPropose(child.configuration) else { continue }
        return Proposal(
          child.configuration,
          .mutation(
            of: parent.trial, parameter: child.parameter, model: choice == nil ? nil : basis))
      }
    }
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    return tried.draw(using: &random).map { Proposal($0, .random) }
  }

  /// A draw of the parameters that do not evolve.
  private func draw(using random: inout RandomStream) -> Configuration {
    var settings = mutation.space.sample(using: &random)
    for parameter in mutation.space.parameters where parameter.isArchitecture {
      settings[parameter.name] = nil
    }
    return settings
  }

  /// What the fit chose for a trial; from the beginning again where its choices are used up.
  private func choice(for trial: TrialID, _ attempt: Int, by fit: ForestFit?) -> Configuration? {
    guard let fit, !fit.queue.isEmpty else { return nil }
    return fit.queue[(model.place(of: trial) + attempt) % fit.queue.count]
  }
}
