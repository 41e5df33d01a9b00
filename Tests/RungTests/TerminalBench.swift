import Processes
import ProgramSupport

/// A terminal of 80 by 24 characters with a shell in it.
final class TerminalBench {
  private let socket: String
  private let folder: String

  init(folder: String) throws {
    self.folder = folder
    socket = folder + "/terminal"
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "-s", "t", "-c", folder,
      "env PS1=: TERM=xterm /bin/sh")
  }

  // It ends with its shell.
  deinit { _ = try? tmux("kill-session", "-t", "t") }

  @discardableResult private func tmux(_ arguments: String...) throws -> String {
    let result = try runCommand(["tmux", "-S", socket] + arguments, in: folder)
    guard result.status == 0 else {
      throw Missing(description: "tmux \(arguments): \(text(result.errors))")
    }
    return text(result.output)
  }

  /// Types a command and Enter.
  func type(_ command: String) throws {
    try tmux("send-keys", "-t", "t", "-l", command)
    try tmux("send-keys", "-t", "t", "Enter")
  }

  /// Types what a shell is to complete.
  func begin(_ command: String) throws { try tmux("send-keys", "-t", "t", "-l", command) }

  func press(_ key: String) throws { try tmux("send-keys", "-t", "t", key) }

  func resize(_ columns: Int, _ rows: Int) throws {
    try tmux("resize-window", "-t", "t", "-x", "\(columns)", "-y", "\(rows)")
  }

  /// What is on the screen.
  func lines() throws -> [String] {
    let screen = try tmux("capture-pane", "-t", "t", "-p")
    return screen.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
      String($0)
    }
  }

  /// Whether all of these are on the screen before long.
  func shows(_ words: String...) throws -> Bool {
    let isShown = try holds(within: 30) {
      let screen = try lines().joined(separator: "\n")
      return words.allSatisfy { screen.contains($0) }
    }
    if !isShown { print(try lines().joined(separator: "\n")) }
    return isShown
  }
}
