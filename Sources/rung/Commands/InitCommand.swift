import ArgumentParser
import Processes
import Resources
import StudyDrafts
import StudyModel

struct InitCommand: ResultCommand {
  enum Kind: String, CaseIterable {
    case plain
    case scikitLearn = "scikit-learn"
    case pytorch
    case c
  }

  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Write a study and a training script that run as they are.",
    discussion: discussion(
      """
      With --from the search space is that of ConfigSpace's JSON, of Optuna's distributions or journal, or of a \
      sweep file of Weights & Biases.
      """,
      examples: "rung init my-study --kind pytorch", "rung init my-study --from sweep.yaml"))

  @Argument(help: "The folder, which is made where it is not there.", completion: .directory)
  var directory = "."
  @Option(
    help: "What the script trains with: plain (the default), scikit-learn, pytorch or c.",
    completion: .words(Kind.self), transform: oneOf)
  var kind = Kind.plain
  @Option(help: "Another tool's file, whose search space is taken.", completion: .file())
  var from: String?
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var study: String
    var script: String
    var notes: [String]
  }

  func run() throws {
    let draft = try from.map { try drafted($0) } ?? template()
    let files =
      [("study.yaml", draft.study), (draft.script.name, draft.script.bytes)] + draft.others
    try makeMissingFolder()
    for (name, _) in files where (try? FileStatus(of: path(name))) != nil {
      throw Failure(
        .usage, "'\(path(name))' is there already, and stays as it is; name another folder")
    }
    for (name, bytes) in files { try writeFile(path(name), bytes) }
    for text in draft.notes { note("rung: \(text)") }
    let result = Result(
      study: path("study.yaml"), script: path(draft.script.name), notes: draft.notes)
    if json { return try write(try jsonText(result)) }
    let next = draft.first + ["rung check \(result.study)", "rung run \(result.study)"]
    try write(
      """
      \(visibleText(result.study)) and \(visibleText(result.script)) are written; next:
      \(next.map { "  \(visibleText($0))" }.joined(separator: "\n"))

      """)
  }

  private func path(_ name: String) -> String { directory == "." ? name : "\(directory)/\(name)" }

  private func makeMissingFolder() throws {
    guard (try? FileStatus(of: directory)) == nil else { return }
    try makeFolder(directory)
  }

  /// What a file of another tool may hold: a journal of Optuna's of some 100,000 trials.
  private static let mostBytes = 256 << 20

  private struct Draft {
    var study: [UInt8]
    var script: (name: String, bytes: [UInt8])
    var others: [(String, [UInt8])] = []
    var notes: [String] = []
    /// Commands that come before the study runs.
    var first: [String] = []
  }

  private func template() -> Draft {
    // The kinds are the templates'.
    let template = Resource.Template(rawValue: kind.rawValue) ?? .plain
    var draft = Draft(study: template.study, script: (template.scriptName, template.script))
    if template == .c {
      draft.others = [("rung.h", Resource.header)]
      draft.first = ["cc -O2 -o \(path("train")) \(path("train.c")) -lm"]
    }
    return draft
  }

  private func drafted(_ file: String) throws -> Draft {
    let bytes = try readFile(file, atMost: Self.mostBytes + 1)
    guard bytes.count <= Self.mostBytes else {
      throw Failure(
        .wrongFile, "\(file): it holds more than \(Self.mostBytes >> 20) MiB; name another file")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.wrongFile, "\(file): it is no text in UTF-8")
    }
    let space: ForeignSpace
    do { space = try ForeignSpace(reading: text) } catch {
      throw Failure(.wrongFile, "\(file): \(error)")
    }
    // A program that the file names is written only where it is not there.
    let name = space.program?.last.flatMap { $0.contains("/") ? nil : $0 } ?? "train.py"
    let metric = space.metric?.name ?? "loss"
    let script = String(decoding: Resource.importedScript, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("METRIC = ") ? "METRIC = \(pythonText(metric))" : String($0) }
      .joined(separator: "\n")
    let study = studyText(on: space, from: String(file.split(separator: "/").last ?? ""))
    return Draft(study: Array(study.utf8), script: (name, Array(script.utf8)), notes: space.notes)
  }

  /// A text as a literal of Python's.
  private func pythonText(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    }
    return "\"\(escaped.joined())\""
  }
}
