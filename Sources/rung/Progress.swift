import Coordination
import Glibc
import Processes
import Reporting
import StudyModel

/// Says on standard error how a study gets on: one line that is rewritten on a terminal, a line
/// every ten seconds elsewhere.
final class Progress {
  private let isTerminal = isatty(2) == 1
  private let isQuiet: Bool
  private var last = -Double.infinity
  private var isLineOpen = false

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func show(_ coordinator: Coordinator) {
    let now = monotonicSeconds()
    guard !isQuiet, now - last >= (isTerminal ? 0.25 : 10) else { return }
    last = now
    let status = StudyStatus(of: coordinator, isHeld: true)
    let goal = coordinator.study.stop.trials.map { " of \($0)" } ?? ""
    let best = status.best.map { ", best \(status.metric.name) \($0.value)" } ?? ""
    let text =
      "trials \(status.trials.total)\(goal): \(status.trials.running) running, "
      + "\(status.trials.paused) paused, \(status.trials.completed) completed, "
      + "\(status.trials.failed) failed; \(status.reports) reports\(best)"
    if isTerminal {
      isLineOpen = true
      // Nobody can be told that standard error is closed.
      try? Descriptor(owning: dup(2)).writeAll(Array("\r\u{1B}[K\(text)".utf8))
    } else {
      note("\(Int(status.elapsedSeconds)) s: \(text)")
    }
  }

  func close() {
    if isLineOpen { note("") }
    isLineOpen = false
  }
}
