public import StudyModel

/// What a bracket of synchronous halving holds: how many trials it takes to which budget.
///
/// Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
/// JMLR 18 (2018), Algorithm 1: `n = ceil((s_max + 1) / (s + 1) * eta^s)`, and
/// `n_i = floor(n * eta^-i)` at rung `i`. HpBandSter rounds otherwise, `floor((s_max + 1) / (s + 1))
/// * eta^s`, so that its brackets are smaller where `s + 1` does not divide `s_max + 1`. Deviation:
/// `s_max` is the number of rungs less one; the paper's `floor(log_eta(R))` leaves out the smallest
/// budget where the largest is no power of `eta` times it.
public struct BracketPlan: Hashable, Sendable, Codable {
  /// The budgets of the bracket's rungs, ascending; not empty.
  public let budgets: [Budget]
  /// How many trials are trained up to each of them; at least 1.
  public let sizes: [Int]

  /// The brackets of Hyperband in its order: from the most halvings to none.
  ///
  /// - Parameters:
  ///   - rungs: The budgets of the rungs, ascending; not empty.
  ///   - eta: The reduction factor, at least 2.
  /// - Returns: As many brackets as rungs.
  public static func hyperband(rungs: [Budget], eta: Int) -> [BracketPlan] {
    rungs.indices.map { skipped in
      let size = firstSize(halvings: rungs.count - 1 - skipped, rungs: rungs.count, eta: eta)
      return BracketPlan(
        budgets: Array(rungs[skipped...]),
        sizes: halved(size, rungs: rungs.count - skipped, eta: eta))
    }
  }

  /// The number of trials that each rung takes of `members` at the first.
  ///
  /// - Parameters:
  ///   - members: At the first rung; at least 1.
  ///   - rungs: How many.
  ///   - eta: The reduction factor, at least 2.
  /// - Returns: `floor(members * eta^-i)`, but at least 1.
  static func halved(_ members: Int, rungs: Int, eta: Int) -> [Int] {
    var sizes = [members]
    while sizes.count < rungs { sizes.append(max(1, sizes[sizes.count - 1] / eta)) }
    return sizes
  }

  /// The number of trials that a bracket of Hyperband begins with.
  ///
  /// - Parameters:
  ///   - halvings: Of this bracket, the paper's `s`.
  ///   - rungs: Of the longest bracket, the paper's `s_max + 1`.
  ///   - eta: The reduction factor, at least 2.
  /// - Returns: The paper's `n`, bounded so that the sum over all brackets is no overflow.
  static func firstSize(halvings: Int, rungs: Int, eta: Int) -> Int {
    let bound = Int.max / (2 * rungs * rungs)
    var power = 1
    for _ in 0..<halvings {
      let (product, overflow) = power.multipliedReportingOverflow(by: eta)
      power = overflow ? bound : min(product, bound)
    }
    return (rungs * power + halvings) / (halvings + 1)
  }
}
