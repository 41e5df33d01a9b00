public import StudyModel
public import Surrogates

/// Bayesian optimisation by a Gaussian process over configurations and budgets (MOBSTER).
///
/// The first configurations are random. Then the process, under the parameters of the last fit, is
/// conditioned on what was observed up to now, and on values drawn from it for what is pending. Of
/// random candidates one is picked by Thompson sampling, and its expected improvement climbed; of
/// given rows the one with the greatest expected improvement is taken. Losses at all budgets are
/// used; the improvement is asked for at the highest budget that has three of them.
///
/// Source: Klein et al., "Model-based Asynchronous Hyperparameter and Neural Architecture Search",
/// 2020, <https://arxiv.org/abs/2003.10865>, as Syne Tune 0.13 has it (`GPMultiFidelitySearcher`).
/// Deviations:
/// - A fit is made when the observations have grown by a tenth, not for each proposal.
/// - The improvement's margin is 0.01 of the losses' deviation, not of the metric's unit, so that
///   the unit does not matter, unless the study sets one.
/// - A trial that diverged is no longer pending.
/// - Climbs end after 50 steps.
public struct ProcessSearch: ModelSearcher {
  /// What a fit finds.
  public typealias Fit = GaussianProcessParameters

  let settings: ProcessSettings
  let seed: UInt64
  let inputs: ModelInputs
  /// At which trials are compared, ascending.
  let compared: [Budget]
  let maximum: Budget
  var tried: Tried
  var log = ObservationLog()
  /// The number of observations of the fit in use.
  public private(set) var basis: Int?

  /// Observations up to which each one calls for a fit.
  private static let eager = 20

  /// The search of a study.
  public init(for study: Study) {
    settings = study.algorithm.search.process
    seed = study.seed
    inputs = ModelInputs(study.space)
    compared = study.comparedBudgets
    maximum = study.fidelity.maximum
    tried = Tried(study.space)
  }

  /// Absorbs one event; a repeated or late one of a trial changes nothing.
  public mutating func absorb(_ event: SearcherEvent) {
    switch event {
    case .proposed(let trial, let configuration):
      tried.insert(configuration)
      log.propose(trial, at: inputs.input(of: configuration))
    case .awaited(let trial, let budget): log.expect(trial, at: budget)
    case .reported(let trial, let loss, let budget): log.report(trial, loss, at: budget)
    case .ended(let trial, let loss, let budget):
      for higher in compared where higher >= budget { log.report(trial, loss, at: higher) }
      log.end(trial)
    case .failed(let trial): log.end(trial)
    case .known(let configuration, let loss, let budget):
      log.know(loss, at: inputs.input(of: configuration), budget)
    case .fitted(let basis): self.basis = basis
    }
  }

  /// A fit is due to the latest scheduled number of observations: each up to 20, then each a tenth
  /// more than the one before, so that all fits of a study cost as much as a few of the last.
  public var dueBasis: Int? {
    let count = log.observations.count
    guard log.proposals >= settings.initialRandom, count > 0 else { return nil }
    var scheduled = min(count, Self.eager)
    while scheduled >= Self.eager, scheduled + scheduled / 10 <= count {
      scheduled += scheduled / 10
    }
    return scheduled > basis ?? 0 ? scheduled : nil
  }

  /// The most probable parameters given the first observations.
  public func fit(to basis: Int) -> GaussianProcessParameters {
    var random = RandomStream(seed: seed, trial: TrialID(basis), purpose: .fit)
    let chosen = log.selection(of: settings.maximumData, amongFirst: basis, using: &random)
    let data = Data(chosen, askedAt: maximum, for: self)
    return data.model.fit(
      to: data.observed, normals: (0..<data.model.parameterCount).map { _ in random.normal() })
  }
}
