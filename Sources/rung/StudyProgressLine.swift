import Coordination
import Reporting
import StudyModel

/// Says on standard error how a study gets on.
final class StudyProgressLine {
  private let line = ProgressLine()

  func show(_ coordinator: Coordinator) {
    guard line.isDue else { return }
    let status = StudyStatus(of: coordinator, isHeld: true)
    let counts = status.trials
    let best = status.best.map {
      ", best \(status.metric.name) \(($0.value * 1e6).rounded() / 1e6)"
    }
    let failed = counts.failed > 0 ? ", \(counts.failed) failed" : ""
    let words =
      "\(counts.total) trials, \(counts.running) running\(failed)\(best ?? "")"
    line.show("\(status.progress.bar(columns: max(24, line.columns - words.count - 2))); \(words)")
  }

  func close() { line.close() }
}
