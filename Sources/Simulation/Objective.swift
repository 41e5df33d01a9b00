public import StudyModel

/// What a simulated trial would have measured, and how long it would have taken.
public protocol Objective: Sendable {
  /// The curve of a trial.
  ///
  /// - Parameters:
  ///   - configuration: The trial's settings.
  ///   - trial: The trial, for objectives with noise of their own.
  /// - Returns: `nil` where the objective knows nothing about the configuration.
  func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve?
}

/// The values of one training, step by step.
public struct LearningCurve: Hashable, Sendable {
  /// How long steps take, on one GPU that the trial has for itself.
  public enum Seconds: Hashable, Sendable {
    /// Seconds of every epoch.
    case perEpoch(Double)
    /// Seconds of each step by itself.
    case each([Double])
  }

  /// For each metric of the study the value after each step; NaN for a diverged one.
  public let values: [[Double]]
  /// How long steps take.
  public let seconds: Seconds
  /// The epochs that are steps, ascending; `nil` where every epoch is one.
  public let epochs: [Int]?
  /// The row of the table that it comes from, from 0; `nil` for a calculated one.
  public let row: Int?

  /// A curve of these values.
  ///
  /// - Parameters:
  ///   - values: For each metric as many values as there are steps.
  ///   - seconds: How long steps take.
  ///   - epochs: The steps' epochs; `nil` for 1, 2 and so on.
  ///   - row: The row of the table.
  public init(values: [[Double]], seconds: Seconds, epochs: [Int]? = nil, row: Int? = nil) {
    self.values = values
    self.seconds = seconds
    self.epochs = epochs
    self.row = row
  }

  /// Steps until the training ends itself.
  public var count: Int { values.first?.count ?? 0 }

  /// The epoch of a step, from 0.
  public func epoch(ofStep step: Int) -> Int { epochs.map { $0[step] } ?? step + 1 }

  /// Seconds of a step, from 0.
  public func seconds(ofStep step: Int) -> Double {
    switch seconds {
    case .each(let seconds): seconds[step]
    case .perEpoch(let seconds):
      seconds * Double(epoch(ofStep: step) - (step > 0 ? epoch(ofStep: step - 1) : 0))
    }
  }
}
