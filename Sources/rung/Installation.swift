import ArgumentParser
import Processes

/// What belongs to the program beside itself, and where it goes.
struct Installation {
  /// A file to write, by its path below the prefix.
  private struct Item {
    var path: String
    var bytes: [UInt8]
  }

  private var items: [Item]

  /// The parts of a command.
  ///
  /// Source of the places: bash-completion(7), "FILES"; zshcompsys(1); fish's `vendor_completions.d`;
  /// the Filesystem Hierarchy Standard, section 4.11.
  ///
  /// - Parameter command: The root of all commands.
  /// - Throws: `SystemError` or `DecodingError`.
  init<Command: ParsableCommand>(of command: Command.Type) throws {
    items = [
      ("share/bash-completion/completions/rung", CompletionShell.bash),
      ("share/zsh/site-functions/_rung", .zsh),
      ("share/fish/vendor_completions.d/rung.fish", .fish),
    ].map { Item(path: $0, bytes: Array(command.completionScript(for: $1).utf8)) }
    items += try ManualPage.all(of: command, date: String(timestamp().prefix(10))).map {
      Item(path: "share/man/man1/\($0.name).1", bytes: Array($0.text.utf8))
    }
    // The first that has a name wins, as where sites are looked up.
    for folder in programSiteFolders().reversed() {
      for name in namesInFolder(folder) where name.hasSuffix(".yaml") {
        let path = "share/rung/site-configs/" + name
        items.removeAll { $0.path == path }
        items.append(Item(path: path, bytes: try readFile("\(folder)/\(name)")))
      }
    }
  }

  /// Writes all below a folder, each file whole from the moment it is there.
  ///
  /// - Parameter prefix: The folder, which is made where it is not there.
  /// - Returns: The files, the program first.
  /// - Throws: `SystemError`.
  func write(below prefix: String) throws -> [String] {
    let program = Item(path: "bin/rung", bytes: try readFile("/proc/self/exe"))
    return try ([program] + items.sorted { $0.path < $1.path }).map { item in
      let path = "\(prefix)/\(item.path)"
      try makeFolders(StudyHandle.parent(of: path))
      try writeFile(path + ".new", item.bytes)
      try setMode(path + ".new", item.path.hasPrefix("bin/") ? 0o755 : 0o644)
      try renamePath(path + ".new", to: path)
      return path
    }
  }

  /// Makes a folder and those that it is in, where they are not there.
  private func makeFolders(_ path: String) throws(SystemError) {
    guard !exists(path) else { return }
    try makeFolders(StudyHandle.parent(of: path))
    try makeFolder(path)
    // Programs and manuals are for everybody who sees the prefix.
    try setMode(path, 0o755)
  }
}
