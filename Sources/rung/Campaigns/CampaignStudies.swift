import Agents
import Processes
import StudyModel
import StudyStore

/// The studies of a campaign, each found by its name.
///
/// ```
/// NAME.campaign/
///   STUDY.yaml          a study file
///   STUDY.rung/         and its study
/// ```
struct CampaignStudies {
  /// The campaign's folder.
  let path: String
  /// The folder in which trials run.
  let trialFolder: String

  /// The path of a study's file.
  func file(of name: String) -> String { "\(path)/\(name).yaml" }

  /// A study in its folder; `nil` where it was never begun.
  ///
  /// - Parameters:
  ///   - name: The study's.
  ///   - study: What the campaign's files make of it now.
  ///   - loss: Why it matters that they agree.
  ///   - choice: What to do where the files shall not be put back.
  /// - Returns: The study.
  /// - Throws: ``Failure`` where it was begun as another study than it would be now.
  func handle(
    _ name: String, as study: @autoclosure () throws -> Study, or loss: String, choice: String
  ) throws -> StudyHandle? {
    let folder = "\(path)/\(name).rung"
    guard exists(folder), !StudyDirectory.isUnfinished(folder) else { return nil }
    let handle = try StudyHandle(folder)
    guard try handle.study == study() else {
      throw Failure(
        .wrongFile,
        "'\(folder)' was begun as another study than the campaign's files make of it now, so that \(loss); put these "
          + "back, \(choice)"
      )
    }
    return handle
  }

  /// Makes the folder of a study.
  ///
  /// - Parameters:
  ///   - name: The study's.
  ///   - text: Its file's.
  /// - Returns: The study, of which nothing has begun.
  /// - Throws: ``Failure``, `StudyFileError` or `SystemError`.
  func create(_ name: String, _ text: String) throws -> StudyHandle {
    try makeFolder(path)
    try writeFile(file(of: name), Array(text.utf8))
    return try StudyHandle(
      creatingFrom: file(of: name), output: "\(path)/\(name).rung", isFresh: false,
      folder: trialFolder)
  }
}
