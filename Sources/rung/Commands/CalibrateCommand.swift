import ArgumentParser
import Planning
import Processes
import StudyFiles
import StudyModel
import StudyStore

struct CalibrateCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure how long a study's trials take, by a few short ones of each size.",
    discussion: discussion(
      """
      Here, or with '--site' in one short job for each size. 'rung plan' and 'rung simulate' then go \
      by what was measured.
      A study's folder instead of its file takes the times of trials that have run already.
      """,
      examples: "rung calibrate study.yaml",
      "rung calibrate study.yaml --site jureca-dc --sizes 0.25 0.5 1",
      "rung calibrate study.rung"))

  @Argument(help: "The study file, or the folder of a study that has run.", completion: .yaml)
  var study: String
  @Option(help: "A site's name or file; without it trials run here.", completion: .site)
  var site: String?
  @Option(
    parsing: .upToNextOption,
    help: "GPUs of each trial, such as 0.25 1 2; by default the sizes that 'rung plan' compares.")
  var sizes: [Double] = []
  @Option(help: "Epochs after which the better half of the trials goes on for as many.")
  var epochs = 2
  @Option(help: "Trials of each size; by default twice as many as run at a time.")
  var trials: Int?
  @Option(help: "Nodes of each job, for trials on several.") var nodes = 1
  @Option(help: "The time limit of each job, such as 30m.") var time: String?
  @Option(help: "resident, steps or hetjob, as of 'rung plan'.", completion: .strategy)
  var strategy: String?
  @Option(help: "The workers' partition.", completion: .partition) var partition: String?
  @Flag(help: "Say what would be measured, and measure nothing.") var dryRun = false
  @Flag(help: "Measure anew what an interrupted call has begun.") var fresh = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if epochs < 1 { throw ValidationError("'--epochs' is at least 1, not \(epochs)") }
    if let trials, trials < 1 { throw ValidationError("'--trials' is at least 1, not \(trials)") }
    if nodes < 1 { throw ValidationError("'--nodes' is at least 1, not \(nodes)") }
    if site == nil, nodes > 1 || time != nil || strategy != nil || partition != nil {
      throw ValidationError(
        "'--nodes', '--time', '--strategy' and '--partition' are for jobs; name a '--site'")
    }
    for size in sizes where TrialSize(size).map({ $0.gpus == 0 }) ?? true {
      throw ValidationError(
        "'--sizes \(size)' is neither a whole number from 1 nor a share such as 0.25")
    }
  }

  func run() throws {
    if (try? StudyDirectory(existing: study)) != nil { return try takeFromFolder() }
    let checked = try loadStudy(study)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let place = try site.map { try takeSite($0) }?.value
    let bench = CalibrationBench(
      file: study, study: checked.value, site: place, nodes: nodes,
      time: try time.map(limit), strategy: strategy, partition: partition)
    let wished = sizes.compactMap { TrialSize($0) }
    let shapes = try bench.shapes(wished, trials: trials, epochs: epochs)
    if dryRun {
      return try write(json ? try resultText(["shapes": shapes]) : describe(shapes))
    }
    try show(bench.measure(shapes, isFresh: fresh), of: study)
  }

  private func limit(_ text: String) throws -> Duration {
    guard let duration = StudyFiles.duration(text) else {
      throw Failure(.usage, "'--time \(text)' is no duration; write 90s, 12h or 1-00:00:00")
    }
    return duration
  }

  /// Takes the times of trials that have run in a study's folder.
  private func takeFromFolder() throws {
    guard site == nil, sizes.isEmpty, trials == nil, !dryRun else {
      throw Failure(
        .usage,
        "'\(study)' has run already, so that nothing is chosen any more; leave the options out, or name "
          + "its study file")
    }
    let handle = try StudyHandle(study)
    guard exists(handle.origin.file) else {
      throw Failure(
        .wrongFile,
        "the study file '\(handle.origin.file)' is gone, beside which the times would be kept; put it "
          + "back, as '\(handle.directory.studyFile)' has it")
    }
    var timings = Timings(of: handle.study)
    try timings.hear(handle)
    guard
      let calibration = Calibration(
        timings, of: handle.study, site: handle.plan?.site, date: timestamp(),
        version: Rung.version, setup: timings.job.flatMap { timings.setup(ofJob: $0) })
    else {
      throw Failure(.wrongFile, "no trial of '\(study)' has reported yet, so nothing was measured")
    }
    try show(calibration, of: handle.origin.file)
  }

  private func show(_ calibration: Calibration, of file: String) throws {
    let path = try keep(calibration, of: file)
    try write(json ? try resultText(calibration) : describe(calibration))
    note("rung: kept in \(path), for 'rung plan' and 'rung simulate'")
  }
}
