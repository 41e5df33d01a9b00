public import StudyModel
public import Surrogates

extension ProcessSearch {
  /// Losses at the same budget, from which on it is the one that is asked about.
  private static let enough = 3
  /// By how much of the losses' deviation the best is to be improved on, unless a margin is set.
  private static let margin = 0.01
  /// The most steps of a climb.
  private static let steps = 50

  /// Proposes the configuration of a trial by the fit in use.
  ///
  /// - Parameters:
  ///   - trial: The trial that is to start.
  ///   - fit: That to ``basis`` observations; `nil` before the first.
  /// - Returns: `nil` where the space holds nothing that was not proposed yet.
  public func propose(for trial: TrialID, by fit: GaussianProcessParameters?) -> Proposal? {
    guard let fit, log.proposals >= settings.initialRandom,
      let (process, data) = process(for: trial, fit),
      let best = process.leastMeans(at: data.target)
    else {
      var random = RandomStream(seed: seed, trial: trial, purpose: .configuration)
      return tried.draw(using: &random).map { Proposal($0, .random) }
    }
    var random = RandomStream(seed: seed, trial: trial, purpose: .candidates)
    let candidates = candidates(using: &random)
    let points = candidates.map { inputs.input(of: $0) }
    let predictions = process.predictions(
      at: points, levels: points.map { _ in data.target })
    let origin = Origin.model(observations: log.observations.count, budget: data.budget)
    let margin = settings.margin.map { $0 / data.deviation } ?? Self.margin
    if tried.space.rows != nil {
      let scores = predictions.map {
        -GaussianProcess.expectedImprovement(of: $0, on: best, margin: margin)
      }
      return scores.indices.min { scores[$0] < scores[$1] }.map { Proposal(candidates[$0], origin) }
    }
    // The mean over the columns of one draw for each.
    let scores = predictions.map { prediction in
      let mean = prediction.means.reduce(0, +) / Double(best.count)
      return mean + (prediction.variance / Double(best.count)).squareRoot() * random.normal()
    }
    guard let pick = scores.indices.min(by: { scores[$0] < scores[$1] }) else { return nil }
    let climbed = process.climb(
      from: points[pick], movable: inputs.movable(at: candidates[pick]), level: data.target,
      on: best, margin: margin, steps: Self.steps)
    let refined = inputs.configuration(
      at: climbed, movedFrom: candidates[pick], using: &random)
    return Proposal(tried.mayPropose(refined) ? refined : candidates[pick], origin)
  }

  /// Configurations that were not proposed: drawn, or all of few given rows.
  private func candidates(using random: inout RandomStream) -> [Configuration] {
    if let rows = tried.space.rows, rows.count <= settings.candidates {
      // In any order, for where no row could improve on the best the first is taken.
      return rows.filter { tried.mayPropose($0) }.shuffled(using: &random)
    }
    var candidates: [Configuration] = []
    for _ in 0..<settings.candidates {
      guard let candidate = tried.draw(using: &random) else { break }
      candidates.append(candidate)
    }
    return candidates
  }

  /// The process conditioned on all data and on fantasies of what is pending.
  private func process(
    for trial: TrialID, _ fit: GaussianProcessParameters
  ) -> (GaussianProcess, Data)? {
    var random = RandomStream(
      seed: seed, trial: TrialID(log.observations.count), purpose: .fit)
    let chosen = log.selection(
      of: settings.maximumData, amongFirst: log.observations.count, using: &random)
    let data = Data(chosen, pending: log.pending, askedAt: askedBudget, for: self)
    guard !chosen.isEmpty, var process = GaussianProcess(data.model, fit, data: data.observed)
    else { return nil }
    random = RandomStream(seed: seed, trial: trial, purpose: .fantasies)
    let normals = (0..<(settings.fantasies * data.pendingInputs.count)).map { _ in random.normal() }
    guard
      process.fantasize(
        at: data.pendingInputs, levels: data.pendingLevels, columns: settings.fantasies,
        normals: normals)
    else { return nil }
    return (process, data)
  }

  /// The budget whose losses are to improve: the highest that has enough of them, or the lowest
  /// that has any.
  private var askedBudget: Budget {
    log.counts.last { $0.count >= Self.enough }?.budget ?? log.counts.first?.budget ?? maximum
  }
}

extension ProcessSearch {
  /// Observations as a process is told them.
  struct Data {
    let model: GaussianProcessModel
    let observed: GaussianProcessData
    let pendingInputs: [[Double]]
    let pendingLevels: [Int]
    /// The budget and the level that proposals are for.
    let budget: Budget
    let target: Int
    /// Of the losses, in the metric's unit; above 0.
    let deviation: Double

    /// - Parameters:
    ///   - chosen: Observations.
    ///   - pending: What is waited for.
    ///   - budget: That proposals are for.
    ///   - search: Whose they are.
    init(
      _ chosen: [ObservationLog.Observation], pending: [ObservationLog.Pending] = [],
      askedAt budget: Budget, for search: ProcessSearch
    ) {
      self.budget = budget
      let budgets: [Budget]
      switch search.settings.resource {
      case .input:
        let met = chosen.map(\.budget) + pending.map(\.budget) + [budget]
        budgets = Set(met).sorted()
        model = GaussianProcessModel(dimension: search.inputs.dimension, levels: .decay)
      case .independent:
        budgets = search.compared
        model = GaussianProcessModel(
          dimension: search.inputs.dimension, levels: .independent(count: budgets.count))
      }
      // An earlier study's budget counts as the highest one not above it that has a level.
      func level(_ budget: Budget) -> Int { budgets.lastIndex { $0 <= budget } ?? 0 }
      let losses = chosen.map(\.loss)
      let count = Double(max(losses.count, 1))
      let mean = losses.reduce(0, +) / count
      let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      let deviation = max(variance.squareRoot(), 1e-9)
      self.deviation = deviation
      observed = GaussianProcessData(
        inputs: chosen.map(\.input), levels: chosen.map { level($0.budget) },
        values: losses.map { ($0 - mean) / deviation },
        resources: budgets.map {
          min((Double($0.epochs) - 0.5) / Double(search.maximum.epochs), 1)
        })
      pendingInputs = pending.map(\.input)
      pendingLevels = pending.map { level($0.budget) }
      target = level(budget)
    }
  }
}
