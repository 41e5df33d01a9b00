import ArgumentParser
import Campaigns
import StudyModel

struct CampaignReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Run time, speed-up and efficiency of the studies that have ended.",
    discussion: "For example: rung campaign report scaling.yaml --csv > scaling.csv")

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

  func validate() throws {
    if csv, json { throw ValidationError("'--csv' and '--json' exclude each other") }
  }

  /// Prints the table of what is known.
  func write(_ campaign: ScalingCampaign, _ runs: [ScalingPoint: ScalingRun]) throws {
    let table = ScalingTable(of: campaign, runs)
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
