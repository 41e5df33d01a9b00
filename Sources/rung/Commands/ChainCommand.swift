import ArgumentParser
import Coordination
import Glibc
import Processes
import StudyStore

/// What a job of a chain does about the next one; its script calls it.
struct ChainCommand: ParsableCommand {
  enum Moment: String, ExpressibleByArgument {
    case begin
    case end
  }

  static let configuration = CommandConfiguration(
    commandName: "chain", abstract: "Queue the next job of a chain.", shouldDisplay: false)

  @Argument(help: "The study's folder.") var directory: String
  @Argument(help: "Of the job.") var moment: Moment
  @Argument(help: "The exit status of the job's step, at its end.") var status: Int32 = 0

  func run() throws {
    guard let job = environment("SLURM_JOB_ID").flatMap({ Int($0) }) else {
      throw Failure(.usage, "'rung chain' is for job scripts: SLURM_JOB_ID is not set")
    }
    let handle = try StudyHandle(directory)
    guard let record = handle.submission, let place = record.jobs.firstIndex(of: job) else {
      // A script that was handed to sbatch by hand has no chain.
      return leave(status)
    }
    switch moment {
    case .begin: try begin(handle, record, job)
    case .end: end(record.jobs[(place + 1)...], job)
    }
  }

  /// Submits the next job, once: a job that is queued again finds it there.
  private func begin(_ handle: StudyHandle, _ record: Submission.Record, _ job: Int) throws {
    guard record.left > 0, record.jobs.last == job else { return }
    let coordinator = try handle.read().coordinator
    if case .finished = coordinator.phase { return }
    let next = try Submission.submit(handle, after: job)
    var record = record
    record.jobs.append(next)
    record.left -= 1
    try handle.record(record)
    note("rung: job \(next) follows this one")
  }

  /// Ends with the job's exit status.
  private func end(_ following: ArraySlice<Int>, _ job: Int) {
    switch ExitStatus(rawValue: status) {
    case .stoppedEarly where following.contains { slurmJobLives($0) != false }: return
    case .stoppedEarly: queueAgainIfPreempted(job)
    case nil where status == 0, .studyFailed: cancel(following)
    default: break
    }
    leave(status)
  }

  /// Has Slurm queue a job again that ends of its own accord since it was preempted: Slurm itself
  /// queues only those again that are still there when their grace time is over (seen with 22.05).
  private func queueAgainIfPreempted(_ job: Int) {
    guard let facts = JobFacts(String(job)), facts.isPreempted, facts.mayBeQueuedAgain else {
      return
    }
    note("rung: job \(job) was preempted; it is queued again")
    let result = try? Processes.runCommand(["scontrol", "requeue", String(job)])
    guard result?.status == 0 else {
      return note("rung: it could not be; 'rung resume \(directory)' goes on with the study")
    }
    // Slurm ends this job now, script and all.
    waitForAny([], atMost: 60)
  }

  private func leave(_ status: Int32) { if status != 0 { Glibc.exit(status) } }
}

/// Ends jobs, or takes them out of the queue.
///
/// - Parameter jobs: Any number.
func cancel(_ jobs: some Sequence<Int>) {
  let names = jobs.map { String($0) }
  guard !names.isEmpty else { return }
  // What cannot be cancelled finds nothing to do and ends in seconds.
  let result = try? Processes.runCommand(["scancel"] + names)
  if result?.status != 0 {
    note("rung: scancel \(names.joined(separator: " ")) failed; the jobs end by themselves")
  }
}
