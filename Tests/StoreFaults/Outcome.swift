import Coordination
import FoundationEssentials
import StudyModel

/// What a study came to, without what may differ where it was ended and went on: times, places, and
/// how many processes its trials had.
struct Outcome: Hashable, Encodable {
  private struct Trial: Hashable, Encodable {
    var configuration: Configuration
    var origin: Origin?
    var state: TrialRecord.State
    var reason: TrialRecord.Reason
    var failures: Int
    var epoch: Int
    var target: Int
    var last: TrialRecord.Best?
    var best: TrialRecord.Best?
  }

  private var isOrdered: Bool
  private var phase: Coordinator.Phase
  private var best: TrialID?
  private var bestFull: TrialID?
  private var trials: [Trial]
  /// Trial, epoch and the bits of each value, in the order of their arrival.
  private var reports: [[UInt64]]

  init(of coordinator: Coordinator) {
    phase = coordinator.phase
    best = coordinator.best
    bestFull = coordinator.bestFull?.trial
    trials = coordinator.trials.map {
      Trial(
        configuration: $0.configuration, origin: $0.origin, state: $0.state, reason: $0.reason,
        failures: $0.failures, epoch: $0.epoch, target: $0.target, last: $0.last, best: $0.best)
    }
    // RASDA's grants depend on which slots are free, and a run begins with all of them: when its
    // trials go on is not what it would have been.
    isOrdered = coordinator.study.algorithm.name != .rasda
    let log = coordinator.reports
    reports = (0..<log.count).map { row in
      [UInt64(log.trials[row]), UInt64(log.epochs[row])] + log.columns.map { $0[row].bitPattern }
    }
  }

  /// The first thing that differs.
  func difference(from other: Outcome) -> String? {
    if self == other { return nil }
    let pairs = Set(reports.map { $0.prefix(2) })
    if pairs.count != reports.count { return "\(reports.count - pairs.count) reports count twice" }
    guard isOrdered else {
      return (phase, trials.count) == (other.phase, other.trials.count)
        ? nil : "\(phase) with \(trials.count) trials, not \(other.phase)"
    }
    if phase != other.phase { return "\(phase), not \(other.phase)" }
    for row in 0..<max(reports.count, other.reports.count) {
      let pair = [reports, other.reports].map { row < $0.count ? $0[row].prefix(2) : [] }
      if pair[0] != pair[1] { return "report \(row) is \(pair[0]), not \(pair[1])" }
    }
    for (number, (mine, others)) in zip(trials, other.trials).enumerated() where mine != others {
      return "trial \(number) is \(mine), not \(others)"
    }
    return "\(trials.count) trials, not \(other.trials.count), best \(String(describing: best))"
  }

  /// As one line, the same for the same outcome.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
