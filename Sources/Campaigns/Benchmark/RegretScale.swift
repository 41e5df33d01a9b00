public import Simulation
import Statistics
public import StudyModel

/// What values of a study are compared with.
public struct RegretScale: Hashable, Sendable, Codable {
  /// Where the best value comes from.
  public enum Source: String, Hashable, Sendable, Codable {
    /// The whole table.
    case table
    /// The runs themselves, since the objective is calculated and nobody knows its best value.
    case runs
  }

  /// Whether more or less is better.
  public var goal: Goal
  /// The best value that there is.
  public var best: Double
  /// The value of normalised regret 1: that of the middling row, trained out.
  public var middling: Double
  /// Where both come from.
  public var source: Source

  /// A scale of these values.
  public init(goal: Goal, best: Double, middling: Double, source: Source) {
    (self.goal, self.best, self.middling, self.source) = (goal, best, middling, source)
  }

  /// The scale of a table: the best value of all curves, and the median of the rows' best values; `nil` where no
  /// value is finite.
  public init?(_ table: Table, goal: Goal) {
    let values = table.configurations.indices.map { row in
      table.curve(ofRow: row).best(goal) ?? Self.worst(goal)
    }
    let losses = values.map { goal == .maximize ? -$0 : $0 }.sorted()
    guard let least = losses.first, least.isFinite else { return nil }
    // Where most rows never have a finite value, the worst that is finite is middling.
    let median = quantile(0.5, of: losses)
    let middling = median.isFinite ? median : losses.last(where: \.isFinite) ?? least
    let sign = goal == .maximize ? -1.0 : 1
    self.init(goal: goal, best: sign * least, middling: sign * middling, source: .table)
  }

  /// The scale of runs on an objective that is calculated: the best and the worst of their last values; `nil` of
  /// none.
  public init?(ofLast values: [Double], goal: Goal) {
    guard let least = values.min(), let most = values.max() else { return nil }
    self.init(
      goal: goal, best: goal == .maximize ? most : least,
      middling: goal == .maximize ? least : most, source: .runs)
  }

  private static func worst(_ goal: Goal) -> Double { goal == .maximize ? -.infinity : .infinity }

  /// How much worse than the best a value is, in the metric's unit; at least 0, infinite for none.
  public func regret(_ value: Double?) -> Double {
    guard let value, value.isFinite else { return .infinity }
    return max(0, goal == .maximize ? best - value : value - best)
  }

  /// The regret as a share of the middling row's, from 0 to 1: all that is no better than this row is 1, and
  /// so is no value at all.
  ///
  /// A cap keeps one diverged training from outweighing all others in a mean.
  public func normalized(_ value: Double?) -> Double {
    let regret = regret(value)
    let whole = self.regret(middling)
    guard whole > 0 else { return regret > 0 ? 1 : 0 }
    return min(1, regret / whole)
  }
}
