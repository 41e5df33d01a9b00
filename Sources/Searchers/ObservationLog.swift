import StudyModel

/// What a model has seen, in the order in which it happened, and what it waits for.
struct ObservationLog: Sendable, Codable {
  /// A loss at a budget.
  struct Observation: Sendable, Codable {
    /// Whose; `nil` for one of an earlier study.
    let trial: TrialID?
    let input: [Double]
    let budget: Budget
    let loss: Double
  }

  /// A trial on its way to a budget.
  struct Pending: Sendable, Codable {
    let trial: TrialID
    let input: [Double]
    let budget: Budget
  }

  /// How many observations there are at a budget.
  struct Count: Sendable, Codable {
    let budget: Budget
    var count: Int
  }

  private(set) var observations: [Observation] = []
  /// Ascending by trial.
  private(set) var pending: [Pending] = []
  /// How many observations there are at each budget, ascending.
  private(set) var counts: [Count] = []
  /// By trial number; `nil` for trials that were not proposed.
  private var trials: [Trial?] = []
  /// How many trials were proposed.
  private(set) var proposals = 0

  private struct Trial: Sendable, Codable {
    let input: [Double]
    var budgets: [Budget] = []
    var isOver = false
  }

  /// Notes a trial's point; a second time changes nothing.
  mutating func propose(_ trial: TrialID, at input: [Double]) {
    while trials.count <= trial.number { trials.append(nil) }
    guard trials[trial.number] == nil else { return }
    trials[trial.number] = Trial(input: input)
    proposals += 1
  }

  /// Notes that a trial trains up to a budget.
  mutating func expect(_ trial: TrialID, at budget: Budget) {
    guard let known = self[trial], !known.isOver, !known.budgets.contains(budget) else { return }
    drop(trial)
    let place = pending.firstIndex { trial < $0.trial } ?? pending.endIndex
    pending.insert(Pending(trial: trial, input: known.input, budget: budget), at: place)
  }

  /// Notes a trial's loss at a budget, the first only; a diverged one is no observation.
  mutating func report(_ trial: TrialID, _ loss: Loss, at budget: Budget) {
    guard var known = self[trial], !known.isOver, !known.budgets.contains(budget) else { return }
    known.budgets.append(budget)
    trials[trial.number] = known
    drop(trial)
    guard let value = loss.value else { return }
    append(Observation(trial: trial, input: known.input, budget: budget, loss: value))
  }

  /// Notes a loss of an earlier study.
  mutating func know(_ loss: Loss, at input: [Double], _ budget: Budget) {
    guard let value = loss.value else { return }
    append(Observation(trial: nil, input: input, budget: budget, loss: value))
  }

  /// Notes that nothing more comes of a trial.
  mutating func end(_ trial: TrialID) {
    guard self[trial] != nil else { return }
    trials[trial.number]?.isOver = true
    drop(trial)
  }

  /// Chooses at most `limit` of the first observations.
  ///
  /// All those of the trials that came furthest, then of the next; of the last trials that fit in
  /// part the highest budgets, and at the last of these some drawn at random.
  ///
  /// - Parameters:
  ///   - limit: The most.
  ///   - count: Of how many of the first.
  ///   - random: Where draws come from.
  /// - Returns: In their order.
  func selection(
    of limit: Int, amongFirst count: Int, using random: inout RandomStream
  ) -> [Observation] {
    let first = observations.prefix(count)
    guard first.count > limit else { return Array(first) }
    var furthest: [Budget?] = Array(repeating: nil, count: trials.count)
    for observation in first {
      guard let trial = observation.trial else { continue }
      let reached = furthest[trial.number] ?? observation.budget
      furthest[trial.number] = max(reached, observation.budget)
    }
    let ranked = first.indices.map { place in
      let observation = first[place]
      let reached = observation.trial.flatMap { furthest[$0.number] } ?? observation.budget
      return (reached: reached, budget: observation.budget, key: random.next(), place: place)
    }
    let kept = ranked.sorted {
      ($1.reached, $1.budget, $1.key, $1.place) < ($0.reached, $0.budget, $0.key, $0.place)
    }.prefix(limit)
    return kept.map(\.place).sorted().map { first[$0] }
  }

  private subscript(trial: TrialID) -> Trial? {
    trials.indices.contains(trial.number) ? trials[trial.number] : nil
  }

  private mutating func drop(_ trial: TrialID) {
    pending.removeAll { $0.trial == trial }
  }

  private mutating func append(_ observation: Observation) {
    observations.append(observation)
    if let place = counts.firstIndex(where: { $0.budget >= observation.budget }) {
      if counts[place].budget == observation.budget {
        counts[place].count += 1
      } else {
        counts.insert(Count(budget: observation.budget, count: 1), at: place)
      }
    } else {
      counts.append(Count(budget: observation.budget, count: 1))
    }
  }
}
