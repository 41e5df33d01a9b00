import Glibc
import Processes
import Reporting

/// A line on standard error that says how something gets on: rewritten on a terminal; elsewhere a line
/// now and then, rarer as time goes by, so that a job of a day leaves some hundred of them.
final class ProgressLine {
  private let isTerminal = isatty(2) == 1
  private let began = monotonicSeconds()
  private var next: Double

  /// A line that begins now.
  init() { next = began + (isTerminal ? 0 : Self.firstPause) }

  private static let firstPause = 10.0

  /// Whether something is to be said now; what is said costs, and is made up only then.
  var isDue: Bool { !Notes.areSilenced && monotonicSeconds() >= next }

  /// Columns that there are for the text.
  var columns: Int { isTerminal ? max(20, (Terminal.size(of: 2)?.columns ?? 80) - 1) : 120 }

  /// Says something, whether it is due or not.
  func show(_ text: String) {
    let now = monotonicSeconds()
    let elapsed = now - began
    next = now + (isTerminal ? 0.25 : min(600, max(Self.firstPause, elapsed / 20)))
    guard isTerminal else { return note("\(Int(elapsed)) s: \(text)") }
    guard !Notes.areSilenced else { return }
    Notes.leaveLineOpen()
    // Nobody can be told that standard error is closed.
    try? Descriptor(owning: dup(2)).writeAll(Array("\r\u{1B}[K\(text.prefix(columns))".utf8))
  }

  /// Says how many of something are done, if that is due.
  ///
  /// - Parameters:
  ///   - done: How many.
  ///   - all: Of how many; at least 1.
  ///   - noun: What they are, such as 'seeds'.
  func show(_ done: Int, of all: Int, _ noun: String) {
    guard isDue else { return }
    let elapsed = monotonicSeconds() - began
    let progress = Progress(
      share: Double(done) / Double(all),
      secondsLeft: done == 0 ? nil : elapsed * Double(all - done) / Double(done))
    show("\(progress.bar(columns: columns - 24)), \(done) of \(all) \(noun)")
  }

  /// Takes the line away: what is written next tells how it ended.
  func close() {
    // Nobody can be told that standard error is closed.
    try? Descriptor(owning: dup(2)).writeAll(Array(Notes.takeOpenLine().utf8))
  }
}
