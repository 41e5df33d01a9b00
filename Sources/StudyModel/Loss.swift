/// What a trial is judged by: smaller is better, and a value that is not a number is `diverged`.
///
/// The one door through which metrics reach the schedulers and searchers: behind it no NaN and no
/// infinity occurs, so that every comparison is a total order.
public enum Loss: Hashable, Sendable, Codable {
  /// A finite value, smaller being better.
  case finite(Double)
  /// Finite values of several metrics, in the study's order, smaller being better.
  case several([Double])
  /// The metric was NaN or infinite.
  case diverged

  /// Sorts out NaN and infinities.
  public init(_ value: Double) {
    self = value.isFinite ? .finite(value) : .diverged
  }

  /// The loss of a metric value under the study's goal: a metric to maximise is negated.
  public init(_ value: Double, goal: Goal) {
    self.init(goal == .maximize ? -value : value)
  }

  /// The losses of a study's metrics, in its order; diverged as soon as one is.
  ///
  /// - Parameters:
  ///   - values: At least one.
  ///   - goals: As many.
  public init(_ values: [Double], goals: [Goal]) {
    let losses = zip(values, goals).map { $1 == .maximize ? -$0 : $0 }
    guard losses.allSatisfy(\.isFinite) else {
      self = .diverged
      return
    }
    self = losses.count == 1 ? .finite(losses[0]) : .several(losses)
  }

  /// The value, the first of several, or `nil` when diverged.
  public var value: Double? {
    switch self {
    case .finite(let value): value
    case .several(let values): values.first
    case .diverged: nil
    }
  }
}

/// Whether a larger or a smaller metric is better.
public enum Goal: String, Hashable, Sendable, Codable, CaseIterable {
  /// Larger is better.
  case maximize
  /// Smaller is better.
  case minimize
}

/// What a study looks for: a metric that trials report, and its direction.
public struct Metric: Hashable, Sendable, Codable {
  /// The name trials report it under.
  public let name: String
  /// Whether larger or smaller is better.
  public let goal: Goal

  /// A metric of this name and direction.
  public init(name: String, goal: Goal) {
    self.name = name
    self.goal = goal
  }
}
