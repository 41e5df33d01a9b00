import ArgumentParser
import Coordination
import Glibc
import Processes
import Reporting
import StudyModel
import StudyStore

struct WatchCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Show a study live, until it has ended or 'q' is pressed.",
    discussion: discussion(
      """
      From the study's files alone: it may run on another machine. Piped it prints a line when something has \
      changed. With '--json' it prints what 'rung status --json' does once the study has ended.
      """,
      examples: "rung watch study.rung", "rung watch study.rung --interval 10"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Option(help: "Seconds between two looks, at least.") var interval = 2.0
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard interval >= 0.1, interval <= 3600 else {
      throw ValidationError("'--interval' is from 0.1 to 3600, not \(interval)")
    }
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    let signals = try SignalPort([SIGWINCH] + endingSignals)
    var watch = Watch(handle, view: StudyView(of: try handle.read().coordinator, isHeld: true))
    // A terminal that cannot move its cursor is written to like a pipe.
    let isScreen = !json && Terminal.size() != nil && environment("TERM") ?? "dumb" != "dumb"
    let state =
      isScreen
      ? try watch.onScreen(signals, interval)
      : try watch.asLines(signals, interval) { line in
        // Lines are the result, or where that is an object, what is said meanwhile.
        if json { note(line) } else { try write(visibleText(line) + "\n") }
      }
    if json {
      let coordinator = try handle.read().coordinator
      try write(try jsonText(StudyStatus(of: coordinator, isHeld: watch.isHeld)))
    }
    switch state {
    case .failed: throw ExitCode(ExitStatus.studyFailed.rawValue)
    default: break
    }
  }
}

/// Looks into a study's files again and again.
private struct Watch {
  private let handle: StudyHandle
  private var view: StudyView
  private var last: StudyTime?
  private var lastChange = monotonicSeconds()
  private(set) var isHeld = true
  private var lastQuestion = -Double.infinity
  /// Seconds that the last look took.
  private var cost = 0.0

  init(_ handle: StudyHandle, view: StudyView) {
    (self.handle, self.view) = (handle, view)
  }

  /// Slurm is asked no oftener whether a coordinator lives.
  private static let questionInterval = 15.0

  private mutating func look() throws {
    let begin = monotonicSeconds()
    let coordinator = try handle.read().coordinator
    if coordinator.now != last {
      (last, lastChange) = (coordinator.now, begin)
      if !isHeld { lastQuestion = -Double.infinity }
    }
    if begin - lastQuestion >= Self.questionInterval || coordinator.runEnding != nil {
      lastQuestion = begin
      isHeld = StudyHandle.isAlive(coordinator) ?? true
    }
    view.look(at: coordinator, isHeld: isHeld)
    cost = monotonicSeconds() - begin
  }

  /// Waits for the next look: reading a large study is to take a tenth of the time at most.
  ///
  /// - Returns: The signals and the keys that came.
  private func pause(
    _ interval: Double, _ signals: SignalPort, keys: Descriptor?
  ) -> (signals: [Int32], keys: [UInt8]) {
    var interests = [Interest(signals.descriptor)]
    if let keys { interests.append(Interest(keys)) }
    waitForAny(interests, atMost: max(interval, 10 * cost))
    // A terminal that has gone has no keys.
    return (signals.receive(), keys.flatMap { try? $0.read(atMost: 64) } ?? [])
  }

  private var isOver: Bool { [.completed, .failed, .stopped].contains(view.state) }

  /// A line when something has changed, until the study has ended or a signal comes.
  mutating func asLines(
    _ signals: SignalPort, _ interval: Double, _ say: (String) throws -> Void
  ) throws -> StudyStatus.State {
    var printed = ""
    while true {
      try look()
      let line = view.line
      if line != printed { try say(line) }
      printed = line
      if isOver { return view.state }
      let received = pause(interval, signals, keys: nil)
      if received.signals.contains(where: { $0 != SIGWINCH }) { return view.state }
    }
  }

  /// The whole screen, until the study has ended, 'q' is pressed or a signal comes; then what it showed
  /// stays below what was there.
  mutating func onScreen(_ signals: SignalPort, _ interval: Double) throws -> StudyStatus.State {
    let terminal = Terminal()
    let keys = terminal == nil ? nil : Descriptor(owning: dup(0))
    // Another screen, without a cursor. Source: XTerm Control Sequences, "Private Modes" 1049 and 25.
    try write("\u{1B}[?1049h\u{1B}[?25l")
    func leave() throws { try write("\u{1B}[?25h\u{1B}[?1049l") }
    do {
      var isDue = true
      while true {
        if isDue { try look() }
        try draw()
        if isOver { break }
        let received = pause(interval, signals, keys: keys)
        if received.signals.contains(where: { $0 != SIGWINCH }) || received.keys.contains(113) {
          break
        }
        // After a change of size, or a key, the same is drawn again at once.
        isDue = received.signals.isEmpty
      }
    } catch {
      try leave()
      throw error
    }
    try leave()
    try write(visibleText(view.line) + "\n")
    return view.state
  }

  private func draw() throws {
    let size = Terminal.size() ?? (columns: 80, rows: 24)
    // The last line stays empty, so that nothing scrolls.
    var lines = view.lines(
      columns: size.columns, rows: max(1, size.rows - 1),
      silence: view.state == .running ? monotonicSeconds() - lastChange : 0)
    while lines.count < size.rows - 1 { lines.append("") }
    if size.rows > 1 { lines.append(String("q: quit".prefix(size.columns))) }
    try write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
  }
}
