import Schedulers
import StudyModel

/// Successive halving and Hyperband written down as plainly as can be: what happened is kept, and
/// every rung of every bracket is worked out anew from it at every call.
///
/// Source: Li et al., "Hyperband", JMLR 18 (2018), Algorithm 1, with the brackets side by side as in
/// HpBandSter, and with what Rung documents beyond these.
struct NaiveSynchronous {
  /// A bracket: the trials that were started in it.
  struct Bracket {
    var size: Int
    let budgets: [Budget]
    var started: [TrialID] = []
  }

  /// A loss, and the budget up to which it stands.
  struct Word {
    let losses: [Double]?
    let reached: Budget
  }

  let eta: Int
  let budgets: [Budget]
  let isCycle: Bool
  var brackets: [Bracket] = []
  var words: [TrialID: [Word]] = [:]
  var granted: [TrialID: Budget] = [:]
  /// Brackets whose last members train no more, only to save time.
  var over: Set<Int> = []
  var maximum: Budget { budgets[budgets.count - 1] }

  /// `n` of Algorithm 1, line 3.
  func size(halvings: Int) -> Int {
    let power = (0..<halvings).reduce(1.0) { power, _ in power * Double(eta) }
    return Int((Double(budgets.count) / Double(halvings + 1) * power).rounded(.up))
  }

  /// The members of each rung that was reached, the best first but at the lowest.
  func rungs(of bracket: Bracket) -> [[TrialID]] {
    var rungs = [bracket.started]
    var size = bracket.size
    for budget in bracket.budgets.dropLast() {
      let members = rungs[rungs.count - 1]
      let words = members.map { trial in
        self.words[trial, default: []].first { $0.losses == nil || $0.reached >= budget }
      }
      guard rungs.count > 1 || members.count == bracket.size, words.allSatisfy({ $0 != nil })
      else { break }
      size = max(1, size / eta)
      let entries = zip(members, words).compactMap { trial, word in
        word?.losses.map { (trial: trial, losses: $0) }
      }
      rungs.append(naiveRanking(entries).prefix(size).map { entries[$0].trial })
    }
    return rungs
  }

  /// Promoted members that wait for a slot, and the budget that they go on to.
  func waiting(in bracket: Bracket) -> (trials: [TrialID], budget: Budget) {
    let rungs = rungs(of: bracket)
    let budget = bracket.budgets[rungs.count - 1]
    let waiting = rungs[rungs.count - 1].filter { trial in
      granted[trial].map { $0 < budget } ?? true
        && words[trial, default: []].allSatisfy { $0.losses != nil && $0.reached < budget }
    }
    return (rungs.count == 1 ? [] : waiting, budget)
  }

  mutating func slotFreed(next: TrialID?) -> [Decision] {
    if next == nil, let last = brackets.last {
      brackets[brackets.count - 1].size = min(last.size, last.started.count)
    }
    for number in brackets.indices where !over.contains(number) {
      let (trials, budget) = waiting(in: brackets[number])
      if let trial = trials.first {
        granted[trial] = budget
        return [.resume(trial, upTo: budget)]
      }
      let last = rungs(of: brackets[number]).last ?? []
      if brackets[number].started.count == brackets[number].size,
        last.allSatisfy({
          words[$0]?.last.map { $0.losses == nil || $0.reached >= maximum } ?? false
        }
        )
      {
        over.insert(number)
      }
      if let next, brackets[number].started.count < brackets[number].size {
        return start(next, in: number)
      }
    }
    guard let next else { return [] }
    let skipped = isCycle ? brackets.count % budgets.count : 0
    brackets.append(
      Bracket(
        size: size(halvings: budgets.count - 1 - skipped), budgets: Array(budgets[skipped...])))
    return start(next, in: brackets.count - 1)
  }

  private mutating func start(_ trial: TrialID, in number: Int) -> [Decision] {
    brackets[number].started.append(trial)
    granted[trial] = brackets[number].budgets[0]
    return [.start(trial, upTo: brackets[number].budgets[0])]
  }

  mutating func reported(_ trial: TrialID, _ loss: Loss, at budget: Budget) -> [Decision] {
    words[trial, default: []].append(Word(losses: loss.all, reached: budget))
    guard loss != .diverged,
      let number = brackets.firstIndex(where: { $0.started.contains(trial) })
    else { return [.stop(trial)] }
    if budget >= maximum { return [.complete(trial)] }
    let rungs = rungs(of: brackets[number])
    guard rungs[rungs.count - 1].contains(trial) else { return [.stop(trial)] }
    let (trials, next) = waiting(in: brackets[number])
    // The freed worker asks for a job: if its bracket is the first that has any, nothing pauses.
    if trials.contains(trial),
      brackets[..<number].allSatisfy({ waiting(in: $0).trials.isEmpty })
    {
      granted[trial] = next
      return [.goOn(trial, upTo: next)]
    }
    return [.pause(trial)]
  }

  mutating func ended(_ trial: TrialID, _ loss: Loss) {
    words[trial, default: []].append(
      Word(losses: loss.all, reached: maximum))
  }
}
