public import StudyModel

/// A step of PASHA's largest budget, and why it was made.
public struct Growth: Hashable, Sendable, Codable {
  /// What the two highest rungs disagreed on.
  public enum Cause: Hashable, Sendable, Codable {
    /// A trial ranks (from 1) in the highest rung where the rung below has one whose loss there is
    /// further away than the threshold.
    case moved(TrialID, rank: Int, by: Double, threshold: Double)
    /// The rank-biased overlap is less than its limit.
    case overlap(Double, limit: Double)
    /// The reciprocal rank regret is more than its limit.
    case regret(Double, limit: Double)
  }

  /// The budget of the rung below the highest.
  public let below: Budget
  /// The largest budget until then, that of the highest rung.
  public let from: Budget
  /// The largest budget from then on.
  public let to: Budget
  /// Why.
  public let cause: Cause
}

extension Growth: CustomStringConvertible {
  /// A sentence without a full stop.
  public var description: String {
    let disagreement =
      switch cause {
      case .moved(let trial, let rank, let distance, let threshold):
        """
        trial \(trial) has rank \(rank) at \(from), but at \(below) differs by \(distance) from who \
        has it there, more than the threshold of \(threshold)
        """
      case .overlap(let overlap, let limit):
        "the rankings at \(below) and \(from) overlap by \(overlap), less than \(limit)"
      case .regret(let regret, let limit):
        "the ranking at \(below) costs a regret of \(regret) at \(from), more than \(limit)"
      }
    return "the largest budget grew from \(from) to \(to): \(disagreement)"
  }
}
