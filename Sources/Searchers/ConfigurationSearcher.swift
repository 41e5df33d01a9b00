public import StudyModel

/// What a searcher is told, in the order in which it happened.
public enum SearcherEvent: Hashable, Sendable, Codable {
  /// A trial got its configuration: proposed by this searcher, given as a point, or read back.
  case proposed(TrialID, Configuration)
  /// A trial trains up to a budget, at which its next report is to come: it is pending there.
  case awaited(TrialID, at: Budget)
  /// A trial reported at a budget at which trials are compared; it is no longer pending.
  case reported(TrialID, Loss, at: Budget)
  /// A trial ended its own curve: its last loss stands for every higher budget.
  case ended(TrialID, Loss, at: Budget)
  /// A trial failed for good; it is no longer pending.
  case failed(TrialID)
  /// An earlier study saw this loss; it belongs to no trial.
  case known(Configuration, Loss, at: Budget)
  /// A model fitted to the first `basis` observations is in use from now on.
  case fitted(basis: Int)
}

/// A configuration, and how it came about.
public struct Proposal: Hashable, Sendable, Codable {
  /// The settings of every active parameter.
  public var configuration: Configuration
  /// How it came about.
  public var origin: Origin

  /// A configuration of this origin.
  public init(_ configuration: Configuration, _ origin: Origin) {
    self.configuration = configuration
    self.origin = origin
  }
}

/// Proposes the configurations of trials.
///
/// A searcher knows no scheduler: it is told what was proposed, awaited and observed. Its state
/// follows from the events alone, and a proposal from the state, the trial and the seed.
public protocol ConfigurationSearcher: Sendable, Codable {
  /// Absorbs one event; a repeated or late one of a trial changes nothing.
  ///
  /// Costs at most O(log n) in the number of trials.
  mutating func absorb(_ event: SearcherEvent)

  /// Proposes the configuration of a trial.
  ///
  /// - Parameter trial: The trial that is to start.
  /// - Returns: `nil` where the space holds nothing that was not proposed yet.
  func propose(for trial: TrialID) -> Proposal?
}

/// A searcher with a model whose fit takes long, and therefore runs beside the loop.
public protocol ModelSearcher: ConfigurationSearcher {
  /// What a fit finds, such as a kernel's parameters or a forest.
  associatedtype Fit: Sendable

  /// The number of observations that a new fit is to be made to; `nil` while none is due.
  ///
  /// A fit is due until ``SearcherEvent/fitted(basis:)`` of that many observations is absorbed.
  var dueBasis: Int? { get }

  /// The number of observations of the fit in use; `nil` before the first.
  var basis: Int? { get }

  /// Fits the model to the first `basis` observations: the same whenever it is asked for.
  func fit(to basis: Int) -> Fit

  /// Proposes the configuration of a trial by the fit in use.
  ///
  /// - Parameters:
  ///   - trial: The trial that is to start.
  ///   - fit: That to ``basis`` observations; `nil` before the first.
  /// - Returns: `nil` where the space holds nothing that was not proposed yet.
  func propose(for trial: TrialID, by fit: Fit?) -> Proposal?
}

extension ModelSearcher {
  /// Fits anew, then proposes: for tests and tools; the loop keeps the fit.
  public func propose(for trial: TrialID) -> Proposal? {
    propose(for: trial, by: basis.map { fit(to: $0) })
  }
}
