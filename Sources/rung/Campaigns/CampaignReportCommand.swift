import ArgumentParser
import Campaigns
import Processes
import Resources
import StudyModel

struct CampaignReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Run time, speed-up and efficiency of the studies that have ended.",
    discussion: "For example: rung campaign report scaling.yaml -o scaling.html")

  @Argument(help: "The campaign file.", completion: .file(extensions: ["yaml"])) var file: String
  @OptionGroup var format: CampaignFormat

  func run() throws {
    let folder = try CampaignFolder(file)
    try format.write(folder.campaign, try folder.runs())
  }
}

/// How a campaign's results are printed.
struct CampaignFormat: ParsableArguments {
  @Flag(help: "Print CSV, a line for each row of the table.") var csv = false
  @Flag(help: "Print one JSON object.") var json = false
  @Option(
    name: .shortAndLong,
    help: "Also write a page with figures to this file, which needs no network.",
    completion: .file(extensions: ["html"]))
  var output: String?

  func validate() throws {
    if csv, json { throw ValidationError("'--csv' and '--json' exclude each other") }
  }

  /// Prints the table of what is known, and writes the page.
  func write(
    _ campaign: ScalingCampaign, _ runs: [ScalingPoint: ScalingRun], isSimulated: Bool = false
  ) throws {
    let table = ScalingTable(of: campaign, runs)
    if let output {
      let page = CampaignPage(
        of: campaign, table, isSimulated: isSimulated, version: Rung.version)
      let text = try pageText(
        Resource.campaignPage, scripts: Resource.campaignScripts, data: page)
      try writeFile(output, Array(text.utf8))
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
