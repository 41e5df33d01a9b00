public import StudyModel
public import Surrogates

/// The searcher of a study's algorithm, as one value that can be kept and compared.
///
/// The study's points come first, whatever the searcher; what a point leaves out is drawn.
public struct Searcher: Sendable, Codable {
  private let points: [Configuration]
  private let seed: UInt64
  private var tried: Tried
  private var kind: Kind

  /// What proposes after the points.
  private enum Kind: Sendable, Codable {
    case random(RandomSearch)
    case grid(GridSearch)
    case sobol(SobolSearch)
    case density(DensitySearch)
    case evolution(AgingEvolution)
    case joint(JointSearch)
    case forest(ForestSearch)
    case process(ProcessSearch)
    case collection(CollectionSearch)
    /// Nothing, while the state that was here changes.
    case absent
  }

  /// A fit of a slow model, kept by the loop.
  public enum Fit: Sendable {
    /// A random forest and what it would propose.
    case forest(ForestFit)
    /// The parameters of a Gaussian process.
    case process(GaussianProcessParameters)
    /// The configurations of a collection, from that of its first training on.
    case collection([Configuration])
  }

  /// The searcher that a study's algorithm names.
  public init(for study: Study) {
    points = study.points
    seed = study.seed
    tried = Tried(study.space)
    kind = Self.kind(for: study)
  }

  private static func kind(for study: Study) -> Kind {
    let (space, seed) = (study.space, study.seed)
    let search = study.algorithm.search
    let budgets = study.comparedBudgets
    switch search.kind {
    case .random: return .random(RandomSearch(space: space, seed: seed))
    case .mobster: return .process(ProcessSearch(for: study))
    case .grid:
      return .grid(GridSearch(space: space, settings: search.grid, points: study.points.count))
    case .collection: return .collection(CollectionSearch(for: study))
    case .sobol: return .sobol(SobolSearch(space: space, seed: seed, points: study.points.count))
    case .bohb:
      return .density(
        DensitySearch(space: space, budgets: budgets, settings: search.density, seed: seed))
    case .agebo where space.parameters.contains(where: \.isArchitecture):
      return .joint(
        JointSearch(
          space: space, evolution: search.evolution, forest: search.forest,
          goal: study.metric.goal, budget: budgets[0], seed: seed))
    case .agebo, .mixedBO:
      return .forest(
        ForestSearch(
          space: space, settings: search.forest, goal: study.metric.goal, budget: budgets[0],
          seed: seed))
    case .age, .mixedAgE:
      return .evolution(
        AgingEvolution(
          space: space, settings: search.evolution, mutatesAll: search.kind == .mixedAgE,
          budget: budgets[0], seed: seed))
    }
  }

  /// Absorbs one event.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event, !points.isEmpty {
      tried.insert(configuration)
    }
    // The state is taken out while it changes, so that its arrays are not copied.
    switch exchange(&kind, with: .absent) {
    case .random(var searcher):
      searcher.absorb(event)
      kind = .random(searcher)
    case .grid(var searcher):
      searcher.absorb(event)
      kind = .grid(searcher)
    case .sobol(var searcher):
      searcher.absorb(event)
      kind = .sobol(searcher)
    case .density(var searcher):
      searcher.absorb(event)
      kind = .density(searcher)
    case .evolution(var searcher):
      searcher.absorb(event)
      kind = .evolution(searcher)
    case .joint(var searcher):
      searcher.absorb(event)
      kind = .joint(searcher)
    case .forest(var searcher):
      searcher.absorb(event)
      kind = .forest(searcher)
    case .process(var searcher):
      searcher.absorb(event)
      kind = .process(searcher)
    case .collection(let searcher): kind = .collection(searcher)
    case .absent: break
    }
  }

  /// The number of observations that a new fit of a slow model is to be made to; `nil` while none
  /// is due.
  public var dueBasis: Int? {
    switch kind {
    case .joint(let searcher): searcher.dueBasis
    case .forest(let searcher): searcher.dueBasis
    case .process(let searcher): searcher.dueBasis
    case .random, .grid, .sobol, .density, .evolution, .collection, .absent: nil
    }
  }

  /// The number of observations of the fit in use; `nil` where there is none.
  public var basis: Int? {
    switch kind {
    case .joint(let searcher): searcher.basis
    case .forest(let searcher): searcher.basis
    case .process(let searcher): searcher.basis
    // Its configurations follow from the study alone.
    case .collection: 0
    case .random, .grid, .sobol, .density, .evolution, .absent: nil
    }
  }

  /// Whether a proposal takes so long that it must not be made in the loop.
  public var isSlow: Bool {
    switch kind {
    case .process: true
    case .random, .grid, .sobol, .density, .evolution, .joint, .forest, .collection, .absent: false
    }
  }

  /// Fits the slow model to the first observations: the same whenever it is asked for.
  ///
  /// - Parameter basis: How many.
  /// - Returns: `nil` where the searcher has no such model.
  public func fit(to basis: Int) -> Fit? {
    switch kind {
    case .joint(let searcher): .forest(searcher.fit(to: basis))
    case .forest(let searcher): .forest(searcher.fit(to: basis))
    case .process(let searcher): .process(searcher.fit(to: basis))
    case .collection(let searcher): .collection(searcher.configurations())
    case .random, .grid, .sobol, .density, .evolution, .absent: nil
    }
  }

  /// Proposes the configuration of a trial.
  ///
  /// - Parameters:
  ///   - trial: The trial that is to start.
  ///   - fit: That to ``basis`` observations; `nil` where there is none.
  /// - Returns: `nil` where the space holds nothing that was not proposed yet.
  public func propose(for trial: TrialID, by fit: Fit? = nil) -> Proposal? {
    if trial.number < points.count {
      var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
      // A point that no constraint allows gives its place to the search.
      if let point = tried.draw(using: &random, fixing: points[trial.number]) {
        return Proposal(point, .point)
      }
    }
    switch kind {
    case .random(let searcher): return searcher.propose(for: trial)
    case .grid(let searcher): return searcher.propose(for: trial)
    case .sobol(let searcher): return searcher.propose(for: trial)
    case .density(let searcher): return searcher.propose(for: trial)
    case .evolution(let searcher): return searcher.propose(for: trial)
    case .joint(let searcher): return searcher.propose(for: trial, by: fit?.forest)
    case .forest(let searcher): return searcher.propose(for: trial, by: fit?.forest)
    case .process(let searcher): return searcher.propose(for: trial, by: fit?.process)
    case .collection(let searcher): return searcher.propose(for: trial, of: fit?.configurations)
    case .absent: return nil
    }
  }
}

extension Searcher.Fit {
  fileprivate var forest: ForestFit? {
    switch self {
    case .forest(let fit): fit
    case .process, .collection: nil
    }
  }

  fileprivate var process: GaussianProcessParameters? {
    switch self {
    case .process(let fit): fit
    case .forest, .collection: nil
    }
  }

  fileprivate var configurations: [Configuration]? {
    switch self {
    case .collection(let configurations): configurations
    case .forest, .process: nil
    }
  }
}

/// Puts `replacement` into `value` and returns what was there.
private func exchange<Value>(_ value: inout Value, with replacement: Value) -> Value {
  let old = value
  value = replacement
  return old
}
