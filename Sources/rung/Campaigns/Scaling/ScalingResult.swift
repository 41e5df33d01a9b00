import Campaigns
import Processes
import Resources
import StudyModel

/// What came of a campaign on the scaling of a study.
struct ScalingResult {
  private let campaign: ScalingCampaign
  private let runs: [ScalingPoint: ScalingRun]
  private let table: ScalingTable
  private let isSimulated: Bool

  /// Compares what is known.
  init(_ campaign: ScalingCampaign, _ runs: [ScalingPoint: ScalingRun], isSimulated: Bool) {
    (self.campaign, self.runs, self.isSimulated) = (campaign, runs, isSimulated)
    table = ScalingTable(of: campaign, runs)
  }

  /// Prints the table, and writes the page.
  func write(_ format: CampaignFormat, json: Bool) throws {
    if let page = format.file {
      let data = ScalingPage(
        of: campaign, table, isSimulated: isSimulated, version: Rung.version)
      let text = try pageText(
        Resource.campaignPage, scripts: Resource.campaignScripts, data: data)
      try writeFile(page, Array(text.utf8))
    }
    if json {
      let result = Result(
        campaign: campaign.name, table: table,
        runs: campaign.points.compactMap { point in
          runs[point].map { NamedRun(name: point.name, run: $0) }
        })
      return try rung.write(try jsonText(result))
    }
    try rung.write(format.csv ? table.commaSeparated : table.text)
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
