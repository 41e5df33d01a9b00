public import Searchers
public import StudyModel

/// Answers the coordinator's `propose` and `fit` commands, keeping the last fit of a slow model.
///
/// Works on copies of the searcher, so that it can do so beside the loop. What it keeps follows
/// from the searcher: after a restart a fit is made again.
public struct Proposer: Sendable {
  private var fits: [(basis: Int, fit: Searcher.Fit)] = []

  /// A proposer without a fit.
  public init() {}

  /// Fits the searcher's model.
  ///
  /// - Parameters:
  ///   - basis: To how many observations.
  ///   - searcher: The searcher, or a copy from before it knew the fit.
  /// - Returns: The event to absorb next.
  public mutating func fit(to basis: Int, of searcher: Searcher) -> Event {
    keep(searcher.fit(to: basis), basis)
    return .fitted(basis: basis)
  }

  /// Proposes the configuration of a trial.
  ///
  /// - Parameters:
  ///   - trial: The trial that is to start.
  ///   - searcher: The searcher as it stands when the proposal is begun.
  /// - Returns: The event to absorb next.
  public mutating func proposal(for trial: TrialID, of searcher: Searcher) -> Event {
    var fit: Searcher.Fit?
    if let basis = searcher.basis {
      if !fits.contains(where: { $0.basis == basis }) { keep(searcher.fit(to: basis), basis) }
      fit = fits.first { $0.basis == basis }?.fit
    }
    guard let proposal = searcher.propose(for: trial, by: fit) else { return .exhausted(trial) }
    return .proposed(trial, proposal.configuration, from: proposal.origin)
  }

  /// Keeps a fit beside the one before it, which is in use until `fitted` is absorbed.
  private mutating func keep(_ fit: Searcher.Fit?, _ basis: Int) {
    guard let fit else { return }
    fits.removeAll { $0.basis == basis }
    fits = fits.suffix(1) + [(basis, fit)]
  }
}

extension Coordinator {
  /// Proposes at once the configuration that a `propose` command asks for.
  ///
  /// - Parameter trial: The trial that is to start.
  /// - Returns: The event to absorb next.
  public func proposal(for trial: TrialID) -> Event {
    var proposer = Proposer()
    return proposer.proposal(for: trial, of: searcher)
  }
}
