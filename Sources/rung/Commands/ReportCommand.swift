import ArgumentParser
import Coordination
import FoundationEssentials
import Processes
import Reporting
import Resources
import StudyModel
import StudyStore

struct ReportCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write one HTML file that needs no network.",
    discussion: discussion(
      examples: "rung report study.rung", "rung report study.rung -o report.html"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "The file; by default 'report.html' in the study's folder.",
    completion: .file(extensions: ["html"]))
  var file: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let handle = try StudyHandle(directory)
    var history = StudyHistory()
    let coordinator = try handle.replay { entry, coordinator in
      history.hear(entry.event, at: entry.time, commands: entry.commands, coordinator)
    }
    var page = ReportPage(
      of: coordinator, history: history, isHeld: StudyHandle.isAlive(coordinator) ?? true,
      version: Rung.version, generated: timestamp())
    let outputs = try outputEnds(of: page.shownFailures, in: handle.directory.path + "/logs")
    for (leg, text) in outputs { page.note(output: text, of: leg) }
    page.plan = handle.plan.map { ReportPlan($0, forecast: handle.forecast) }
    page.origin = try origin(handle, coordinator)
    let path = file ?? handle.directory.path + "/report.html"
    try writeFile(path, Array(try reportText(page).utf8))
    try write(json ? try jsonText(["report": path]) : path + "\n")
  }

  private func origin(_ handle: StudyHandle, _ coordinator: Coordinator) throws -> ReportOrigin {
    var origin = ReportOrigin()
    origin.text = ReportOrigin.withoutSecrets(
      String(decoding: try readFile(handle.directory.studyFile), as: UTF8.self))
    origin.file = handle.origin.file
    origin.created = handle.origin.created
    origin.version = handle.origin.rung
    origin.commit = handle.origin.commit
    origin.hashes = handle.origin.hashes.sorted { $0.key < $1.key }.map {
      .init(file: $0.key, sha256: $0.value)
    }
    origin.modules = handle.origin.modules
    let file = handle.origin.file.split(separator: "/").last.map(String.init) ?? "study.yaml"
    if let plan = handle.plan {
      let minutes = Int((plan.time.seconds / 60).rounded(.up))
      origin.commands = [
        "rung submit \(file) --site \(plan.site) --nodes \(plan.workerNodes) --time \(minutes)m "
          + "--strategy \(plan.strategy.rawValue)"
      ]
    } else {
      let most = coordinator.slotCount
      origin.commands = ["rung run \(file)" + (most > 0 ? " --slots \(most)" : "")]
    }
    return origin
  }
}

/// The whole page.
///
/// - Parameter page: What it shows.
/// - Returns: One HTML document.
/// - Throws: `EncodingError`.
func reportText(_ page: ReportPage) throws -> String {
  try pageText(Resource.reportPage, scripts: Resource.reportScripts, data: page)
}

/// A page with all that it needs.
///
/// - Parameters:
///   - page: The page, with places for the rest.
///   - scripts: What draws it.
///   - data: What it shows.
/// - Returns: One HTML document.
/// - Throws: `EncodingError`.
func pageText(_ page: String, scripts: String, data: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // A '<' in the data could end the script element that holds it.
  let data = String(decoding: try encoder.encode(data), as: UTF8.self).unicodeScalars
    .split(separator: "<", omittingEmptySubsequences: false)
    .map { String($0) }.joined(separator: "\\u003c")
  return page.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    switch line.drop(while: { $0 == " " }) {
    case "/*RUNG:STYLE*/": Resource.reportStyle
    case "/*RUNG:SCRIPTS*/": scripts
    case "/*RUNG:CHART.JS*/": Resource.chartLibrary
    case "/*RUNG:DATA*/": data
    default: String(line)
    }
  }.joined(separator: "\n")
}
