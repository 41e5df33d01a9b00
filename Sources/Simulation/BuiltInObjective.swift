public import StudyModel

/// An objective that is calculated: for rehearsals without a table.
public struct BuiltInObjective: Objective {
  /// The objectives.
  public enum Name: String, Hashable, Sendable, CaseIterable {
    /// Smooth saturating learning curves over any space, with a little noise.
    case curves
    /// A landscape over the space `agebo-tabular`, with uneven training times.
    case agEBOTabular = "agebo-tabular"
  }

  private let objective: any Objective

  /// An objective for this study.
  ///
  /// - Parameters:
  ///   - name: Which.
  ///   - study: The study.
  ///   - secondsPerEpoch: Of `curves`: how long an epoch takes on one GPU; above 0.
  public init(_ name: Name, for study: Study, secondsPerEpoch: Double = 1) {
    objective =
      switch name {
      case .curves: CurvesObjective(for: study, secondsPerEpoch: secondsPerEpoch)
      case .agEBOTabular: TabularObjective(for: study)
      }
  }

  /// What the objective answers; never `nil`.
  public func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    objective.curve(of: configuration, for: trial)
  }
}

extension Parameter.Domain {
  /// The coordinate of a value from 0 to 1, in the order of the values where they are a list.
  func share(of value: ParameterValue) -> Double? {
    guard let coordinate = coordinate(of: value) else { return nil }
    switch self {
    case .ordinal(let values), .categorical(let values):
      return values.count > 1 ? coordinate / Double(values.count - 1) : 0.5
    case .real, .integer, .constant: return coordinate
    }
  }
}
