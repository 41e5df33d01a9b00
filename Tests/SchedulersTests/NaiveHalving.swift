import Schedulers
import StudyModel

/// Promotion-type ASHA written down from the paper as plainly as can be, sorting at every call.
///
/// Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020,
/// Algorithm 2. With what Rung documents beyond it: a trial that ended its own curve is promoted
/// without being trained; a diverged or failed one is never promoted; brackets are searched for the
/// promotion to the highest budget; whoever reports asks for a job at once and stays if it is its
/// own promotion.
struct NaiveHalving {
  struct Entry {
    let trial: TrialID
    let losses: [Double]
    /// The first of them.
    var loss: Double { losses[0] }
    var isPromoted = false
  }

  /// A promotion with the place of the entry that it is of.
  struct Promotion {
    let trial: TrialID
    let budget: Budget
    let bracket: Int
    let rung: Int
    let place: Int
  }

  let eta: Int
  let budgets: [[Budget]]
  let bracket: (TrialID) -> Int
  var rungs: [[[Entry]]]
  var ended: [TrialID: [Double]] = [:]
  var out: Set<TrialID> = []
  /// The highest budget that a trial is promoted to.
  var ceiling = Budget(Int.max)
  /// Whether trials are promoted by the interpolated quantile.
  var isInterpolated = false
  /// Whether new trials come before promotions, and these from the lowest rung up.
  var startsFirst = false

  init(eta: Int, budgets: [[Budget]], bracket: @escaping (TrialID) -> Int) {
    self.eta = eta
    self.budgets = budgets
    self.bracket = bracket
    rungs = budgets.map { $0.map { _ in [] } }
  }

  /// `get_job` of Algorithm 2 without its last line, and without marking what it finds.
  mutating func promotion() -> Promotion? {
    let ascending = Set(budgets.joined()).sorted()
    for budget in startsFirst ? ascending : ascending.reversed() {
      for bracket in budgets.indices {
        guard let rung = budgets[bracket].firstIndex(of: budget),
          rung + 1 < budgets[bracket].count, budgets[bracket][rung + 1] <= ceiling
        else { continue }
        let entries = rungs[bracket][rung]
        let ranking = naiveRanking(entries.map { ($0.trial, $0.losses) })
        let share = Double(budget.epochs) / Double(budgets[bracket][rung + 1].epochs)
        let candidates =
          isInterpolated
          ? ranking.filter { entries[$0].loss <= cutoff(entries, share) }
          : Array(ranking.prefix(entries.count / eta))
        for place in candidates where !entries[place].isPromoted {
          let trial = entries[place].trial
          let isHigher = rungs[bracket][(rung + 1)...].joined().contains { $0.trial == trial }
          if !out.contains(trial), !isHigher, ended[trial] == nil {
            return Promotion(
              trial: trial, budget: budgets[bracket][rung + 1], bracket: bracket, rung: rung,
              place: place)
          }
          rungs[bracket][rung][place].isPromoted = true
          if !out.contains(trial), !isHigher, let losses = ended[trial] {
            rungs[bracket][rung + 1].append(Entry(trial: trial, losses: losses))
          }
          return promotion()
        }
      }
    }
    return nil
  }

  /// The linearly interpolated quantile of the losses, where there are two or more.
  private func cutoff(_ entries: [Entry], _ share: Double) -> Double {
    guard entries.count > 1 else { return -.infinity }
    let losses = entries.map(\.loss).sorted()
    let place = share * Double(losses.count - 1)
    let low = Int(place)
    let high = min(low + 1, losses.count - 1)
    return losses[low] + (losses[high] - losses[low]) * (place - Double(low))
  }

  /// Marks a promotion as made.
  mutating func make(_ promotion: Promotion) {
    rungs[promotion.bracket][promotion.rung][promotion.place].isPromoted = true
  }

  mutating func slotFreed(next: TrialID?) -> [Decision] {
    if let next, startsFirst { return [.start(next, upTo: budgets[bracket(next)][0])] }
    if let promotion = promotion() {
      make(promotion)
      return [.resume(promotion.trial, upTo: promotion.budget)]
    }
    return next.map { [.start($0, upTo: budgets[bracket($0)][0])] } ?? []
  }

  mutating func reported(
    _ trial: TrialID, _ loss: Loss, at budget: Budget,
    beforeDeciding look: (inout NaiveHalving) -> Void = { _ in }
  ) -> Decision {
    guard let losses = loss.all else {
      out.insert(trial)
      return .stop(trial)
    }
    let bracket = bracket(trial)
    for (rung, rungBudget) in budgets[bracket].enumerated() where rungBudget <= budget {
      if !rungs[bracket][rung].contains(where: { $0.trial == trial }) {
        rungs[bracket][rung].append(Entry(trial: trial, losses: losses))
      }
    }
    look(&self)
    if budgets[bracket].allSatisfy({ $0 <= budget }) { return .complete(trial) }
    // The freed worker asks for a job: only if it is this very trial, nothing pauses.
    if !startsFirst, let promotion = promotion(), promotion.trial == trial {
      make(promotion)
      return .goOn(trial, upTo: promotion.budget)
    }
    return .pause(trial)
  }

  mutating func ended(_ trial: TrialID, _ loss: Loss) {
    guard let losses = loss.all else {
      out.insert(trial)
      return
    }
    ended[trial] = losses
    let bracket = bracket(trial)
    if let rung = rungs[bracket].firstIndex(where: { !$0.contains { $0.trial == trial } }) {
      rungs[bracket][rung].append(Entry(trial: trial, losses: losses))
    }
  }
}

/// Stopping-type ASHA, sorting at every call.
struct NaiveStopping {
  let eta: Int
  let budgets: [[Budget]]
  let bracket: (TrialID) -> Int
  var rungs: [[[(trial: TrialID, losses: [Double])]]]
  var reached: [TrialID: Int] = [:]

  init(eta: Int, budgets: [[Budget]], bracket: @escaping (TrialID) -> Int) {
    self.eta = eta
    self.budgets = budgets
    self.bracket = bracket
    rungs = budgets.map { $0.map { _ in [] } }
  }

  mutating func reported(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> Decision {
    guard let own = loss.all else { return .stop(trial) }
    let bracket = bracket(trial)
    var goesOn = true
    while let next = budgets[bracket].dropFirst(reached[trial, default: 0]).first, next <= budget {
      let rung = reached[trial, default: 0]
      rungs[bracket][rung].append((trial, own))
      let entries = rungs[bracket][rung]
      let best = naiveRanking(entries).prefix(entries.count / eta).map { entries[$0] }
      let isAmong = best.contains { $0.trial == trial || (own.count == 1 && $0.losses == own) }
      goesOn = entries.count < eta || isAmong
      reached[trial] = rung + 1
    }
    let rung = reached[trial, default: 0]
    if rung == budgets[bracket].count { return .complete(trial) }
    return goesOn ? .goOn(trial, upTo: budgets[bracket][rung]) : .stop(trial)
  }

  mutating func ended(_ trial: TrialID, _ loss: Loss) {
    guard let losses = loss.all else { return }
    let bracket = bracket(trial)
    for rung in reached[trial, default: 0]..<budgets[bracket].count {
      rungs[bracket][rung].append((trial, losses))
    }
  }
}
