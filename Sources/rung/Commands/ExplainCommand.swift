import ArgumentParser
import Coordination
import Processes
import Reporting
import StudyModel
import StudyStore

struct ExplainCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tell what happened to a trial, and why.",
    discussion: discussion(
      "From the journal: every decision about the trial, and what it was based on; and the end of its output.",
      examples: "rung explain study.rung 17", "rung explain study.rung 17 --json"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Argument(help: "The trial's number.", completion: .trial) var trial: Int
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var trial: Int
    var state: TrialRecord.State
    var story: [TrialStory.Line]
    var output: [String]
    var logs: [String]
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    var story = TrialStory(of: TrialID(trial))
    let coordinator = try handle.replay { entry, coordinator in
      story.hear(entry.event, at: entry.time, commands: entry.commands, coordinator)
    }
    guard coordinator.trials.indices.contains(trial) else {
      let last = coordinator.trials.count - 1
      let known = last < 0 ? "it has none yet" : "they are numbered from 0 to \(last)"
      throw Failure(.usage, "no trial \(trial) in '\(directory)': \(known)")
    }
    let output = try TrialOutput(of: TrialID(trial), on: story.workers, in: handle.directory)
    story.note(devices: output.devices)
    if json {
      return try write(
        try jsonText(
          Result(
            trial: trial, state: coordinator.trials[trial].state, story: story.lines,
            output: output.lines, logs: output.files)))
    }
    try write(
      story.lines.map { line in
        let tenths = Int((line.seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s: \(visibleText(line.text))\n"
      }.joined())
    guard !output.lines.isEmpty else { return try write("it printed nothing\n") }
    let part = output.lines.count < output.count ? "the last \(output.lines.count) of " : ""
    try write(
      "\(part)\(output.count) line\(output.count == 1 ? "" : "s") that it printed, by attempt (\(output.files.joined(separator: ", "))):\n"
        + output.lines.map { "  \(visibleText($0))\n" }.joined())
  }
}
