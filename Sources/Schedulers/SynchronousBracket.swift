import StudyModel

/// One bracket of synchronous halving at work: the rung it is at, and who is there.
struct SynchronousBracket: Sendable, Codable {
  /// The bracket's number, in the order in which brackets are begun, from 0.
  let number: Int
  let budgets: [Budget]
  /// How many trials each rung takes; less than planned once the bracket was closed early.
  private(set) var sizes: [Int]
  private let eta: Int
  /// The rung that its members are trained up to.
  private(set) var rung = 0
  /// Members that this rung has: started at the first, promoted at the others.
  private var memberCount = 0
  /// Members whose last word at this rung is known: a result or a failure.
  private var settledCount = 0
  private var results: [RungResult] = []
  /// Promoted members that wait for a slot, the best last.
  var queue: [TrialID] = []
  private(set) var isFinished = false

  init(number: Int, plan: BracketPlan, eta: Int) {
    self.number = number
    budgets = plan.budgets
    sizes = plan.sizes
    self.eta = eta
  }

  /// The budget that its members are trained up to.
  var budget: Budget { budgets[rung] }

  /// Whether it takes new trials.
  var isOpen: Bool { rung == 0 && memberCount < sizes[0] }

  /// Adds a trial to its first rung.
  mutating func add() { memberCount += 1 }

  /// Closes it at the number of trials it has.
  mutating func close() {
    sizes = BracketPlan.halved(memberCount, rungs: budgets.count, eta: eta)
  }

  /// Notes a member's result at this rung.
  mutating func settle(_ result: RungResult) {
    settledCount += 1
    results.append(result)
  }

  /// Notes that a member has no result at this rung and gets none.
  mutating func settleFailure() { settledCount += 1 }

  /// Takes back a result: its trial failed after all.
  mutating func withdraw(_ trial: TrialID) { results.removeAll { $0.trial == trial } }

  /// Goes to the next rung once the last word of every member at this one is known.
  ///
  /// The number of promoted trials is fixed by the bracket: failures count as worst, and where
  /// fewer are left than the next rung takes, all of them are promoted.
  ///
  /// - Returns: This rung's results, best first, and how many of them are promoted; `nil` while a
  ///   member trains, and when the bracket is finished.
  mutating func advance() -> (ranked: [RungResult], promoted: Int)? {
    guard !isFinished, !isOpen, settledCount == memberCount else { return nil }
    let isLast = rung + 1 == budgets.count
    let ranked = RungResult.ranked(results)
    let promoted = isLast ? 0 : min(sizes[rung + 1], ranked.count)
    if promoted == 0 {
      isFinished = true
    } else {
      rung += 1
    }
    memberCount = promoted
    settledCount = 0
    results = []
    return (ranked, promoted)
  }
}

/// What a trial reached: a loss that stands for every budget up to one.
struct RungResult: Hashable, Sendable, Codable {
  let trial: TrialID
  let loss: Loss
  /// Up to where the loss stands: the full budget where the trial ended its own curve.
  let reached: Budget

  /// The results from the best to the worst; ties go to the earlier trial.
  ///
  /// - Parameter results: Finite ones, of one number of metrics.
  /// - Returns: All of them.
  static func ranked(_ results: [RungResult]) -> [RungResult] {
    if case .several = results.first?.loss {
      var ranking = ParetoRanking()
      for result in results {
        if case .several(let losses) = result.loss {
          ranking.insert(ParetoRanking.Entry(trial: result.trial, losses: losses))
        }
      }
      return ranking.best(ranking.entries.count).map { results[$0] }
    }
    return results.sorted { left, right in
      (left.loss.value ?? .infinity, left.trial) < (right.loss.value ?? .infinity, right.trial)
    }
  }
}
