public import Coordination
public import StudyModel

/// The learning curves of a study's trials, a row each, as `rung simulate` and others read tables.
///
/// Hears the journal from its beginning, since a report's time alone does not tell how long its epoch
/// took.
public struct CurveTable {
  /// An epoch of a trial, as it was trained last.
  private struct Epoch {
    var seconds: Double
    /// Whether the process had just been started, so that its start is in the seconds.
    var isFirst: Bool
    var row: Int
  }

  private var epochs: [Int: [Int: Epoch]] = [:]
  /// When the epoch that a leg trains now began, and which was its last.
  private var marks: [LegID: (time: StudyTime, epoch: Int?)] = [:]

  /// A table that has heard nothing.
  public init() {}

  /// Hears an event that was absorbed.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - time: When it happened.
  ///   - commands: What it caused.
  ///   - coordinator: The state behind it.
  public mutating func hear(
    _ event: Event, at time: StudyTime, commands: [Command], _ coordinator: Coordinator
  ) {
    hear(event, at: time, coordinator)
    for case .start(let leg) in commands { marks[leg.id] = (time, nil) }
  }

  private mutating func hear(_ event: Event, at time: StudyTime, _ coordinator: Coordinator) {
    switch event {
    // A process may have reported before it is heard that it began.
    case .began(let leg, _): if marks[leg]?.epoch == nil { marks[leg] = (time, nil) }
    case .legEnded(let end): marks[end.leg] = nil
    case .reported(let report):
      let log = coordinator.reports
      let row = log.count - 1
      // One that was not accepted is not the last of the log.
      guard row >= 0, log.times[row] == time.microseconds, log.epochs[row] == report.epoch,
        log.trials[row] == report.leg.trial.number, log.attempts[row] == report.leg.attempt,
        let mark = marks[report.leg]
      else { return }
      let trained = report.epoch - (mark.epoch ?? firstEpoch(of: report, coordinator) - 1)
      let seconds = Double(time.microseconds - mark.time.microseconds) / 1e6
      for epoch in (report.epoch - max(1, trained) + 1)...report.epoch where epoch > 0 {
        epochs[report.leg.trial.number, default: [:]][epoch] = Epoch(
          seconds: seconds / Double(max(1, trained)), isFirst: mark.epoch == nil, row: row)
      }
      marks[report.leg] = (time, report.epoch)
    default: break
    }
  }

  /// The first epoch that a leg has trained: behind what its trial had reported before.
  private func firstEpoch(of report: Report, _ coordinator: Coordinator) -> Int {
    let former = epochs[report.leg.trial.number]?.keys.filter { $0 < report.epoch }.max() ?? 0
    return former + 1
  }

  /// The columns of a metric, with the place of the epoch in braces.
  public static func pattern(of metric: String) -> String { "\(metric)_{epoch}" }

  /// The columns of the time.
  public static let elapsed = "elapsed_{epoch}"

  /// The table as comma-separated values: parameters, the metrics of each epoch, seconds since the
  /// beginning of the training at the end of each.
  ///
  /// A trial without a report has no row, nor has a training of `finish`. Between two reports a metric
  /// has the value of the earlier one, before the first that of the first. An epoch behind a start lasts
  /// as long as the mean of the trial's others, where it has any: the start is not its own.
  ///
  /// - Parameter coordinator: The study's state.
  /// - Returns: The text, and how many rows and left-out trials it has.
  public func text(_ coordinator: Coordinator) -> (text: String, rows: Int, leftOut: Int) {
    let study = coordinator.study
    let parameters = study.space.parameters.map(\.name)
    let last = epochs.values.compactMap { $0.keys.max() }.max() ?? 0
    let metrics = study.metrics.map(\.name)
    let steps = last > 0 ? Array(1...last) : []
    var text = TrialTable.line(
      parameters + metrics.flatMap { name in steps.map { "\(name)_\($0)" } }
        + steps.map { "elapsed_\($0)" })
    var rows = 0
    for trial in coordinator.trials {
      guard trial.finalSeed == nil, let curve = epochs[trial.id.number], !curve.isEmpty else {
        continue
      }
      rows += 1
      let settings = parameters.map { trial.configuration[$0]?.description ?? "" }
      let own = steps.prefix(curve.keys.max() ?? 0)
      let padding = Array(repeating: "", count: steps.count - own.count)
      let cells = metrics.flatMap { values(of: $0, curve, own, coordinator.reports) + padding }
      text += TrialTable.line(settings + cells + Self.elapsed(curve, own) + padding)
    }
    let searched = coordinator.trials.count { $0.finalSeed == nil }
    return (text, rows, searched - rows)
  }

  private func values(
    of metric: String, _ curve: [Int: Epoch], _ steps: ArraySlice<Int>, _ log: ReportLog
  ) -> [String] {
    let column = log.column(metric)
    var last = steps.lazy.compactMap { curve[$0]?.row }.first
    return steps.map { step in
      last = curve[step]?.row ?? last
      let value = last.flatMap { column?[$0] } ?? .nan
      return value.isFinite ? value.description : "nan"
    }
  }

  private static func elapsed(_ curve: [Int: Epoch], _ steps: ArraySlice<Int>) -> [String] {
    let plain = curve.values.filter { !$0.isFirst }.map(\.seconds)
    let mean = plain.isEmpty ? nil : plain.reduce(0, +) / Double(plain.count)
    var sum = 0.0
    return steps.map { step in
      let epoch = curve[step]
      sum += epoch?.isFirst == false ? epoch?.seconds ?? 0 : mean ?? epoch?.seconds ?? 0
      return ((sum * 1e6).rounded() / 1e6).description
    }
  }
}
