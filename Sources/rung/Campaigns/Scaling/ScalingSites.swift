import StudyFiles
import StudyModel

/// The sites of a campaign, each read once.
struct ScalingSites {
  private let sites: [String?: Site]

  /// Finds the sites.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - asked: A site's name or file, where the campaign names none.
  /// - Throws: ``Failure``, or `StudyFileError`.
  init(_ campaign: ScalingCampaign, asked: String?) throws {
    if let asked, !campaign.sites.isEmpty {
      throw Failure(
        .usage,
        "'--site \(asked)' and 'sites' of the campaign file exclude each other; leave one out")
    }
    var sites: [String?: Site] = [:]
    if campaign.sites.isEmpty { sites[nil] = try takeSite(asked).value }
    for name in campaign.sites { sites[name] = try takeSite(name).value }
    self.sites = sites
  }

  /// The site of a point.
  func site(of point: ScalingPoint) -> Site {
    guard let site = sites[point.site] else {
      preconditionFailure("the campaign's sites were all read")
    }
    return site
  }
}
