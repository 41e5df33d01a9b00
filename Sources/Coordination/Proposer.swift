public import Searchers
public import StudyModel

/// Answers the coordinator's `propose` and `fit` commands, keeping the last fits of a slow model.
///
/// Works on copies of the searcher, so that it can do so beside the loop. What it keeps follows
/// from the searcher: after a restart a fit is made again.
public struct Proposer: Sendable {
  private var fits: [(basis: Int, fit: Searcher.Fit)] = []

  /// A proposer without a fit.
  public init() {}

  /// Keeps a fit beside the one before it, which is in use until `fitted` is absorbed.
  ///
  /// - Parameters:
  ///   - fit: What `Searcher.fit(to:)` returned.
  ///   - basis: To how many observations.
  public mutating func keep(_ fit: Searcher.Fit?, basis: Int) {
    guard let fit else { return }
    fits.removeAll { $0.basis == basis }
    fits = fits.suffix(1) + [(basis, fit)]
  }

  /// The fit in use by a searcher; `nil` where it has none, or it was not kept.
  private func fit(of searcher: Searcher) -> Searcher.Fit? {
    fits.first { $0.basis == searcher.basis }?.fit
  }

  /// Makes and keeps the fit that a searcher uses, where it is not there, as after a restart.
  ///
  /// - Parameter searcher: The searcher.
  public mutating func prepare(for searcher: Searcher) {
    guard let basis = missing(for: searcher) else { return }
    keep(searcher.fit(to: basis), basis: basis)
  }

  /// The number of observations of the fit that a searcher uses, where it was not kept.
  ///
  /// - Parameter searcher: The searcher.
  /// - Returns: `nil` where the fit is there, or the searcher uses none.
  public func missing(for searcher: Searcher) -> Int? {
    fit(of: searcher) == nil ? searcher.basis : nil
  }

  /// Proposes the configuration of a trial.
  ///
  /// - Parameters:
  ///   - trial: The trial that is to start.
  ///   - searcher: The searcher as it stands when the proposal is begun; ``prepare(for:)`` was
  ///     called for it.
  /// - Returns: The event to absorb next.
  public func proposal(for trial: TrialID, of searcher: Searcher) -> Event {
    guard let proposal = searcher.propose(for: trial, by: fit(of: searcher)) else {
      return .exhausted(trial)
    }
    return .proposed(trial, proposal.configuration, from: proposal.origin)
  }
}

extension Coordinator {
  /// Proposes at once the configuration that a `propose` command asks for.
  ///
  /// - Parameter trial: The trial that is to start.
  /// - Returns: The event to absorb next.
  public func proposal(for trial: TrialID) -> Event {
    var proposer = Proposer()
    proposer.prepare(for: searcher)
    return proposer.proposal(for: trial, of: searcher)
  }
}
