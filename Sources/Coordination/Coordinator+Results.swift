public import StudyModel

/// What an earlier study found.
public struct KnownResult: Hashable, Sendable, Codable {
  /// The trial's settings.
  @TypedConfiguration public var configuration: Configuration
  /// The values of the study's metrics, in its order; finite.
  public var values: [Double]
  /// The epoch at which they were reported.
  public var epoch: Int

  /// A result of these parts.
  public init(configuration: Configuration, values: [Double], epoch: Int) {
    _configuration = TypedConfiguration(wrappedValue: configuration)
    self.values = values
    self.epoch = epoch
  }
}

extension Coordinator {
  /// The trials of the search of which none is worse than another in every metric, each judged by
  /// its last report; empty in a study of one metric.
  public var front: ParetoFront {
    var front = ParetoFront()
    for trial in trials where trial.finalSeed == nil && trial.state != .failed {
      if case .several(let losses) = trial.lastLoss {
        front.insert(ParetoFront.Member(trial: trial.id, losses: losses))
      }
    }
    return front
  }

  /// What this study can tell another one: of each trial the reports at the budgets at which the
  /// other compares trials, and its last one.
  ///
  /// - Parameter study: The other, whose metrics are asked about.
  /// - Returns: By trial, then by epoch; empty where a metric was never reported.
  public func results(for study: Study) -> [KnownResult] {
    let columns = study.metrics.compactMap { reports.column($0.name) }
    guard columns.count == study.metrics.count else { return [] }
    let budgets = study.comparedBudgets.map(\.epochs)
    var results: [[KnownResult]] = trials.map { _ in [] }
    for row in 0..<reports.count {
      let trial = trials[reports.trials[row]]
      let epoch = reports.epochs[row]
      let values = columns.map { $0[row] }
      guard epoch == trial.epoch || budgets.contains(epoch), values.allSatisfy(\.isFinite)
      else { continue }
      results[trial.id.number].append(
        KnownResult(configuration: trial.configuration, values: values, epoch: epoch))
    }
    return results.flatMap { $0.sorted { $0.epoch < $1.epoch } }
  }
}
