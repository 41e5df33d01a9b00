import Glibc
import Processes
import ProgramSupport

/// A real spawner, with this test as its agent.
final class SpawnerBench {
  let folder: TemporaryFolder
  let companion: Companion
  private var pipes: [String: LineChannel] = [:]
  private var replies: [SpawnerReply] = []

  init(scratch: [String] = []) throws {
    folder = try TemporaryFolder()
    companion = try Companion(
      program: rungProgram(), arguments: ["spawner", folder.path] + scratch)
  }

  deinit { companion.end(within: 10) }

  /// Orders a process whose output goes to a pipe of its own.
  func spawn(
    _ id: String, _ arguments: [String], environment: [String] = [], directory: String = "/",
    cpus: [Int]? = nil
  ) throws {
    let path = folder.file("pipe-\(id)")
    try makePipe(path)
    pipes[id] = try LineChannel(Descriptor(opening: path, flags: O_RDWR | O_NONBLOCK))
    try order(
      id, arguments[0], arguments, environment: environment, directory: directory,
      output: path, cpus: cpus)
  }

  /// Orders a process with an output of the caller's.
  func order(
    _ id: String, _ executable: String, _ arguments: [String], environment: [String] = [],
    directory: String = "/", output: String, cpus: [Int]? = nil
  ) throws {
    let mark = "RUNG_PROCESS=\(folder.path)/\(id)"
    try companion.channel.send(
      SpawnerRequest.spawn(
        SpawnOrder(
          id: id, executable: executable, arguments: arguments, environment: environment + [mark],
          directory: directory, output: output, mark: mark, cpus: cpus)))
  }

  /// Orders a shell.
  func shell(_ id: String, _ text: String, environment: [String] = ["PATH=/usr/bin:/bin"]) throws {
    try spawn(id, ["/bin/sh", "-c", text], environment: environment)
  }

  func signal(_ id: String, _ signal: Int32) throws {
    try companion.channel.send(SpawnerRequest.signal(id, signal))
  }

  /// The next reply, within ten seconds.
  func reply() throws -> SpawnerReply? {
    _ = try holds(within: 10) {
      companion.channel.flush()
      replies += try companion.channel.receive(SpawnerReply.self)
      return !replies.isEmpty
    }
    return replies.isEmpty ? nil : replies.removeFirst()
  }

  /// The next reply that is no `started`.
  func end() throws -> SpawnerReply? {
    while let reply = try reply() {
      if case .started = reply { continue }
      return reply
    }
    return nil
  }

  /// The next line that a process prints, within ten seconds.
  func line(_ id: String) -> String? {
    var line: ArraySlice<UInt8>?
    _ = holds(within: 10) {
      line = pipes[id]?.receiveLine()
      return line != nil
    }
    return line.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The next line as a process id.
  func process(_ id: String) -> Int { line(id).flatMap { Int($0) } ?? -1 }
}

/// Whether a process is gone within five seconds.
func isGone(_ process: Int) -> Bool { holds(within: 5) { processStart(process) == nil } }

/// Whether a process is there.
func lives(_ process: Int) -> Bool { processStart(process) != nil }
