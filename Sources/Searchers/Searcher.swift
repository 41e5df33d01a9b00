public import StudyModel

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
    case evolution(AgingEvolution)
    case joint(JointSearch)
    case forest(ForestSearch)
    /// Taken out while it changes: what stayed here would be copied whole.
    case none
  }

  /// A fit of a slow model, kept by the loop.
  public enum Fit: Sendable {
    /// There is nothing to keep.
    case empty
    /// A random forest and what it would propose.
    case forest(ForestFit)
  }

  /// The searcher that a study's algorithm names.
  public init(for study: Study) {
    points = study.points
    seed = study.seed
    tried = Tried(study.space)
    kind = Self.kind(for: study)
  }

  private static func kind(for study: Study) -> Kind {
    let search = study.algorithm.search
    let budget = study.comparedBudgets[0]
    let hasArchitecture = study.space.parameters.contains(where: \.isArchitecture)
    switch search.kind {
    case .random, .grid, .sobol, .bohb, .mobster:
      return .random(RandomSearch(space: study.space, seed: study.seed))
    case .agebo where hasArchitecture:
      return .joint(
        JointSearch(
          space: study.space, evolution: search.evolution, forest: search.forest,
          goal: study.metric.goal, budget: budget, seed: study.seed))
    case .agebo, .mixedBO:
      return .forest(
        ForestSearch(
          space: study.space, settings: search.forest, goal: study.metric.goal, budget: budget,
          seed: study.seed))
    case .age, .mixedAgE:
      return .evolution(
        AgingEvolution(
          space: study.space, settings: search.evolution, mutatesAll: search.kind == .mixedAgE,
          budget: budget, seed: study.seed))
    }
  }

  /// Absorbs one event.
  public mutating func absorb(_ event: SearcherEvent) {
    if case .proposed(_, let configuration) = event, !points.isEmpty {
      tried.insert(configuration)
    }
    switch kind {
    case .random(var searcher):
      kind = .none
      searcher.absorb(event)
      kind = .random(searcher)
    case .evolution(var searcher):
      kind = .none
      searcher.absorb(event)
      kind = .evolution(searcher)
    case .joint(var searcher):
      kind = .none
      searcher.absorb(event)
      kind = .joint(searcher)
    case .forest(var searcher):
      kind = .none
      searcher.absorb(event)
      kind = .forest(searcher)
    case .none: break
    }
  }

  /// The number of observations that a new fit of a slow model is to be made to; `nil` while none
  /// is due.
  public var dueBasis: Int? {
    switch kind {
    case .random, .evolution, .none: nil
    case .joint(let searcher): searcher.dueBasis
    case .forest(let searcher): searcher.dueBasis
    }
  }

  /// The number of observations of the fit in use; `nil` where there is none.
  public var basis: Int? {
    switch kind {
    case .random, .evolution, .none: nil
    case .joint(let searcher): searcher.basis
    case .forest(let searcher): searcher.basis
    }
  }

  /// Whether a proposal takes so long that it must not be made in the loop.
  public var isSlow: Bool { false }

  /// Fits the slow model to the first observations: the same whenever it is asked for.
  ///
  /// - Parameter basis: How many.
  /// - Returns: `nil` where the searcher has no such model.
  public func fit(to basis: Int) -> Fit? {
    switch kind {
    case .random, .evolution, .none: nil
    case .joint(let searcher): .forest(searcher.fit(to: basis))
    case .forest(let searcher): .forest(searcher.fit(to: basis))
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
    case .evolution(let searcher): return searcher.propose(for: trial)
    case .joint(let searcher): return searcher.propose(for: trial, by: fit?.forest)
    case .forest(let searcher): return searcher.propose(for: trial, by: fit?.forest)
    case .none: return nil
    }
  }
}

extension Searcher.Fit {
  fileprivate var forest: ForestFit? {
    switch self {
    case .forest(let fit): fit
    case .empty: nil
    }
  }
}
