import ArgumentParser
import Coordination
import FoundationEssentials
import Reporting
import StudyModel
import StudyStore
import TableFiles

struct ExportCommand: ResultCommand {
  enum Format: String, CaseIterable {
    case csv
    case json
    case optuna
    case table
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print a study's trials or reports for other programs.",
    discussion: discussion(
      """
      csv and json for pandas and scripts, optuna for a journal that Optuna and its dashboard open, table for \
      learning curves that 'rung simulate' reads.
      """,
      examples: "rung export study.rung --format csv > trials.csv",
      "rung export study.rung --format csv --reports > reports.csv",
      "rung export study.rung --format optuna > optuna.log",
      "rung export table.h5 --format csv > trainings.csv"))

  @Argument(help: "The study's folder, or the table of a collection.", completion: .directory)
  var directory: String
  @Option(
    help: "csv, json, optuna or table.", completion: .words(Format.self), transform: oneOf)
  var format: Format?
  @Flag(help: "With csv: one row a report instead of one a trial.") var reports = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard json || format != nil else {
      throw ValidationError("name a format by '--format': csv, json, optuna or table")
    }
    if json, let format, format != .json {
      throw ValidationError("'--json' is '--format json'; leave one of them out")
    }
    if reports, format != .csv { throw ValidationError("'--reports' goes with '--format csv'") }
  }

  func run() throws {
    if CollectionTable.isOne(directory) {
      return try CollectionExport(of: directory).write(format ?? .json, reports: reports)
    }
    let handle = try StudyHandle(directory)
    switch format ?? .json {
    case .csv:
      let coordinator = try handle.read().coordinator
      try write(
        reports ? TrialTable.reports(coordinator) : TrialTable.trials(coordinator))
    case .json:
      let coordinator = try handle.read().coordinator
      let isHeld = StudyHandle.isAlive(coordinator) ?? true
      try write(try jsonText(StudyExport(of: coordinator, isHeld: isHeld)))
    case .optuna: try exportToOptuna(handle)
    case .table: try exportTable(handle)
    }
  }

  private func exportToOptuna(_ handle: StudyHandle) throws {
    var journal = OptunaJournal()
    let coordinator = try handle.replay { entry, _ in journal.hear(entry.event, at: entry.time) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let lines = try journal.lines(
      coordinator,
      json: { String(decoding: try encoder.encode($0), as: UTF8.self) },
      date: { seconds in
        let text = Date(timeIntervalSince1970: seconds).formatted(
          Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        // Python reads 'Z' from version 3.11 on.
        return text.dropLast() + "+00:00"
      })
    try write(lines.map { $0 + "\n" }.joined())
  }

  private func exportTable(_ handle: StudyHandle) throws {
    var table = CurveTable()
    let coordinator = try handle.replay { entry, coordinator in
      table.hear(entry.event, at: entry.time, commands: entry.commands, coordinator)
    }
    let (text, rows, leftOut) = table.text(coordinator)
    try write(text)
    let patterns = coordinator.study.metrics.map { "\"\(CurveTable.pattern(of: $0.name))\"" }
    let metric = patterns.count == 1 ? patterns[0] : "[\(patterns.joined(separator: ", "))]"
    note(
      "rung: \(rows) trials, \(leftOut) without a report left out; a study file reads the table by "
        + "'table: {file: FILE, metric: \(metric), elapsed: \"\(CurveTable.elapsed)\"}'")
  }
}
