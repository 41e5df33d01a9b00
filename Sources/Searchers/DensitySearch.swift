public import StudyModel
import Surrogates

/// Proposes where good configurations are dense and bad ones are not: the searcher of BOHB.
///
/// At each budget the best observations make up a good density, the others a bad one. A proposal is
/// the best of some draws from the good density, by the ratio of the two, at the largest budget
/// with observations enough; or, for a share of the trials, an independent draw.
///
/// Source: Falkner, Klein and Hutter, "BOHB: Robust and Efficient Hyperparameter Optimization at
/// Scale", ICML 2018, Algorithm 2; where the paper is silent, HpBandSter 0.7.4. Deviations: what
/// failed or diverged is never good; nothing is proposed twice where the space is countable, and
/// nothing that a constraint excludes (the best candidate that may be tried is taken); ordinal
/// parameters; constants are no dimensions; kernels of categorical parameters, as said at
/// `DensitySettings.Levels`. Of several metrics the first counts.
public struct DensitySearch: ConfigurationSearcher {
  private let settings: DensitySettings
  private let seed: UInt64
  private let budgets: [Budget]
  private let encoding: Encoding
  private var tried: Tried
  private var rows: RowPlaces
  private var trials: [Progress?] = []
  private var knownCount = 0
  /// The observations at each of the budgets.
  private var observations: [RankedObservations]

  /// What is known of a trial.
  private struct Progress: Hashable, Sendable, Codable {
    /// Below 0 for an inactive parameter.
    let coordinates: [Double]
    /// The place of the budget it trains up to.
    var awaited: Int?
    /// The place of the highest budget it was observed at.
    var observed: Int?
    /// Whether it failed or ended itself.
    var isOver = false
  }

  /// A search of this space.
  ///
  /// - Parameters:
  ///   - space: Where to search.
  ///   - budgets: At which trials are compared, ascending; what is observed between two of them
  ///     counts at the lower.
  ///   - settings: Of the densities.
  ///   - seed: Of every draw.
  public init(space: SearchSpace, budgets: [Budget], settings: DensitySettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
    self.budgets = budgets
    encoding = Encoding(space)
    tried = Tried(space)
    rows = RowPlaces(encoding)
    let width = encoding.dimensions.count
    let division = RankedObservations.Division(
      width: width, minimum: max(settings.minimumPoints ?? 0, width + 1),
      topPercent: settings.topPercent)
    observations = budgets.map { _ in RankedObservations(division) }
  }

  /// Notes what was proposed and observed.
  ///
  /// A trial counts once at each budget: the first report of a budget stands. One that fails counts
  /// at the budget it was training up to, as does one that ends its own curve. Reports that arrive
  /// at the same time may be absorbed in any order: the halves are the same, and the densities but
  /// for the order of their sums.
  public mutating func absorb(_ event: SearcherEvent) {
    switch event {
    case .proposed(let trial, let configuration):
      tried.insert(configuration)
      rows.take(configuration)
      while trials.count <= trial.number { trials.append(nil) }
      if trials[trial.number] == nil {
        let coordinates = coordinates(of: configuration)
        trials[trial.number] = Progress(coordinates: coordinates)
      }
    case .awaited(let trial, let budget):
      guard isTraining(trial) else { return }
      let place = place(of: budget)
      trials[trial.number]?.awaited = place
    case .reported(let trial, let loss, let budget):
      guard isTraining(trial), let place = place(of: budget) else { return }
      observe(trial, loss.value, at: place)
    case .ended(let trial, let loss, _): end(trial, loss.value)
    case .failed(let trial): end(trial, nil)
    case .known(let configuration, let loss, let budget):
      guard let place = place(of: budget) else { return }
      knownCount += 1
      observations[place].record(
        .init(number: knownCount - 1 - Int(Int32.max), loss: loss.value),
        at: coordinates(of: configuration))
    case .fitted: break
    }
  }

  private func coordinates(of configuration: Configuration) -> [Double] {
    encoding.coordinates(of: configuration).map { $0 ?? -1 }
  }

  /// The place of the highest budget that this one reaches.
  private func place(of budget: Budget) -> Int? { budgets.lastIndex { $0 <= budget } }

  private func isTraining(_ trial: TrialID) -> Bool {
    trials.indices.contains(trial.number) && trials[trial.number]?.isOver == false
  }

  private mutating func end(_ trial: TrialID, _ loss: Double?) {
    guard isTraining(trial) else { return }
    if let place = trials[trial.number]?.awaited { observe(trial, loss, at: place) }
    trials[trial.number]?.isOver = true
  }

  private mutating func observe(_ trial: TrialID, _ loss: Double?, at place: Int) {
    guard let progress = trials[trial.number], place > progress.observed ?? -1 else { return }
    observations[place].record(
      .init(number: trial.number, loss: loss), at: progress.coordinates)
    trials[trial.number]?.observed = place
    trials[trial.number]?.awaited = nil
  }

  /// The best candidate of the model, or a draw.
  public func propose(for trial: TrialID) -> Proposal? {
    var choice = RandomStream(seed: seed, trial: trial, purpose: .choice)
    if let place = observations.lastIndex(where: \.isDivisible),
      choice.unit() >= settings.randomFraction,
      let configuration = bestCandidate(for: trial, pair(at: place))
    {
      return Proposal(
        configuration, .model(observations: observations[place].count, budget: budgets[place]))
    }
    var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
    return tried.draw(using: &random).map { Proposal($0, .random) }
  }

  /// The densities at a budget, given by its place.
  func pair(at place: Int) -> DensityPair {
    DensityPair(observations[place], of: encoding, settings, seed: seed)
  }

  /// The best of the model's candidates that may be tried; in a space of given rows, the row not
  /// tried yet that is nearest to the best candidate which is not itself a row that was tried.
  private func bestCandidate(for trial: TrialID, _ pair: DensityPair) -> Configuration? {
    var random = RandomStream(seed: seed, trial: trial, purpose: .candidates)
    let candidates = pair.good.sample(
      settings.samples, widening: settings.bandwidthFactor, using: &random)
    var ranking = DensityRatioRanking(candidates, good: pair.good, bad: pair.bad)
    let width = encoding.dimensions.count
    while let (candidate, _) = ranking.next() {
      let point = candidates[(candidate * width)..<((candidate + 1) * width)]
      let configuration = encoding.configuration(at: point.map { $0 }, using: &random)
      if encoding.space.rows != nil, !rows.contains(configuration) {
        return rows.nearest(to: configuration)
      }
      if !tried.contains(configuration), encoding.space.satisfiesConstraints(configuration) {
        return configuration
      }
    }
    return nil
  }
}
