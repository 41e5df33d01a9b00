import FoundationEssentials
import Glibc
import Processes
import StudyStore
import Testing

/// The private Slurm that `Tests/Cluster/cluster` starts around this test run.
enum Cluster {
  /// The `rung` executable beside the test bundle.
  static let rung: String = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    let folder = bundle.split(separator: "/").dropLast().joined(separator: "/")
    return environmentValue("RUNG") ?? "/\(folder)/rung"
  }()

  /// A missing cluster is a failure with its remedy, not a test that is skipped.
  static func require() throws {
    guard environmentValue("SLURM_CONF") != nil else {
      throw Missing(
        description: "no private Slurm: run 'Tests/run IntegrationTests', which starts one")
    }
  }

  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs `rung` to its end.
  static func run(_ arguments: String...) throws -> CommandResult {
    try runCommand([rung] + arguments)
  }

  /// Runs `rung`, which must succeed, and reads the JSON object it prints.
  static func json<Value: Decodable>(_ type: Value.Type, _ arguments: String...) throws -> Value {
    try json(type, arguments)
  }

  /// Runs `rung`, which must succeed, and reads the JSON object it prints.
  static func json<Value: Decodable>(_ type: Value.Type, _ arguments: [String]) throws -> Value {
    let result = try runCommand([rung] + arguments)
    try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    return try JSONDecoder().decode(type, from: Data(result.output))
  }

  /// Waits until no job is left.
  ///
  /// - Parameter seconds: How long at most.
  /// - Throws: `SystemError`.
  static func waitForJobs(atMost seconds: Double) throws {
    let deadline = monotonicSeconds() + seconds
    while monotonicSeconds() < deadline {
      if try jobs().isEmpty { return }
      waitForAny([], atMost: 0.3)
    }
    Issue.record("jobs are left after \(seconds) s: \(try jobs())")
  }

  /// Waits until a condition holds.
  static func wait(atMost seconds: Double, until condition: () throws -> Bool) throws -> Bool {
    let deadline = monotonicSeconds() + seconds
    while monotonicSeconds() < deadline {
      if try condition() { return true }
      waitForAny([], atMost: 0.1)
    }
    return false
  }

  /// The jobs that Slurm still knows as waiting, running or completing.
  ///
  /// A controller that has no core for a moment answers nobody, which is not an answer of no jobs.
  ///
  /// - Throws: `Unanswered` where it says nothing for a minute.
  static func jobs() throws -> [String] {
    let deadline = monotonicSeconds() + 60
    while true {
      let result = try runCommand(["squeue", "--noheader", "--format=%i %T"])
      if result.status == 0 {
        return String(decoding: result.output, as: UTF8.self)
          .split(separator: "\n").map(String.init)
      }
      guard monotonicSeconds() < deadline else {
        throw Unanswered(description: String(decoding: result.errors, as: UTF8.self))
      }
      waitForAny([], atMost: 1)
    }
  }

  /// What `squeue` said instead of which jobs there are.
  struct Unanswered: Error, CustomStringConvertible {
    let description: String
  }

  /// Processes whose environment or arguments name `text`: those that a study left behind.
  static func processes(naming text: String) -> [String] {
    let needle = Array(text.utf8)
    return namesInFolder("/proc").filter { Int($0) != nil && Int($0) != Int(getpid()) }
      .compactMap { process in
        // A process may end while it is looked at.
        let arguments = (try? readFile("/proc/\(process)/cmdline")) ?? []
        let environment = (try? readFile("/proc/\(process)/environ")) ?? []
        guard contains(arguments, needle) || contains(environment, needle) else { return nil }
        return process + " "
          + String(decoding: arguments.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
      }
  }

  private static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
    guard bytes.count >= needle.count else { return false }
    return (0...(bytes.count - needle.count)).contains { bytes[$0...].starts(with: needle) }
  }
}

/// A variable of this process's environment.
func environmentValue(_ name: String) -> String? {
  let entry = currentEnvironment().first { $0.hasPrefix(name + "=") }
  return entry.map { String($0.dropFirst(name.count + 1)) }.flatMap { $0.isEmpty ? nil : $0 }
}

/// The part of `rung status --json` that the tests look at.
struct Status: Decodable {
  struct Trials: Decodable {
    var running: Int
    var completed: Int
    var failed: Int
    var total: Int
  }
  struct Leader: Decodable {
    var trial: Int
    var value: Double
    var epoch: Int
  }
  var state: String
  var trials: Trials
  var reports: Int
  var best: Leader?
}
