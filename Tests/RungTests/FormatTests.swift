import Foundation
import Processes
import ProgramSupport
import Testing

/// Studies that earlier versions of Rung left: one drained and killed in its second run, each in a
/// folder named after the version.
@Suite struct FormatTests {
  private static let versions = ["0.1"]

  /// A copy of a study, as if it had been begun there.
  private func copy(_ version: String, into folder: TemporaryFolder) throws -> String {
    let kept = URL(filePath: #filePath).deletingLastPathComponent().path + "/Formats/" + version
    let copying = try runCommand(["/bin/cp", "-r", kept + "/.", folder.path])
    #expect(copying.status == 0, "\(text(copying.errors))")
    let study = folder.file("study")
    for name in ["logs", "jobs"] { try makeFolder(study + "/" + name) }
    let origin = text(try readFile(study + "/origin.json"))
    try writeFile(
      study + "/origin.json",
      Array(origin.replacingOccurrences(of: "/home/somebody/format", with: folder.path).utf8))
    return study
  }

  @Test(arguments: versions)
  func aStudyOfAnEarlierVersionGoesOn(version: String) throws {
    let folder = try TemporaryFolder()
    let study = try copy(version, into: folder)
    let program = try rungProgram()
    let sound = try runCommand([program, "verify", study])
    #expect(sound.status == 0, "\(text(sound.output))")
    #expect(text(sound.output).contains("snapshot: the same as the replay"))
    let status = text(try runCommand([program, "status", study]).output)
    #expect(status.contains("16 (0 running, 10 paused, 3 completed, 2 stopped, 1 failed), 55 rep"))
    let run = try runCommand(
      ["/usr/bin/env", "PATH=/usr/bin:/bin", program, "resume", study, "--slots", "2", "--quiet"])
    #expect(run.status == 0, "\(text(run.errors))")
    let ended = try runCommand([program, "verify", study])
    #expect(ended.status == 0, "\(text(ended.output))")
    #expect(text(ended.output).contains("of 3 runs, replayed: every decision as recorded"))
  }

  /// The journal alone is enough, whatever has become of the snapshot's format.
  @Test(arguments: versions)
  func itsJournalAloneIsEnough(version: String) throws {
    let folder = try TemporaryFolder()
    let study = try copy(version, into: folder)
    let program = try rungProgram()
    let before = try runCommand([program, "status", study, "--json"]).output
    removeAll(study + "/study.h5")
    #expect(try runCommand([program, "status", study, "--json"]).output == before)
  }
}
