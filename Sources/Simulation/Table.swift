public import StudyModel

/// Learning curves that were measured: one row for each configuration, or several that differ in their
/// seeds.
public struct Table: Objective {
  /// The configurations, by row; distinct.
  public let configurations: [Configuration]
  private let curves: [LearningCurve]
  private let rows: [Configuration: Int]
  /// Further curves of a row, of other seeds.
  private let others: [Int: [LearningCurve]]

  /// A table of these rows.
  ///
  /// - Parameters:
  ///   - configurations: By row; distinct.
  ///   - curves: As many.
  public init(configurations: [Configuration], curves: [LearningCurve]) {
    precondition(configurations.count == curves.count)
    self.configurations = configurations
    self.curves = curves
    others = [:]
    rows = Dictionary(
      zip(configurations, configurations.indices), uniquingKeysWith: { first, _ in first })
  }

  /// A table of trainings, of which those with one configuration become one row.
  ///
  /// - Parameter trainings: Configurations with a curve each, in any order.
  public init(trainings: [(configuration: Configuration, curve: LearningCurve)]) {
    var configurations: [Configuration] = []
    var curves: [LearningCurve] = []
    var rows: [Configuration: Int] = [:]
    var others: [Int: [LearningCurve]] = [:]
    for (configuration, curve) in trainings {
      if let row = rows[configuration] {
        others[row, default: []].append(curve)
      } else {
        rows[configuration] = configurations.count
        configurations.append(configuration)
        curves.append(curve)
      }
    }
    (self.configurations, self.curves, self.rows, self.others) = (
      configurations, curves, rows, others
    )
  }

  /// The curve of a row, the first of several.
  public func curve(ofRow row: Int) -> LearningCurve { curves[row] }

  /// The curve of the row with this configuration: of several one that is drawn for the trial, so that
  /// trials of one configuration differ as those of a real study do.
  public func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    guard let row = rows[configuration] else { return nil }
    guard let others = others[row] else { return curves[row] }
    var random = RandomStream(seed: 0, trial: trial, purpose: .simulation)
    let place = random.index(below: others.count + 1)
    return place == 0 ? curves[row] : others[place - 1]
  }
}
