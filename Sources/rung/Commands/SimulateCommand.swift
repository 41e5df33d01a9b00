import ArgumentParser
import Coordination
import Planning
import Processes
import Reporting
import Simulation
import StudyFiles
import StudyModel
import TableFiles

struct SimulateCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a study in virtual time, on a table of curves or a built-in objective.",
    discussion: discussion(
      "The decisions are those of a real study; only trials and the machine are imagined.",
      examples: "rung simulate study.yaml --slots 4",
      "rung simulate study.yaml --slots 16 --table curves.csv.gz --seeds 15",
      "rung simulate study.yaml --slots 16 --algorithm bohb --seeds 15",
      "rung simulate study.yaml --slots 64 --objective curves --site jureca-dc"))

  @Argument(help: "The study file.", completion: .yaml) var study: String
  @Option(help: "Trials at a time; where trials differ in size, the GPUs that they share.")
  var slots: Int
  @Option(
    help: "A table of learning curves, or of a collection, instead of the study's own.",
    completion: .file(extensions: ["csv", "gz", "h5"]))
  var table: String?
  @Option(
    help: "A built-in objective, instead of a table.",
    completion: .words(BuiltInObjective.Name.self), transform: oneOf)
  var objective: BuiltInObjective.Name?
  @Option(
    help: "A method with its defaults, instead of the study's own, such as bohb.",
    completion: .words(Algorithm.Name.self), transform: oneOf)
  var algorithm: Algorithm.Name?
  @Option(help: "How many seeds to simulate, from the study's own on.") var seeds = 1
  @Option(help: "A site's name or file, whose machine model is used.", completion: .site)
  var site: String?
  @Option(help: "The time limit of a job, after which a next one goes on, such as 12h.")
  var time: String?
  @Option(
    help: "A folder to write each seed's trials to, SEED.csv, as 'rung export' prints them.",
    completion: .directory)
  var export: String?
  @Option(
    help: "A file for the report of the first seed's study, as 'rung report' writes it.",
    completion: .file(extensions: ["html"]))
  var report: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if slots < 1 { throw ValidationError("'--slots' must be at least 1") }
    if seeds < 1 { throw ValidationError("'--seeds' must be at least 1") }
    if table != nil, objective != nil {
      throw ValidationError("'--table' and '--objective' exclude each other")
    }
  }

  func run() throws {
    let checked = try loadStudy(study, for: .simulating, by: algorithm)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let settings = try machine(for: checked.value)
    let (study, objective) = try source(checked.value, machine: settings.machine)
    let prior = try StudyHandle.results(of: study.prior, beside: folder(), for: study)
    let began = monotonicSeconds()
    var runs: [SimulatedRun] = []
    let progress = ProgressLine()
    defer { progress.close() }
    for number in 0..<seeds {
      var study = study
      study.seed &+= UInt64(number)
      var settings = settings
      settings.seed = study.seed
      var simulator = Simulator(study: study, objective: objective, settings: settings)
      simulator.prior = prior
      let recorder = report != nil && number == 0 ? HistoryRecorder(&simulator) : nil
      do { try simulator.run() } catch { throw Failure(.wrongFile, "\(self.study): \(error)") }
      if let recorder, let report {
        try writeReport(to: report, simulator.coordinator, recorder.history)
      }
      runs.append(SimulatedRun(of: simulator))
      if let export {
        try makeFolder(export)
        let text = TrialTable.trials(simulator.coordinator)
        try writeFile("\(export)/\(study.seed).csv", Array(text.utf8))
      }
      if seeds > 1 { progress.show(number + 1, of: seeds, "seeds") }
    }
    progress.close()
    let elapsed = monotonicSeconds() - began
    let events = runs.reduce(0) { $0 + $1.events }
    if json {
      let speed = elapsed > 0 ? Double(events) / elapsed : 0
      try write(try jsonText(Result(runs: runs, decisionsPerSecond: speed)))
    } else {
      try write(SimulationSummary(runs, of: study).text)
      note("\(events) events in \((elapsed * 1000).rounded() / 1000) s")
    }
  }

  /// Writes the report of a study that was simulated.
  private func writeReport(
    to path: String, _ coordinator: Coordinator, _ history: StudyHistory
  ) throws {
    var page = ReportPage(
      of: coordinator, history: history, isHeld: false, version: Rung.version,
      generated: timestamp())
    page.origin.isSimulated = true
    page.origin.version = Rung.version
    page.origin.text = ReportOrigin.withoutSecrets(
      String(decoding: try readFile(study), as: UTF8.self))
    page.origin.commands = ["rung simulate \(study) --slots \(slots)"]
    try writeFile(path, Array(try reportText(page).utf8))
  }

  private struct Result: Encodable {
    var runs: [SimulatedRun]
    var decisionsPerSecond: Double

    private enum CodingKeys: String, CodingKey {
      case runs
      case decisionsPerSecond = "decisions_per_second"
    }
  }

  /// The study to simulate, and what its trials measure.
  private func source(
    _ study: Study, machine: MachineModel
  ) throws -> (Study, any Objective) {
    if let objective {
      let seconds = machine.epoch ?? 1
      return (study, BuiltInObjective(objective, for: study, secondsPerEpoch: seconds))
    }
    let settings =
      study.table
      ?? table.map {
        TableSettings(
          file: $0, metrics: study.metrics.map { "\($0.name)_{\(study.fidelity.name)}" })
      }
    guard let settings else {
      throw Failure(
        .wrongFile,
        """
        \(self.study): no 'table' to simulate on; write one, for example 'table: {file: \
        curves.csv.gz, metric: "val_acc_{epoch}"}', or name a file by '--table' or an objective \
        by '--objective' (\(BuiltInObjective.Name.allCases.map(\.rawValue).joined(separator: ", ")))
        """)
    }
    let file = try table ?? path(of: settings.file)
    do {
      let tabulated = try readTable(of: study, by: settings, at: file)
      for text in tabulated.notes { note("rung: \(text)") }
      return (tabulated.study, tabulated.table)
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// A table's file, which lies beside the study file unless its path is absolute.
  private func path(of file: String) throws -> String {
    file.hasPrefix("/") ? file : "\(try folder())/\(file)"
  }

  /// The study file's folder.
  private func folder() throws -> String {
    let study = try realPath(study)
    return String(study[..<(study.lastIndex(of: "/") ?? study.startIndex)])
  }

  private func machine(for study: Study) throws -> Simulator.Settings {
    // Of trials of one size so many run at a time; of others the option counts what they share.
    let each = study.trial.equalSlots ?? 1
    let slots = slots * each
    let checked = try site.map { try findSite($0) }
    let choice = try machineModel(of: study, at: self.study, checked?.value)
    if let choice, case .calibration = choice.source { note("rung: \(choice)") }
    var settings = Simulator.Settings(
      slots: [slots], machine: choice?.model ?? MachineModel())
    if let checked {
      let each = slotsPerNode(study, at: checked.value) ?? slots
      settings.slots = stride(from: 0, to: slots, by: each).map { min(each, slots - $0) }
    }
    if let time {
      guard let limit = duration(time) else {
        throw Failure(.usage, "'--time \(time)' is no duration; write 90s, 12h or 1-00:00:00")
      }
      settings.walltime = limit.seconds
    }
    return settings
  }

  private func slotsPerNode(_ study: Study, at site: Site) -> Int? {
    site.partition(named: site.workerPartition).flatMap { $0.slots(for: study.trial) }
  }
}
