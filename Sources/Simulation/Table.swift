public import StudyModel

/// Learning curves that were measured: one row for each configuration.
public struct Table: Objective {
  /// The configurations, by row; distinct.
  public let configurations: [Configuration]
  private let curves: [LearningCurve]
  private let rows: [Configuration: Int]

  /// A table of these rows.
  ///
  /// - Parameters:
  ///   - configurations: By row; distinct.
  ///   - curves: As many.
  public init(configurations: [Configuration], curves: [LearningCurve]) {
    precondition(configurations.count == curves.count)
    self.configurations = configurations
    self.curves = curves
    rows = Dictionary(
      zip(configurations, configurations.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The curve of a row.
  public func curve(ofRow row: Int) -> LearningCurve { curves[row] }

  /// The curve of the row with this configuration.
  public func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    rows[configuration].map { curves[$0] }
  }
}
