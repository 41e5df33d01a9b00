import FoundationEssentials
import Processes
import ProgramSupport

/// The built program and a study in a folder of its own.
final class ProgramBench {
  let folder: TemporaryFolder
  private let program: String
  var study: String { folder.file("study.yaml") }
  var directory: String { folder.file("study.rung") }

  /// A study of this file, in which `PYTHON` stands for the tests' interpreter, and this script.
  init(study: String, trial: String) throws {
    folder = try TemporaryFolder()
    program = try rungProgram()
    let lines = study.split(separator: "\n", omittingEmptySubsequences: false)
    let interpreter = try python()
    let text = lines.map { line in
      line.split(separator: "PYTHON", omittingEmptySubsequences: false).joined(
        separator: interpreter)
    }
    _ = try folder.write("study.yaml", text.joined(separator: "\n") + "\n")
    _ = try folder.write("train.py", trial)
  }

  /// Runs `rung` to its end.
  func rung(_ arguments: String...) throws -> CommandResult {
    try runCommand([program] + arguments, in: folder.path)
  }

  /// Runs `rung` to its end, by way of the words of a command that starts it in turn.
  func rung(_ arguments: [String], under wrapper: [String]) throws -> CommandResult {
    try runCommand(wrapper + [program] + arguments, in: folder.path)
  }

  /// Starts `rung` by way of a shell that notes its process id, and goes on.
  func start(_ arguments: [String]) throws -> Int32 {
    let words = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let result = try runCommand(
      ["/bin/sh", "-c", "\(words) >'\(folder.path)/out' 2>'\(folder.path)/err' & echo $!"])
    return Int32(text(result.output).split(separator: "\n").first ?? "") ?? -1
  }

  /// Starts `rung`, by way of a shell that notes its exit status, and goes on.
  ///
  /// - Parameters:
  ///   - arguments: For `rung`.
  ///   - name: Of the files that take what it prints, and its status.
  ///   - wrapper: The words of a command that starts it in turn.
  /// - Returns: Its process id.
  /// - Throws: `Missing`, or `SystemError`.
  func startNoted(
    _ arguments: [String], as name: String, under wrapper: [String] = []
  ) throws -> Int32 {
    let words = (wrapper + [program] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let path = folder.file(name)
    _ = try runCommand([
      "/bin/sh", "-c",
      """
      (\(words) >'\(path).out' 2>'\(path).err' & echo $! >'\(path).pid.new'
      mv '\(path).pid.new' '\(path).pid'; wait $!; echo $? >'\(path).status') >/dev/null 2>&1 &
      """,
    ])
    guard holds(within: 10, { exists(path + ".pid") }),
      let process = Int32(try folder.read(name + ".pid").dropLast())
    else { throw Missing(description: "'\(words)' was not started; see '\(path).err'") }
    return process
  }

  /// The exit status that ``startNoted(_:as:under:)`` has noted; `nil` while it runs.
  func noted(_ name: String) -> Int32? {
    // The file is there before its line is.
    let line = (try? folder.read(name + ".status")) ?? ""
    return line.hasSuffix("\n") ? Int32(line.dropLast()) : nil
  }

  /// What `rung status --json` says.
  func status() throws -> Status {
    let result = try rung("status", directory, "--json")
    return try JSONDecoder().decode(Status.self, from: Data(result.output))
  }

  /// Every trial's state and reason, by the word that its configuration has for `kind`.
  func trials() throws -> [String: Trial] {
    let result = try rung("export", directory, "--format", "json")
    let export = try JSONDecoder().decode(Export.self, from: Data(result.output))
    return Dictionary(
      export.trials.map { ($0.configuration["kind"] ?? "", $0) }, uniquingKeysWith: { $1 })
  }

  /// Processes that run in the folder, as trials do, or whose environment or arguments name it; with
  /// their arguments.
  func leftovers() -> [String] {
    let needle = Array(folder.path.utf8)
    return namesInFolder("/proc").compactMap { process in
      guard Int(process) != nil else { return nil }
      // A process may end while it is looked at.
      let arguments = (try? readFile("/proc/\(process)/cmdline")) ?? []
      let environment = (try? readFile("/proc/\(process)/environ")) ?? []
      let place = (try? readLink("/proc/\(process)/cwd")) ?? ""
      guard
        place.hasPrefix(folder.path) || contains(arguments, needle)
          || contains(environment, needle)
      else { return nil }
      return process + " " + text(arguments.map { $0 == 0 ? 32 : $0 })
    }
  }

  private func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
    guard bytes.count >= needle.count else { return false }
    return (0...(bytes.count - needle.count)).contains { bytes[$0...].starts(with: needle) }
  }

  struct Status: Decodable {
    struct Trials: Decodable {
      var total: Int
      var failed: Int
      var running: Int
    }
    var state: String
    var trials: Trials
    var reports: Int
  }

  struct Trial: Decodable {
    var state: String
    var reason: String
    var attempts: Int
    var epoch: Int
    var configuration: [String: String]
  }

  private struct Export: Decodable {
    var trials: [Trial]
  }
}

/// Bytes as text.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
