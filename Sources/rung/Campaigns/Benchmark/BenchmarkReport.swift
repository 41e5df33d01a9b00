import Campaigns
import Processes
import Resources
import StudyModel

/// What came of a benchmark so far.
struct BenchmarkReport {
  private let results: BenchmarkResults
  private let table: BenchmarkTable
  private let comparison: MethodComparison?

  /// Compares what is there.
  init(_ folder: BenchmarkFolder) throws {
    let content = try BenchmarkLog(in: folder.path).read(folder.bases(), folder.basis)
    if content.outdated > 0 {
      note(
        "rung: \(content.outdated) results follow from other files, or another version of Rung, and are left out; "
          + "'rung campaign run \(folder.file)' makes them anew")
    }
    results = content.results(folder.campaign)
    table = BenchmarkTable(results)
    comparison = MethodComparison(results)
  }

  /// Prints the tables, and writes the page.
  func write(_ format: CampaignFormat, json: Bool) throws {
    if let page = format.file {
      let text = try pageText(
        Resource.benchmarkPage, scripts: Resource.benchmarkScripts,
        data: BenchmarkPage(results, table, comparison, version: Rung.version))
      try writeFile(page, Array(text.utf8))
    }
    if json {
      return try rung.write(
        try jsonText(BenchmarkPage(results, table, comparison, version: Rung.version)))
    }
    let text = BenchmarkText(results, table, comparison)
    try rung.write(format.csv ? text.commaSeparated : text.text)
  }
}
