import ArgumentParser
import Coordination
import Processes
import StudyStore

struct StopCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End a run in an orderly way; 'resume' goes on.",
    discussion: discussion(
      """
      Ends the trials at once: they go on from their last checkpoints. With '--drain' each first \
      reports once more and leaves a checkpoint. Follow-up jobs are cancelled.
      """,
      examples: "rung stop study.rung", "rung stop study.rung --drain"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Flag(help: "Let each trial finish its epoch, and keep its checkpoint.") var drain = false
  @Flag(help: "Do not wait for the run's end.") var noWait = false
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var run: Int?
    var state: String
    var cancelled: [Int]
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    let coordinator = try handle.read().coordinator
    let isAlive = StudyHandle.isAlive(coordinator)
    let jobs = handle.livingJobs
    // The run's own job ends by itself, in order.
    let running = isAlive == true ? coordinator.run?.job : nil
    let others = jobs.filter { $0 != running }
    cancel(others)
    if var submission = handle.submission {
      submission.left = 0
      try handle.record(submission)
    }
    guard let run = coordinator.run, isAlive != false else {
      return try tell(nil, others.isEmpty ? "nothing runs" : "not running", others)
    }
    try StopRequest(run: run.number, isDraining: drain).write(to: handle.directory)
    guard !noWait else { return try tell(run.number, "asked to stop", others) }
    note("rung: run \(run.number) is asked to stop; Ctrl-C leaves it to do so by itself")
    while StudyHandle.isAlive(try handle.read().coordinator) != false {
      waitForAny([], atMost: 1)
    }
    try tell(run.number, "stopped", others)
  }

  private func tell(_ run: Int?, _ state: String, _ cancelled: [Int]) throws {
    if json { return try write(try jsonText(Result(run: run, state: state, cancelled: cancelled))) }
    let names = cancelled.map(\.description).joined(separator: ", ")
    let words = cancelled.isEmpty ? "" : "; cancelled: \(names)"
    try write("\(state)\(words); 'rung resume \(directory)' goes on\n")
  }
}
