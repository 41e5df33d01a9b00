import StudyModel
import TestSupport

@testable import Coordination

/// The budgets that trials were granted in a world, read from its journal event by event.
struct Grants {
  /// The targets of each trial, in order.
  private(set) var targets: [[Int]] = []
  /// What no trial may do.
  private(set) var violations: [String] = []
  /// For each promotion: its event's number, the trial, and the budget that it was promoted from.
  private(set) var promotions: [(event: Int, trial: Int, from: Int)] = []

  /// The budget that each trial had when it paused.
  private var paused: [Int: Int] = [:]

  /// The grants of a study that has ended.
  init(of world: World) {
    var coordinator = Coordinator(study: world.coordinator.study)
    for (number, entry) in world.journal.enumerated() {
      let before = coordinator.trials
      _ = coordinator.absorb(entry.event, at: entry.time)
      for trial in coordinator.trials {
        let former = before.indices.contains(trial.id.number) ? before[trial.id.number] : nil
        enter(trial, after: former, number, entry.event, coordinator.study)
      }
    }
  }

  private mutating func enter(
    _ trial: TrialRecord, after former: TrialRecord?, _ number: Int, _ event: Event, _ study: Study
  ) {
    func wrong(_ text: String) { violations.append("event \(number), trial \(trial.id): \(text)") }
    guard let former else {
      targets.append([trial.target])
      if trial.finalSeed == nil, trial.target > 0, !study.isCompared(trial.target) {
        wrong("it starts up to \(trial.target)")
      }
      return
    }
    switch former.state {
    case .completed, .stopped, .failed:
      if trial.state != former.state { wrong("it was \(former.state), and is \(trial.state)") }
      if trial.attempts > former.attempts { wrong("it starts again") }
    case .paused:
      // A wide trial is granted its budget before there are slots enough for it.
      if trial.state == .running, trial.target <= paused[trial.id.number, default: 0] {
        wrong("it resumes for nothing")
      }
      if trial.state != .running, trial.state != .paused { wrong("it is \(trial.state)") }
    case .running: if trial.state == .paused { paused[trial.id.number] = former.target }
    }
    guard trial.target != former.target else { return }
    targets[trial.id.number].append(trial.target)
    promotions.append((number, trial.id.number, former.target))
    if trial.target < former.target || !study.isCompared(trial.target) {
      wrong("it is granted \(trial.target) after \(former.target)")
    }
    if former.state != .paused, former.running == nil || !event.isReport(of: trial.id) {
      wrong("it resumes without a pause")
    }
  }
}

extension Study {
  /// Whether trials are compared at this epoch.
  fileprivate func isCompared(_ epoch: Int) -> Bool { comparedBudgets.contains(Budget(epoch)) }
}

extension Event {
  /// Whether a trial says how far it is.
  fileprivate func isReport(of trial: TrialID) -> Bool {
    if case .reported(let report) = self { report.leg.trial == trial } else { false }
  }
}
