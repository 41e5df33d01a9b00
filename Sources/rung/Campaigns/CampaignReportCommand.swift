import ArgumentParser
import StudyModel

struct CampaignReportCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "What has come of a campaign so far.",
    discussion: discussion(
      examples: "rung campaign report scaling.yaml -o scaling.html",
      "rung campaign report benchmark.yaml --csv > benchmark.csv",
      "rung campaign report collect.yaml -o table.h5"))

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
    case .collection(let collection):
      let folder = try CollectionFolder(collection, of: campaign)
      try CollectionReport(folder, file: file).write(format, json: json)
    }
  }
}

/// How a campaign's results are printed.
struct CampaignFormat: ParsableArguments {
  @Flag(help: "Print CSV, a line for each row of the table.") var csv = false
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help:
      "Also write a page with figures to this file, which needs no network; of a collection, its table in HDF5.",
    completion: .file(extensions: ["html", "h5"]))
  var file: String?

  /// Refuses what a simulated collection does not have: its trainings are made up.
  func refuseFiles(of collection: CollectionCampaign) throws {
    guard csv || file != nil else { return }
    throw Failure(
      .usage,
      "a simulated collection has no table; '--csv' and '-o' go with 'rung campaign report'")
  }

  /// Refuses two formats at once.
  func refuseBoth(json: Bool) throws {
    if csv, json { throw ValidationError("'--csv' and '--json' exclude each other") }
  }
}
