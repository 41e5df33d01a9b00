import Processes
import StudyFiles
import StudyModel

/// A campaign's file, and where what belongs to it lies.
struct CampaignFile {
  let campaign: Campaign
  /// What the campaign makes: a folder beside the file, named after its stem, `NAME.campaign`.
  let folder: String
  /// The absolute path of the file.
  let path: String
  private var parent: String { StudyHandle.parent(of: path) }

  /// Reads a campaign; makes nothing.
  ///
  /// - Parameter file: The campaign's file.
  /// - Throws: `StudyFileError`, or `SystemError`.
  init(_ file: String) throws {
    let checked = try loadCampaign(file)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    campaign = checked.value
    path = try realPath(file)
    folder = String(StudyHandle.folder(for: path).dropLast(".rung".count)) + ".campaign"
  }

  /// The path of a file that the campaign names.
  func path(beside name: String) -> String { name.hasPrefix("/") ? name : "\(parent)/\(name)" }
}
