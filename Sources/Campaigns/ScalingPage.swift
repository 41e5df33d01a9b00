public import StudyModel

/// What the page of a campaign shows.
public struct ScalingPage: Hashable, Sendable, Encodable {
  private var name: String
  private var rung: String
  private var studies: Int
  private var ended: Int
  private var isSimulated: Bool
  private var sites: [String]
  private var sizes: [Double]
  private var rows: [ScalingTable.Row]
  private var missing: [String]
  private var missingBaselines: [String]

  private enum CodingKeys: String, CodingKey {
    case name, rung, studies, ended, sites, sizes, rows, missing
    case isSimulated = "is_simulated"
    case missingBaselines = "missing_baselines"
  }

  /// The page of a table.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - table: Its table.
  ///   - isSimulated: Whether its studies ran in virtual time.
  ///   - version: The version of Rung that writes it.
  public init(
    of campaign: ScalingCampaign, _ table: ScalingTable, isSimulated: Bool, version: String
  ) {
    name = campaign.name
    rung = version
    studies = campaign.points.count
    ended = studies - table.missing.count
    self.isSimulated = isSimulated
    sites = campaign.sites
    sizes = campaign.sizes.map(\.number)
    rows = table.rows
    missing = table.missing
    missingBaselines = table.missingBaselines
  }
}
