import ArgumentParser
import Processes
import Resources
import StudyDrafts
import StudyFiles
import StudyModel
import TableFiles

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
      sweep file of Weights & Biases. With --from-table the study is for 'rung simulate', on that table of \
      learning curves.
      """,
      examples: "rung init my-study --kind pytorch", "rung init my-study --from sweep.yaml",
      "rung init my-table --from-table curves.csv.gz"))

  @Argument(help: "The folder, which is made where it is not there.", completion: .directory)
  var directory = "."
  @Option(
    help: "What the script trains with: plain (the default), scikit-learn, pytorch or c.",
    completion: .words(Kind.self), transform: oneOf)
  var kind = Kind.plain
  @Option(help: "Another tool's file, whose search space is taken.", completion: .file())
  var from: String?
  @Option(
    help: "A table of learning curves (CSV, plain or gzip), whose rows are searched.",
    completion: .file(extensions: ["csv", "gz"]))
  var fromTable: String?
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var study: String
    var script: String?
    var notes: [String]
  }

  func validate() throws {
    if from != nil, fromTable != nil {
      throw ValidationError("'--from' and '--from-table' exclude each other")
    }
  }

  func run() throws {
    let draft =
      try fromTable.map { try tabulated($0) } ?? from.map { try drafted($0) } ?? template()
    let files =
      [("study.yaml", draft.study)] + (draft.script.map { [($0.name, $0.bytes)] } ?? [])
      + draft.others
    try makeMissingFolder()
    for (name, _) in files where (try? FileStatus(of: path(name))) != nil {
      throw Failure(
        .usage, "'\(path(name))' is there already, and stays as it is; name another folder")
    }
    for (name, bytes) in files { try writeFile(path(name), bytes) }
    for text in draft.notes { note("rung: \(text)") }
    let result = Result(
      study: path("study.yaml"), script: draft.script.map { path($0.name) }, notes: draft.notes)
    if json { return try write(try jsonText(result)) }
    let last = draft.script == nil ? "simulate \(result.study) --slots 4" : "run \(result.study)"
    let next = draft.first + ["rung check \(result.study)", "rung \(last)"]
    let written = result.script.map { "and \(visibleText($0)) are" } ?? "is"
    try write(
      """
      \(visibleText(result.study)) \(written) written; next:
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
    /// The program; none where a table stands in for it.
    var script: (name: String, bytes: [UInt8])?
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

  /// A study on a table, which stays where it is.
  private func tabulated(_ file: String) throws -> Draft {
    let text: TableText
    do { text = try TableText(contentsOf: file) } catch {
      throw Failure(.wrongFile, error.description)
    }
    let space: TableSpace
    do {
      space = try TableSpace(
        header: text.header, rowCount: text.rowCount, texts: text.texts(ofColumn:))
    } catch { throw Failure(.wrongFile, "\(file): \(error)") }
    let name = String(file.split(separator: "/").last ?? "")
    // In the study's own folder its name is enough; anywhere else the study may be moved.
    let place = directory == "." && !file.contains("/") ? name : try realPath(file)
    let study = space.studyText(file: place, from: name)
    var notes = space.notes
    do {
      let read = try readStudy(study, file: "study.yaml").value
      if let settings = read.table { _ = try readTable(of: read, by: settings, at: file) }
    } catch { notes.append("'rung simulate' will want a change: \(error)") }
    return Draft(study: Array(study.utf8), notes: notes)
  }

  /// A text as a literal of Python's.
  private func pythonText(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    }
    return "\"\(escaped.joined())\""
  }
}
