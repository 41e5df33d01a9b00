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
    case process(ProcessSearch)
    case density(DensitySearch)
    /// Nothing, while the state that was here changes.
    case absent
  }

  /// A fit of a slow model, kept by the loop.
  public enum Fit: Sendable {
    /// A Gaussian process's parameters.
    case process(GaussianProcessParameters)
  }

  /// The searcher that a study's algorithm names.
  public init(for study: Study) {
    points = study.points
    seed = study.seed
    tried = Tried(study.space)
    switch study.algorithm.search.kind {
    case .bohb:
      kind = .density(
        DensitySearch(
          space: study.space, budgets: study.comparedBudgets,
          settings: study.algorithm.search.density, seed: study.seed))
    case .random, .grid, .sobol, .age, .agebo, .mixedBO, .mixedAgE:
      kind = .random(RandomSearch(space: study.space, seed: study.seed))
    case .mobster: kind = .process(ProcessSearch(for: study))
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
    case .process(var searcher):
      searcher.absorb(event)
      kind = .process(searcher)
    case .density(var searcher):
      searcher.absorb(event)
      kind = .density(searcher)
    case .absent: break
    }
  }

  /// The number of observations that a new fit of a slow model is to be made to; `nil` while none
  /// is due.
  public var dueBasis: Int? {
    switch kind {
    case .random, .density, .absent: nil
    case .process(let searcher): searcher.dueBasis
    }
  }

  /// The number of observations of the fit in use; `nil` where there is none.
  public var basis: Int? {
    switch kind {
    case .random, .density, .absent: nil
    case .process(let searcher): searcher.basis
    }
  }

  /// Whether a proposal takes so long that it must not be made in the loop.
  public var isSlow: Bool {
    switch kind {
    case .random, .density, .absent: false
    case .process: true
    }
  }

  /// Fits the slow model to the first observations: the same whenever it is asked for.
  ///
  /// - Parameter basis: How many.
  /// - Returns: `nil` where the searcher has no such model.
  public func fit(to basis: Int) -> Fit? {
    switch kind {
    case .random, .density, .absent: nil
    case .process(let searcher): .process(searcher.fit(to: basis))
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
    case .process(let searcher):
      guard case .process(let parameters) = fit else {
        return searcher.propose(for: trial, by: nil)
      }
      return searcher.propose(for: trial, by: parameters)
    case .density(let searcher): return searcher.propose(for: trial)
    case .absent: return nil
    }
  }
}

/// Puts `replacement` into `value` and returns what was there.
private func exchange<Value>(_ value: inout Value, with replacement: Value) -> Value {
  let old = value
  value = replacement
  return old
}
