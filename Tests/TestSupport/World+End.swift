import Coordination
import StudyModel

extension World {
  /// Checks a study that has ended against its journal and its log.
  mutating func checkTheEnd() {
    guard book.isFinished else { return violations.append("nothing has finished the study") }
    if coordinator.busyCount != 0 { violations.append("\(coordinator.busyCount) slots are busy") }
    for trial in coordinator.trials {
      if trial.state == .running { violations.append("trial \(trial.id) still runs") }
      if trial.busyMicroseconds != book.busy[trial.id.number, default: 0] {
        violations.append("the busy time of trial \(trial.id) is miscounted")
      }
      for piece in trial.checkpoint?.pieces ?? []
      where files[piece.container]?.contains(piece.entry) != true {
        violations.append("the checkpoint of trial \(trial.id) is gone")
      }
      if trial.attempts != book.attempts[trial.id.number, default: 0] {
        violations.append("the attempts of trial \(trial.id) are miscounted")
      }
    }
    checkLeaders()
  }

  /// The best trials, sought in the log of reports.
  private mutating func checkLeaders() {
    let log = coordinator.reports
    let study = coordinator.study
    guard let column = log.column(study.metric.name) else {
      if coordinator.best != nil { violations.append("there is a best trial without a report") }
      return
    }
    func isBetter(_ value: Double, _ other: Double) -> Bool {
      study.metric.goal == .maximize ? value > other : value < other
    }
    let rungs = study.comparedBudgets.map(\.epochs)
    var best: (trial: Int, value: Double)?
    var full: (trial: Int, value: Double, rung: Int, epoch: Int)?
    var reached: [Int: Int] = [:]
    for row in 0..<log.count where column[row].isFinite {
      guard coordinator.trials[log.trials[row]].finalSeed == nil else { continue }
      let (trial, value, epoch) = (log.trials[row], column[row], log.epochs[row])
      if best.map({ isBetter(value, $0.value) }) ?? true { best = (trial, value) }
      let rung = rungs.count { $0 <= epoch }
      guard rung > reached[trial, default: 0] else { continue }
      reached[trial] = rung
      if full.map({ rung > $0.rung || (rung == $0.rung && isBetter(value, $0.value)) }) ?? true {
        full = (trial, value, rung, epoch)
      }
    }
    if coordinator.best?.number != best?.trial {
      violations.append(
        "trial \(best?.trial ?? -1) is best, not \(coordinator.best ?? TrialID(-1))")
    }
    // A report at a rung that the trial's bracket skips is not compared with others.
    guard study.algorithm.schedule.brackets == 1, study.algorithm.schedule.kind != .hyperband
    else { return }
    let leader = coordinator.bestFull
    if leader?.trial.number != full?.trial || leader?.value.value != full?.value
      || leader?.value.epoch != full?.epoch
    {
      violations.append("the best at the highest rung is \(full.map { "\($0)" } ?? "none")")
    }
  }
}
