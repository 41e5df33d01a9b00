import StudyModel

/// All that there is to say of a benchmark: what its page shows, and what is printed as JSON.
public struct BenchmarkPage: Hashable, Sendable, Encodable {
  private var campaign: String
  private var rung: String
  private var runs: Int
  private var ended: Int
  private var seeds: Int
  private var slots: Int
  private var value: BenchmarkCampaign.Value
  private var level: Double
  private var methods: [String]
  private var studies: [Study]
  private var rows: [BenchmarkTable.Row]
  private var comparison: MethodComparison?
  private var curves: [AnytimeCurves]
  private var missing: [String]

  /// A study with what its values are compared with.
  private struct Study: Hashable, Encodable {
    var label: String
    var metric: String
    var goal: Goal
    var fidelity: String
    var rows: Int?
    var best: Double?
    var middling: Double?
    var source: RegretScale.Source?
  }

  /// The page of some results.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - table: Their table.
  ///   - comparison: The comparison of their methods, if there is one.
  ///   - version: The version of Rung that writes it.
  public init(
    _ results: BenchmarkResults, _ table: BenchmarkTable, _ comparison: MethodComparison?,
    version: String
  ) {
    let benchmark = results.campaign
    campaign = benchmark.name
    rung = version
    runs = benchmark.points.count
    ended = runs - results.missing.count
    seeds = benchmark.seeds.count
    slots = benchmark.slots
    value = benchmark.value
    level = MethodComparison.level
    methods = benchmark.methods.map(\.label)
    studies = results.studies.map { study in
      let scale = results.scale(of: study.label)
      return Study(
        label: study.label, metric: study.metric, goal: study.goal, fidelity: study.fidelity,
        rows: study.rows, best: scale?.best, middling: scale?.middling, source: scale?.source)
    }
    rows = table.rows
    self.comparison = comparison
    curves = AnytimeAxis.allCases.map { AnytimeCurves(results, over: $0).brief }
    missing = results.missing.map(\.name)
  }
}

extension AnytimeCurves {
  /// The same with five significant digits, which is more than a figure shows.
  fileprivate var brief: AnytimeCurves {
    func short(_ values: [Double]) -> [Double] { values.map { significant($0, digits: 5) } }
    func short(_ values: [Double?]) -> [Double?] {
      values.map { $0.map { significant($0, digits: 5) } }
    }
    var curves = self
    curves.shares = short(shares)
    for study in studies.indices {
      for line in studies[study].lines.indices {
        curves.studies[study].lines[line].median = short(studies[study].lines[line].median)
        curves.studies[study].lines[line].low = short(studies[study].lines[line].low)
        curves.studies[study].lines[line].high = short(studies[study].lines[line].high)
      }
    }
    for mean in means.indices {
      curves.means[mean].normalizedRegret = short(means[mean].normalizedRegret)
      curves.means[mean].rank = short(means[mean].rank)
    }
    return curves
  }
}
