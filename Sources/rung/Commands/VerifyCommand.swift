import ArgumentParser
import Processes
import StudyStore

struct VerifyCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Replay a study's journal, and read every checkpoint.",
    discussion: discussion(
      """
      Names the first decision that differs from the recorded one, and each checkpoint that cannot be \
      read back. Changes nothing.
      """,
      examples: "rung verify study.rung"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let handle = try StudyHandle(directory)
    let progress = ProgressLine()
    defer { progress.close() }
    if progress.isDue { progress.show("reads the study") }
    try Session(handle: handle, record: try handle.read()).refuseIfHeld()
    let found = try Verification(of: handle.directory, study: handle.study) { step in
      guard progress.isDue else { return }
      switch step {
      case .entries(let count): progress.show("replayed \(count) entries of the journal")
      case .checkpoints(let count, let all): progress.show(count, of: all, "checkpoints")
      }
    }
    progress.close()
    try write(json ? try jsonText(found) : text(found))
    guard found.isSound else {
      throw Failure(.wrongFile, "'\(directory)' is not sound: see above")
    }
  }

  private func text(_ found: Verification) -> String {
    var lines = ["journal: \(found.entries) entries of \(found.runs) runs"]
    if let difference = found.difference {
      lines[0] += ", not replayed as recorded"
      lines += [
        "  \(difference.file):\(difference.line): the first decision that differs",
        "    recorded: \(difference.recorded)", "    decided:  \(difference.decided)",
        "  the study file or the program is another than the one that ran; put the old one back",
      ]
    } else {
      lines[0] += ", replayed: every decision as recorded"
    }
    switch found.snapshot {
    case .same: lines.append("snapshot: the same as the replay")
    case .absent: lines.append("snapshot: none; 'rung resume' replays the journal")
    case .unusable: lines.append("snapshot: cannot be read; 'rung resume' replays the journal")
    case .different:
      lines.append(
        "snapshot: not the same as the replay; delete 'study.h5', the journal rebuilds it")
    }
    let counts =
      "checkpoints: \(found.checkpoints) in \(found.containers) containers, \(found.bytes) bytes"
    lines.append(counts + (found.damages.isEmpty ? ", all read back" : ""))
    for damage in found.damages {
      lines.append("  trial \(damage.trial), epoch \(damage.epoch): \(damage.cause)")
    }
    if !found.damages.isEmpty {
      lines.append(
        "  a trial goes on from its checkpoint before; restore these files to keep the last")
    }
    lines += found.strays.map { "not in the journal, deleted by a next run: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
