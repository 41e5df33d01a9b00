import ArgumentParser
import Campaigns
import Processes
import Resources
import StudyModel

struct CampaignReportCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Run time, speed-up and efficiency of the studies that have ended.",
    discussion: discussion(
      examples: "rung campaign report scaling.yaml -o scaling.html",
      "rung campaign report scaling.yaml --csv > scaling.csv"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @OptionGroup var format: CampaignFormat
  @OptionGroup var output: OutputOptions

  func validate() throws { try format.refuseBoth(json: json) }

  func run() throws {
    let folder = try CampaignFolder(file)
    try format.write(folder.campaign, try folder.runs(), json: json)
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

  /// Prints the table of what is known, and writes the page.
  func write(
    _ campaign: ScalingCampaign, _ runs: [ScalingPoint: ScalingRun], isSimulated: Bool = false,
    json: Bool
  ) throws {
    let table = ScalingTable(of: campaign, runs)
    if let file {
      let page = CampaignPage(
        of: campaign, table, isSimulated: isSimulated, version: Rung.version)
      let text = try pageText(
        Resource.campaignPage, scripts: Resource.campaignScripts, data: page)
      try writeFile(file, Array(text.utf8))
    }
    if json {
      let result = Result(
        campaign: campaign.name, table: table,
        runs: campaign.points.compactMap { point in
          runs[point].map { NamedRun(name: point.name, run: $0) }
        })
      return try rung.write(try jsonText(result))
    }
    try rung.write(csv ? table.commaSeparated : table.text)
  }

  private struct Result: Encodable {
    var campaign: String
    var table: ScalingTable
    var runs: [NamedRun]
  }

  private struct NamedRun: Encodable {
    var name: String
    var run: ScalingRun

    private enum CodingKeys: CodingKey { case name }

    func encode(to encoder: any Encoder) throws {
      try run.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
    }
  }
}
