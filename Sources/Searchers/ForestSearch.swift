public import StudyModel

/// Bayesian optimisation of everything by a random forest (`mixed-bo`).
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 4.4 ("mixed BO"); how it proposes is said
/// at `ForestModel`. Random until `initialRandom` trials have ended with a loss. Nothing is proposed
/// twice where the space is countable.
public struct ForestSearch: ModelSearcher {
  private var tried: Tried
  private var model: ForestModel
  private let initialRandom: Int
  private let seed: UInt64

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - settings: Of the forest and its use.
  ///   - goal: Of the metric, for the lies.
  ///   - budget: The least at which trials are compared.
  ///   - seed: Of every draw.
  public init(
    space: SearchSpace, settings: ForestSettings, goal: Goal, budget: Budget, seed: UInt64
  ) {
    tried = Tried(space)
    initialRandom = settings.initialRandom
    self.seed = seed
    model = ForestModel(
      encoding: Encoding(space), settings: settings, goal: goal, budget: budget, seed: seed)
  }

  /// Notes what was proposed and how it came out.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event { tried.insert(configuration) }
    model.absorb(event)
  }

  /// The number of all observations, once there are enough and a 32nd more than at the last fit.
  public var dueBasis: Int? {
    model.history.lossCount >= initialRandom ? model.dueBasis : nil
  }

  /// The number of observations of the fit in use.
  public var basis: Int? { model.basis }

  /// Fits the forest, and chooses what to propose.
  public func fit(to basis: Int) -> ForestFit { model.fit(to: basis, mayRepeat: false) }

  /// The fit's choice for this trial, or the first after it that is new; a draw where none is.
  public func propose(for trial: TrialID, by fit: ForestFit?) -> Proposal? {
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    if let fit, let basis = model.basis {
      for choice in fit.queue.dropFirst(model.place(of: trial)) {
        // A row is whole; otherwise constants are left to add.
        let configuration =
          tried.space.rows == nil ? tried.space.sample(using: &random, fixing: choice) : choice
        guard tried.mayPropose(configuration) else { continue }
        return Proposal(configuration, .model(observations: basis, budget: nil))
      }
    }
    return tried.draw(using: &random).map { Proposal($0, .random) }
  }
}
