import ArgumentParser
import Synchronization

/// How a command says what it has found, and how much besides.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object.") var json = false
  @Flag(help: "Show no progress, notes and warnings; errors are shown.") var quiet = false
}

/// A command that prints a result.
protocol ResultCommand: ParsableCommand {
  var output: OutputOptions { get }
}

extension ResultCommand {
  /// Whether the result is to be one JSON object.
  var json: Bool { output.json }
  /// Whether standard error is for errors alone.
  var quiet: Bool { output.quiet }
}

/// Whether standard error is for errors alone, for the whole process.
///
/// Notes come from deep inside, such as from the search for a site; set once, before a command runs.
enum Notes {
  private static let silenced = Atomic(false)

  static var areSilenced: Bool { silenced.load(ordering: .relaxed) }

  /// Whether a line of progress stands on the terminal without its end.
  private static let openness = Atomic(false)

  static func leaveLineOpen() { openness.store(true, ordering: .relaxed) }

  /// What takes a line of progress away, if one is there; nothing after that.
  static func takeOpenLine() -> String {
    openness.exchange(false, ordering: .relaxed) ? "\r\u{1B}[K" : ""
  }

  static func silence() { silenced.store(true, ordering: .relaxed) }
}
