public import Coordination
import StudyModel

/// The trials, or the reports, of a study as comma-separated values, for pandas and spreadsheets.
///
/// Source: RFC 4180 for quoting. Empty cells are missing values.
public enum TrialTable {
  /// One row a trial; parameters are columns named `config.NAME`, and those that follow a trial's
  /// GPUs, as its last process saw them, `scaled.NAME` behind them.
  ///
  /// - Parameter coordinator: The study's state.
  /// - Returns: Lines ended by a newline, the first of them the header.
  public static func trials(_ coordinator: Coordinator) -> String {
    let parameters = coordinator.study.space.parameters.map(\.name)
    let scaled = coordinator.study.trial.scale.map(\.parameter)
    var text = line(
      [
        "trial", "state", "reason", "attempts", "failures", "epoch", "value", "best_value",
        "best_epoch", "started_seconds", "ended_seconds", "busy_seconds", "hosts",
      ] + parameters.map { "config.\($0)" } + scaled.map { "scaled.\($0)" })
    for trial in coordinator.trials {
      let cells = [
        trial.id.description, trial.state.rawValue, trial.reason.description,
        String(trial.attempts), String(trial.failures), String(trial.epoch),
        cell(trial.last?.value), cell(trial.best?.value),
        trial.best.map { String($0.epoch) } ?? "", cell(trial.started?.seconds),
        cell(trial.ended?.seconds), cell(Double(trial.busyMicroseconds) / 1e6),
        trial.hosts.joined(separator: " "),
      ]
      let values =
        parameters.map { trial.configuration[$0] } + scaled.map { trial.scaled?[$0]?.value }
      text += line(cells + values.map { $0?.description ?? "" })
    }
    return text
  }

  /// One row a report; metrics are columns of their own.
  ///
  /// - Parameter coordinator: The study's state.
  /// - Returns: Lines ended by a newline, the first of them the header.
  public static func reports(_ coordinator: Coordinator) -> String {
    let log = coordinator.reports
    var text = line(["trial", "attempt", coordinator.study.fidelity.name, "seconds"] + log.metrics)
    for row in 0..<log.count {
      text += line(
        [
          String(log.trials[row]), String(log.attempts[row]), String(log.epochs[row]),
          String(Double(log.times[row]) / 1e6),
        ] + log.columns.map { $0[row].isNaN ? "nan" : $0[row].description })
    }
    return text
  }

  private static func cell(_ number: Double?) -> String { number?.description ?? "" }

  static func line(_ cells: [String]) -> String {
    // By scalars: as characters, "\r\n" is one, and a quote with a combining mark is none.
    cells.map { cell in
      let scalars = cell.unicodeScalars
      guard scalars.contains(where: { ["\"", ",", "\r", "\n"].contains($0) }) else { return cell }
      let parts = scalars.split(separator: "\"", omittingEmptySubsequences: false)
      return "\"" + parts.map { String($0) }.joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}
