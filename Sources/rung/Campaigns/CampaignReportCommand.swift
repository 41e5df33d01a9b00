import ArgumentParser
import StudyModel

struct CampaignReportCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Compare what has ended: how a search scales, or which method is better.",
    discussion: discussion(
      examples: "rung campaign report scaling.yaml -o scaling.html",
      "rung campaign report benchmark.yaml --csv > benchmark.csv"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @OptionGroup var format: CampaignFormat
  @OptionGroup var output: OutputOptions

  func validate() throws { try format.refuseBoth(json: json) }

  func run() throws {
    let campaign = try CampaignFile(file)
    switch campaign.campaign {
    case .scaling(let scaling):
      let runs = try ScalingFolder(scaling, of: campaign).runs()
      try ScalingResult(scaling, runs, isSimulated: false).write(format, json: json)
    case .benchmark(let benchmark):
      let folder = try BenchmarkFolder(benchmark, of: campaign, file)
      try BenchmarkReport(folder).write(format, json: json)
    }
  }
}

/// How a campaign's results are printed.
struct CampaignFormat: ParsableArguments {
  @Flag(help: "Print CSV, a line for each row of the table.") var csv = false
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Also write a page with figures to this file, which needs no network.",
    completion: .file(extensions: ["html"]))
  var file: String?

  /// Refuses two formats at once.
  func refuseBoth(json: Bool) throws {
    if csv, json { throw ValidationError("'--csv' and '--json' exclude each other") }
  }
}
