import ArgumentParser
import Coordination
import Processes
import StudyModel
import StudyStore

struct ResumeCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a study, in the same way or in another.",
    discussion: discussion(
      """
      With '--site', or another option of a plan, a job is planned and submitted anew; a study that was submitted before is \
      submitted again with its last script; any other goes on here.
      """,
      examples: "rung resume study.rung",
      "rung resume study.rung --site jureca-dc --nodes 8 --time 6h",
      "rung resume study.rung --slots 2"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @OptionGroup var options: PlanOptions
  @Option(help: "Go on here, with so many trials at a time.") var slots: Int?
  @OptionGroup var sharing: SharingOptions
  @Option(help: "Jobs that may follow one another until the study ends.") var chain = 1
  @Flag(help: "Go on even if another coordinator may still hold the study.") var force = false
  @OptionGroup var output: OutputOptions
  @Argument(parsing: .postTerminator, help: "Options for sbatch.") var sbatchOptions: [String] = []

  func validate() throws {
    if let slots, slots < 1 { throw ValidationError("'--slots' is at least 1, not \(slots)") }
    if chain < 1 { throw ValidationError("'--chain' is at least 1, not \(chain)") }
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    let size = try options.size.size(for: handle.study)
    var session = Session(
      handle: handle, record: try handle.read(), size: size, isForced: force)
    if case .finished = session.record.coordinator.phase {
      note("rung: the study is finished")
      return try Session.conclude(
        session.record.coordinator, directory: handle.directory, json: json)
    }
    let isPlanned = options.site != nil || options.isShaped
    guard slots == nil || !options.isShaped else {
      throw Failure(
        .usage,
        "'--nodes', '--gpus', '--time', '--strategy', '--partition' and '--component' plan a new job, "
          + "'--slots' goes on here; leave one of them out")
    }
    if slots == nil, isPlanned || exists(handle.jobScript) {
      try session.refuseIfHeld()
      let job: Int
      if isPlanned {
        let (plan, site) = try options.plan(
          handle.study, from: handle.origin.file, in: handle.origin.folder)
        warn(ofPlace: try realPath(handle.directory.path), at: site)
        job = try Submission.submit(handle, plan, site, sbatchOptions, chain: chain)
      } else {
        job = try Submission.submit(handle, chain: chain, ahead: nil)
      }
      return try Submission.tell(job, handle, json: json)
    }
    let seats = try Session.seats(
      for: handle.study.resized(to: size).trial, in: handle.origin.folder, wished: slots,
      sharing: sharing)
    let (coordinator, _) = try session.runHere(seats)
    try Session.conclude(coordinator, directory: handle.directory, json: json)
  }
}
