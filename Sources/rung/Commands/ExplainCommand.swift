import ArgumentParser
import Coordination
import Processes
import Reporting
import StudyModel
import StudyStore

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tell what happened to a trial, and why.",
    discussion: """
      From the journal: every decision about the trial, and what it was based on.
      For example: rung explain study.rung 17
      """)

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Argument(help: "The trial's number.") var trial: Int
  @Flag(help: "Print one JSON object.") var json = false

  private struct Result: Encodable {
    var trial: Int
    var story: [TrialStory.Line]
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    var story = TrialStory(of: TrialID(trial))
    let coordinator = try handle.replay { entry, coordinator in
      story.hear(entry.event, at: entry.time, commands: entry.commands, coordinator)
    }
    guard coordinator.trials.indices.contains(trial) else {
      throw Failure(
        .usage,
        "no trial \(trial) in '\(directory)': they are numbered from 0 to "
          + "\(coordinator.trials.count - 1)")
    }
    if json { return try write(try jsonText(Result(trial: trial, story: story.lines))) }
    try write(
      story.lines.map { line in
        let tenths = Int((line.seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s: \(visibleText(line.text))\n"
      }.joined())
  }
}
