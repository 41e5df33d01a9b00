import StudyModel

/// The brackets of asynchronous halving: bracket `s` skips the lowest `s` rungs.
///
/// A trial's bracket is drawn with the share of configurations that Hyperband gives the bracket,
/// as a function of seed and trial alone. Source: Li et al., "Hyperband", JMLR 18 (2018),
/// Algorithm 1 (`n = ceil((s_max + 1) / (s + 1) * eta^s)`); asynchronous brackets as in Li et al.,
/// MLSys 2020, section 3.3.
struct Brackets: Hashable, Sendable, Codable {
  /// The budgets of each bracket's rungs, ascending.
  let rungs: [[Budget]]
  private let shares: [Int]
  private let seed: UInt64

  /// The first `count` brackets over these rungs.
  ///
  /// - Parameters:
  ///   - rungs: Of bracket 0, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  ///   - count: From 1 to the number of rungs.
  ///   - seed: Of the draws.
  init(rungs: [Budget], eta: Int, count: Int, seed: UInt64) {
    precondition(count >= 1 && count <= rungs.count)
    self.rungs = (0..<count).map { Array(rungs[$0...]) }
    self.seed = seed
    shares = (0..<count).map { skipped in
      BracketPlan.firstSize(halvings: rungs.count - 1 - skipped, rungs: rungs.count, eta: eta)
    }
  }

  /// The bracket of a trial.
  func bracket(of trial: TrialID) -> Int {
    guard shares.count > 1 else { return 0 }
    var random = RandomStream(seed: seed, trial: trial, purpose: .bracket)
    var draw = random.index(below: shares.reduce(0, +))
    for (bracket, share) in shares.enumerated() {
      if draw < share { return bracket }
      draw -= share
    }
    return 0
  }
}
