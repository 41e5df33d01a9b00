public import StudyModel

/// The runs of a benchmark that are there, and what their values are compared with.
public struct BenchmarkResults: Sendable {
  /// The campaign.
  public let campaign: BenchmarkCampaign
  /// Runs without a result, in the campaign's order.
  public let missing: [BenchmarkPoint]
  /// What each study is: of those that at least one run was made of.
  public let studies: [BenchmarkStudy]
  private let runs: [BenchmarkPoint: BenchmarkRun]
  private let scales: [String: RegretScale]

  /// Results of a campaign.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - studies: What each study is, as far as it is known.
  ///   - runs: The runs; others than the campaign's are left out, and so are those of a study that is not
  ///     known.
  public init(
    _ campaign: BenchmarkCampaign, studies: [BenchmarkStudy], runs: [BenchmarkRun]
  ) {
    self.campaign = campaign
    self.studies = campaign.studies.compactMap { entry in
      studies.first { $0.label == entry.label }
    }
    let known = Set(self.studies.map(\.label))
    var found: [BenchmarkPoint: BenchmarkRun] = [:]
    for run in runs where known.contains(run.point.study) { found[run.point] = run }
    self.runs = found
    missing = campaign.points.filter { found[$0] == nil }
    var scales: [String: RegretScale] = [:]
    for study in self.studies {
      let points = campaign.points.filter { $0.study == study.label }
      let last = points.compactMap { found[$0]?.last(campaign.value) }
      scales[study.label] = study.scale ?? RegretScale(ofLast: last, goal: study.goal)
    }
    self.scales = scales
  }

  /// A method's runs on a study, by ascending place of their seeds.
  func runs(of method: String, on study: String) -> [BenchmarkRun] {
    campaign.seeds.compactMap { runs[BenchmarkPoint(study: study, method: method, seed: $0)] }
  }

  /// The scale of a study; `nil` where none of its runs has a value, and no table is known.
  func scale(of study: String) -> RegretScale? { scales[study] }

  /// The seeds of which every method has a result on a study.
  func commonSeeds(on study: String) -> [UInt64] {
    campaign.seeds.filter { seed in
      campaign.methods.allSatisfy { method in
        runs[BenchmarkPoint(study: study, method: method.label, seed: seed)] != nil
      }
    }
  }

  /// Each method's runs with the seeds that all have in common, in the campaign's order of methods.
  func blocks(on study: String) -> [[BenchmarkRun]] {
    let seeds = commonSeeds(on: study)
    return campaign.methods.map { method in
      seeds.compactMap {
        runs[BenchmarkPoint(study: study, method: method.label, seed: $0)]
      }
    }
  }
}

/// What a study of a benchmark is.
public struct BenchmarkStudy: Hashable, Sendable, Codable {
  /// What the campaign calls it.
  public var label: String
  /// The metric's name.
  public var metric: String
  /// Whether more or less of it is better.
  public var goal: Goal
  /// The name of what trials are promoted in.
  public var fidelity: String
  /// What its table says; `nil` for a calculated objective.
  public var scale: RegretScale?
  /// Rows of its table; `nil` for a calculated objective.
  public var rows: Int?

  /// A study of these properties.
  public init(
    label: String, metric: String, goal: Goal, fidelity: String, scale: RegretScale?, rows: Int?
  ) {
    self.label = label
    self.metric = metric
    self.goal = goal
    self.fidelity = fidelity
    self.scale = scale
    self.rows = rows
  }
}
