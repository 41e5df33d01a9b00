internal import CProcesses
import Glibc

/// A program that puts itself into the background, and what belongs to it.
public struct DaemonOrder: Hashable, Sendable {
  /// What starts it: a program and its arguments. It returns once the daemon is up.
  public var start: [String]
  /// What succeeds once the daemon answers.
  public var check: [String]
  /// What asks it to end.
  public var quit: [String]
  /// Folders that are made for it, each after the one that it lies in, and removed in the end.
  public var folders: [String]
  /// Where it says what is the matter, line by line.
  public var log: String

  /// An order of these parts.
  public init(
    start: [String], check: [String], quit: [String], folders: [String], log: String
  ) {
    self.start = start
    self.check = check
    self.quit = quit
    self.folders = folders
    self.log = log
  }
}

/// What the keeper of a daemon tells its agent.
public enum DaemonReply: Hashable, Sendable, Codable {
  /// The daemon answers.
  case ready
  /// It could not be started.
  case failed(reason: String)
  /// It has ended before its time.
  case ended
}

/// Starts a daemon, and ends it when its agent is gone, by whatever signal.
///
/// A process of its own, and the parent of every orphan among its descendants (prctl(2),
/// `PR_SET_CHILD_SUBREAPER`), so that a daemon that has left its process group and session is found.
public struct DaemonKeeper {
  private let channel: LineChannel
  private let signals: SignalPort
  private let order: DaemonOrder

  /// Serves the agent at the other end of `control` until that is closed; returns once every descendant
  /// is gone.
  ///
  /// - Parameters:
  ///   - control: The socket to the agent.
  ///   - order: What to start.
  /// - Throws: ``SystemError``.
  public static func serve(control: Descriptor, order: DaemonOrder) throws {
    guard cprocesses_become_subreaper() == 0 else { throw SystemError.last("prctl", "") }
    try keepDescriptorsToThisProcess()
    let keeper = DaemonKeeper(
      channel: try LineChannel(control), signals: try SignalPort([SIGCHLD] + endingSignals),
      order: order)
    defer { keeper.end() }
    try keeper.channel.send(keeper.start())
    try keeper.wait()
  }

  private func start() throws -> DaemonReply {
    for folder in order.folders { try makeFolder(folder) }
    // Its output stays open in the daemon: not that of a socket whose other side goes.
    let said = "\(order.folders[0])/said"
    let shell = ["timeout", "30", "sh", "-c", #"out=$0; exec "$@" >"$out" 2>&1"#, said]
    let started = try runCommand(shell + order.start)
    guard started.status == 0 else { return .failed(reason: reason(said, started)) }
    // Its socket may be a moment late.
    let deadline = monotonicSeconds() + 10
    while true {
      let answer = try runCommand(["timeout", "10"] + order.check)
      if answer.status == 0 { return .ready }
      guard monotonicSeconds() < deadline else { return .failed(reason: reason(said, answer)) }
      waitForAny([], atMost: 0.1)
    }
  }

  /// The last words of whoever knows: the daemon, else its log, else what started it.
  private func reason(_ said: String, _ result: CommandResult) -> String {
    let texts = [try? readFile(said), try? readFile(order.log), result.errors + result.output]
    let lines = texts.compactMap { bytes in
      bytes.flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").last }
    }
    return lines.first.map { String($0) } ?? "status \(result.status)"
  }

  private func wait() throws {
    var hasEnded = false
    while !channel.isClosed {
      waitForAny(
        [
          Interest(channel.descriptor, writing: channel.wantsToWrite),
          Interest(signals.descriptor),
        ], atMost: nil)
      channel.flush()
      _ = channel.receive()
      _ = signals.receive()
      reap()
      if !hasEnded, childProcesses().isEmpty {
        hasEnded = true
        try channel.send(DaemonReply.ended)
      }
    }
  }

  private func reap() {
    while true {
      let process = cprocesses_peek_ended_child()
      guard process > 0 else { return }
      _ = cprocesses_reap(process)
    }
  }

  /// Asks the daemon to end, then ends all that is left.
  private func end() {
    reap()
    if !childProcesses().isEmpty {
      // One that does not hear is ended below.
      _ = try? runCommand(["timeout", "5"] + order.quit)
      let begin = monotonicSeconds()
      while !childProcesses().isEmpty, monotonicSeconds() < begin + 10 {
        let waited = monotonicSeconds() - begin
        if waited > 3 {
          for child in childProcesses() { kill(child, waited > 5 ? SIGKILL : SIGTERM) }
        }
        waitForAny([Interest(signals.descriptor)], atMost: 0.05)
        _ = signals.receive()
        reap()
      }
    }
    for folder in order.folders { removeAll(folder) }
  }
}
