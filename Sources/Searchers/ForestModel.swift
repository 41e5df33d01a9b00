import StudyModel
import Surrogates

/// What a forest would propose next, in this order.
public struct ForestFit: Sendable {
  /// The settings of the modelled parameters.
  let queue: [Configuration]
}

/// Asynchronous Bayesian optimisation by a random forest, without the choice of when to use it.
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, section 3.3: among many random candidates the
/// one of the greatest mean plus `kappa` deviations of the metric, which is the least mean less
/// `kappa` deviations of the loss. DeepHyper fits a forest for every proposal. Here a fit also
/// chooses, one after another, what is proposed until the next one, each choice lying to the
/// forest about its result (``Surrogates/ConstantLiar``), so that a proposal costs nothing.
/// The lies are those of the proposals pending at the time of the fit, then of its own choices, and
/// at any time at most as many as were ever pending at once.
struct ForestModel: Sendable, Codable {
  private(set) var history: ForestHistory
  /// The number of observations of the fit in use; `nil` before the first.
  private(set) var basis: Int?
  let encoding: Encoding
  private let settings: ForestSettings
  private let goal: Goal
  private let seed: UInt64
  /// The first trial that the fit in use proposes.
  private var first = 0

  /// How much the observations grow before a new fit is due: by a 32nd.
  static let growth = 32
  /// The most draws that a tree sees, so that a fit takes no longer however many there are.
  static let sampleLimit = 2000

  init(encoding: Encoding, settings: ForestSettings, goal: Goal, budget: Budget, seed: UInt64) {
    self.encoding = encoding
    self.settings = settings
    self.goal = goal
    self.seed = seed
    history = ForestHistory(budget: budget)
  }

  mutating func absorb(_ event: SearcherEvent) {
    if case .fitted(let basis) = event {
      self.basis = basis
      first = history.trialCount
    } else {
      history.absorb(event, by: encoding)
    }
  }

  /// The number of observations that the next fit is to be made to; `nil` while it is not due.
  var dueBasis: Int? {
    let count = history.observations.count
    guard history.lossCount > 0, !encoding.dimensions.isEmpty else { return nil }
    guard let basis else { return count }
    return count >= basis + Self.step(after: basis) ? count : nil
  }

  private static func step(after basis: Int) -> Int { max(basis / growth, 1) }

  /// The place in the queue of the fit in use that belongs to a trial.
  func place(of trial: TrialID) -> Int { max(trial.number - first, 0) }

  /// Fits the forest to the first `basis` observations and chooses what it proposes.
  ///
  /// - Parameters:
  ///   - basis: How many observations.
  ///   - mayRepeat: Whether settings can be proposed more than once.
  /// - Returns: The choices, twice as many as are expected to be asked for.
  func fit(to basis: Int, mayRepeat: Bool) -> ForestFit {
    guard let data = history.data(to: basis) else { return ForestFit(queue: []) }
    var random = RandomStream(seed: seed, trial: TrialID(basis), purpose: .fit)
    var settings = RandomForest.Settings()
    settings.trees = self.settings.trees
    settings.sampleLimit = Self.sampleLimit
    let forest = RandomForest(
      rows: data.rows, columns: encoding.columns, targets: data.losses, settings: settings,
      using: &random)
    let candidates = Candidates(
      encoding, count: self.settings.candidates, basis: basis, seed: seed,
      without: mayRepeat ? [] : history.asked.filter { $0.before < basis }.map(\.row))
    let pending = history.pending(at: basis)
    let most = history.mostPending(by: basis)
    var liar = ConstantLiar(
      forest: forest, candidates: candidates.rows, lie: lie(data.lies), limit: most)
    for row in pending { liar.tellLie(about: row) }
    var queue: [Configuration] = []
    while queue.count < 2 * (Self.step(after: basis) + most),
      let place = liar.choose(kappa: self.settings.kappa, mayRepeat: mayRepeat)
    {
      queue.append(candidates.settings(at: place))
    }
    return ForestFit(queue: queue)
  }

  /// The loss that stands for pending ones; the least value of a metric to maximise is the
  /// greatest loss.
  private func lie(_ losses: [Double]) -> Double {
    switch (settings.lie, goal) {
    case (.mean, _): losses.reduce(0, +) / Double(losses.count)
    case (.min, .maximize), (.max, .minimize): losses.max() ?? 0
    case (.max, .maximize), (.min, .minimize): losses.min() ?? 0
    }
  }
}
