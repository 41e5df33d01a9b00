import Campaigns
import StudyModel

/// How many runs a benchmark has, and how long those that are missing are likely to take.
struct BenchmarkPlan: Encodable {
  /// The campaign's name.
  private(set) var campaign: String
  private(set) var studies: Int
  private(set) var methods: Int
  private(set) var seeds: Int
  private(set) var runs: Int
  private(set) var missing: Int
  /// Seconds of one core for what is missing, from those that were made; `nil` where a method with missing runs has none.
  private(set) var coreSeconds: Double?
  /// Seconds of one core a run, by method.
  private(set) var perRun: [Cost]
  private let file: String

  struct Cost: Encodable {
    var method: String
    /// Of the runs that were made; `nil` where none was.
    var seconds: Double?
    var missing: Int
  }

  private enum CodingKeys: CodingKey {
    case campaign, studies, methods, seeds, runs, missing, coreSeconds, perRun
  }

  /// The plan of a campaign with what there is of it.
  init(_ folder: BenchmarkFolder) throws {
    let benchmark = folder.campaign
    campaign = benchmark.name
    file = folder.file
    (studies, methods, seeds) = (
      benchmark.studies.count, benchmark.methods.count, benchmark.seeds.count
    )
    runs = benchmark.points.count
    let content = try BenchmarkLog(in: folder.path).read(folder.bases(), folder.basis)
    let points = content.results(benchmark).missing
    missing = points.count
    perRun = benchmark.methods.map { method in
      let took = content.records.compactMap { record in
        record.run?.point.method == method.label ? record.took : nil
      }
      return Cost(
        method: method.label, seconds: took.isEmpty ? nil : took.reduce(0, +) / Double(took.count),
        missing: points.count { $0.method == method.label })
    }
    let areKnown = perRun.allSatisfy { $0.missing == 0 || $0.seconds != nil }
    coreSeconds = areKnown ? perRun.reduce(0) { $0 + Double($1.missing) * ($1.seconds ?? 0) } : nil
  }

  /// The plan for people.
  var text: String {
    var lines = [
      "\(runs) runs: \(studies) studies, \(methods) methods, \(seeds) seeds; \(missing) have no result yet"
    ]
    lines +=
      [""]
      + alignedTable(
        [["method", "missing", "s a run"]]
          + perRun.map { cost in
            [
              cost.method, "\(cost.missing)",
              cost.seconds.map { "\(($0 * 1000).rounded() / 1000)" } ?? "-",
            ]
          }, wordColumns: 1)
    lines.append("")
    if missing == 0 {
      lines.append("'rung campaign report \(file)' compares them")
    } else if let coreSeconds {
      lines.append(
        "About \(Int((coreSeconds / 60).rounded(.up))) minutes of one core, by the runs that were made."
      )
    } else {
      lines.append(
        "Not every method has a run that says how long it takes: 'rung campaign run \(file)' begins with one of "
          + "each, and may be ended by Ctrl-C.")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
