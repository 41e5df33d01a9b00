import Processes
import StudyFiles
import StudyModel

/// A campaign's file, and where what belongs to it lies.
struct CampaignFile {
  let campaign: Campaign
  /// What the campaign makes: a folder beside the file, named after its stem, `NAME.campaign`.
  let folder: String
  private let parent: String

  /// Reads a campaign; makes nothing.
  ///
  /// - Parameter file: The campaign's file.
  /// - Throws: `StudyFileError`, or `SystemError`.
  init(_ file: String) throws {
    let checked = try loadCampaign(file)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    campaign = checked.value
    let real = try realPath(file)
    folder = String(StudyHandle.folder(for: real).dropLast(".rung".count)) + ".campaign"
    parent = StudyHandle.parent(of: real)
  }

  /// The path of a file that the campaign names.
  func path(beside name: String) -> String { name.hasPrefix("/") ? name : "\(parent)/\(name)" }
}
