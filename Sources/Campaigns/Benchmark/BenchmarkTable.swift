import StudyModel

/// What each method came to on each study in the end.
public struct BenchmarkTable: Hashable, Sendable, Encodable {
  /// A mean over seeds with its standard deviation.
  public typealias Spread = ScalingTable.Spread

  /// A method on a study.
  public struct Row: Hashable, Sendable, Encodable {
    /// The study's label.
    public var study: String
    /// The method's label.
    public var method: String
    /// Seeds of which there is a result.
    public var seeds: Int
    /// Of these, seeds whose run has no value: all of its trials diverged, or none was trained.
    public var withoutValue: Int
    /// The value in the end; `nil` where no seed has one.
    public var value: Spread?
    /// How much worse than the best that is.
    public var regret: Spread?
    /// The regret as a share of the middling row's, from 0 to 1; 1 for a run without a value.
    public var normalizedRegret: Spread
    /// Seconds of virtual time.
    public var seconds: Spread
    /// Epochs that all trials together trained.
    public var epochs: Spread
    /// Trials that were started.
    public var trials: Spread
    /// The highest epoch that any trial reached.
    public var largest: Spread
    /// The share of the slots' time in which trials held them.
    public var utilization: Spread

    private enum CodingKeys: String, CodingKey {
      case study, method, seeds, value, regret, seconds, epochs, trials, utilization
      case withoutValue = "without_value"
      case normalizedRegret = "normalized_regret"
      case largest = "max_resource"
    }
  }

  /// By study and method, in the campaign's order; those without a result are left out.
  public var rows: [Row] = []

  /// The table of some results.
  public init(_ results: BenchmarkResults) {
    let value = results.campaign.value
    for study in results.studies {
      guard let scale = results.scale(of: study.label) else { continue }
      for method in results.campaign.methods {
        let runs = results.runs(of: method.label, on: study.label)
        let values = runs.compactMap { $0.last(value) }
        guard let normalized = Spread(runs.map { scale.normalized($0.last(value)) }),
          let seconds = Spread(runs.map(\.seconds)),
          let epochs = Spread(runs.map { Double($0.epochs) }),
          let trials = Spread(runs.map { Double($0.trials) }),
          let largest = Spread(runs.map { Double($0.largest) }),
          let utilization = Spread(runs.map(\.utilization))
        else { continue }
        rows.append(
          Row(
            study: study.label, method: method.label, seeds: runs.count,
            withoutValue: runs.count - values.count, value: Spread(values),
            regret: Spread(values.map { scale.regret($0) }), normalizedRegret: normalized,
            seconds: seconds, epochs: epochs, trials: trials, largest: largest,
            utilization: utilization))
      }
    }
  }
}
