import Coordination
import Schedulers
import StudyModel

/// Where a trial stands among those that it is compared with at a rung.
struct RungStanding {
  let field: RungField
  /// The trial's place, from 1.
  let place: Int
  /// How many are compared.
  let count: Int
  /// The trials before it, the best first.
  let better: [TrialID]
  /// The value of the last of the best; `nil` where none is, and with several metrics.
  let threshold: Double?
  private let rung: String
  private let eta: Int

  /// The standing at the highest rung at or below an epoch; `nil` where the trial is not compared there.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - epoch: That it has reached.
  ///   - coordinator: The study.
  init?(of trial: TrialID, at epoch: Int, in coordinator: Coordinator) {
    guard let field = coordinator.field(of: trial, at: epoch) else { return nil }
    let isSingle = coordinator.study.metrics.count == 1
    guard isSingle || field.ranked != nil else { return nil }
    let values = coordinator.values(at: field)
    let isMaximum = coordinator.study.metric.goal == .maximize
    let ranked =
      field.ranked
      ?? values.sorted { left, right in
        left.value == right.value
          ? left.key < right.key
          : isMaximum ? left.value > right.value : left.value < right.value
      }.map(\.key)
    guard let place = ranked.firstIndex(of: trial) else { return nil }
    self.field = field
    self.place = place + 1
    count = ranked.count
    better = Array(ranked[..<place])
    let last = min(field.best, ranked.count)
    threshold = isSingle && last > 0 ? values[ranked[last - 1]] : nil
    let schedule = coordinator.study.algorithm.schedule
    let hasBrackets = schedule.brackets > 1 || field.waitsFor != nil
    rung = "rung \(field.budget)" + (hasBrackets ? " of bracket \(field.bracket)" : "")
    eta = schedule.eta
  }
}

extension RungStanding: CustomStringConvertible {
  /// For example `place 4 of 9 at rung 3, of which the best 3 go on (0.8 or better); better: trials 2, 5, 7`.
  var description: String {
    let limit = threshold.map { " (\($0) or better)" } ?? ""
    let rule: String
    if field.isCeiling {
      rule = "the largest budget for now"
    } else if let size = field.waitsFor, !field.isSettled {
      rule = "which waits for \(size) trials, of which the best \(field.best) go on"
    } else if field.isFree {
      rule = "where all go on until \(eta) have come so far"
    } else if field.best == 0 {
      rule = "where none goes on until \(eta) have come so far"
    } else {
      rule = "of which the best \(min(field.best, count)) go on\(limit)"
    }
    return "place \(place) of \(count) at \(rung), \(rule)\(betterWords)"
  }

  private var betterWords: String {
    guard let first = better.first else { return "" }
    let named = better.prefix(5).map(\.description).joined(separator: ", ")
    let rest = better.count > 5 ? " and \(better.count - 5) more" : ""
    return "; better: " + (better.count == 1 ? "trial \(first)" : "trials \(named)\(rest)")
  }
}

extension Coordinator {
  /// The value of each trial of a rung's bracket when it first came so far, or with which it ended before.
  fileprivate func values(at field: RungField) -> [TrialID: Double] {
    guard let column = reports.column(study.metric.name) else { return [:] }
    var values: [TrialID: Double] = [:]
    for row in 0..<reports.count where reports.epochs[row] >= field.budget.epochs {
      let trial = TrialID(reports.trials[row])
      guard values[trial] == nil, column[row].isFinite, isCompared(trial, in: field) else {
        continue
      }
      values[trial] = column[row]
    }
    for trial in trials where trial.reason == .endedItself && values[trial.id] == nil {
      if let last = trial.last, isCompared(trial.id, in: field) { values[trial.id] = last.value }
    }
    return values
  }

  private func isCompared(_ trial: TrialID, in field: RungField) -> Bool {
    trials[trial.number].finalSeed == nil && bracket(of: trial) == field.bracket
  }
}
