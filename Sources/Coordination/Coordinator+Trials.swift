import Schedulers
import Searchers
import StudyModel

extension Coordinator {
  mutating func began(_ leg: LegID, on worker: WorkerID?) {
    guard isCurrent(leg) else { return }
    let number = leg.trial.number
    if let parts = trials[number].running?.parts {
      trials[number].running?.parts?.loading.removeAll { $0 == worker ?? parts.leg.slot.worker }
      guard trials[number].running?.parts?.loading.isEmpty == true else { return }
    }
    // Its checkpoint is in place on every node: the container may go.
    endLoading(number)
  }

  /// Has a trial go on from the checkpoint before the one that its process could not read.
  mutating func damaged(_ leg: LegID, on worker: WorkerID?, _ commands: inout [Command]) {
    guard isCurrent(leg), let running = trials[leg.trial.number].running else { return }
    let number = leg.trial.number
    if running.parts != nil {
      trials[number].running?.parts?.isDamaged = true
      let end = LegEnd(leg: leg, outcome: .endedByRung, worker: worker)
      guard closePart(end, hasFailed: true, of: number, &commands) != nil else { return }
    }
    goBack(number, running, &commands)
  }

  /// Ends a leg whose checkpoint is damaged.
  private mutating func goBack(
    _ number: Int, _ running: TrialRecord.Running, _ commands: inout [Command]
  ) {
    let epoch = trials[number].checkpoint?.entry.epoch ?? 0
    let slots = trials[number].running?.slots ?? running.slots
    stopRunning(number)
    release(slots)
    dropCheckpoint(of: number)
    dropParts(of: number)
    guard !running.isEnding else { return }
    interrupt(number)
    if trials[number].state == .running { trials[number].reason = .damagedCheckpoint(epoch: epoch) }
  }

  /// Whether `leg` is the process that runs now, not one that was given up.
  func isCurrent(_ leg: LegID) -> Bool {
    trials.indices.contains(leg.trial.number) && trials[leg.trial.number].running?.leg == leg
  }

  mutating func reported(_ report: Report, _ commands: inout [Command]) {
    let number = report.leg.trial.number
    guard isCurrent(report.leg), report.epoch >= 1 else { return }
    guard trials[number].running?.isEnding == false else {
      // It trains past its end, and cannot be told: some programs know only their own last epoch.
      if !report.isAnswerable, report.epoch > trials[number].epoch { end(number, &commands) }
      return
    }
    learnPace(report)
    guard report.epoch > trials[number].epoch else {
      // Trained again after an interruption: the first report of this epoch stands.
      return answerGoOn(report, &commands)
    }
    let isDue = report.epoch >= trials[number].target
    guard let value = report.value(of: study.metric.name), let loss = loss(of: report) else {
      if isDue { return fail(number, because: .metricMissing(epoch: report.epoch), &commands) }
      return answerAtCheckpoint(report, &commands)
    }
    reports.append(report, at: now)
    trials[number].epoch = report.epoch
    trials[number].lastLoss = loss
    guard loss != .diverged else {
      return fail(number, because: .diverged(epoch: report.epoch), &commands)
    }
    note(TrialRecord.Best(value: value, epoch: report.epoch), of: number)
    guard isDue else {
      if scheduler.observesCurves {
        _ = scheduler.absorb(.observed(report.leg.trial, loss, at: Budget(report.epoch)))
      }
      return answerAtCheckpoint(report, &commands)
    }
    decide(report, loss, &commands)
  }

  /// The losses of the study's metrics; `nil` where one of them is missing.
  private func loss(of report: Report) -> Loss? {
    guard study.metrics.count > 1 else {
      return report.value(of: study.metric.name).map { Loss($0, goal: study.metric.goal) }
    }
    let values = study.metrics.compactMap { report.value(of: $0.name) }
    guard values.count == study.metrics.count else { return nil }
    return Loss(values, goals: study.metrics.map(\.goal))
  }

  /// Answers a report at which a checkpoint is due, but no decision.
  private mutating func answerAtCheckpoint(_ report: Report, _ commands: inout [Command]) {
    guard report.isHeld || isCheckpointDue(at: report.epoch) else { return }
    answerGoOn(report, &commands)
  }

  private mutating func answerGoOn(_ report: Report, _ commands: inout [Command]) {
    guard report.isAnswerable else { return }
    answer(report, verdictToGoOn(report), &commands)
  }

  /// Tells every agent that has processes of a trial what was decided after its report.
  private func answer(_ report: Report, _ verdict: Verdict, _ commands: inout [Command]) {
    for worker in trials[report.leg.trial.number].running?.workers ?? [] {
      commands.append(.answer(report.leg, on: worker, epoch: report.epoch, verdict))
    }
  }

  private func isCheckpointDue(at epoch: Int) -> Bool {
    study.trial.checkpointEvery.map { epoch % $0 == 0 } ?? false
  }

  /// The verdict on a trial that is to go on: in a later run, where this one ends and the process
  /// waits for its answer.
  private mutating func verdictToGoOn(_ report: Report, isDue: Bool = false) -> Verdict {
    let number = report.leg.trial.number
    guard trials[number].running?.isHeld == true,
      isDue || report.isHeld || isCheckpointDue(at: report.epoch)
    else { return .goOn(until: trials[number].target) }
    trials[number].running?.isHandedBack = true
    trials[number].running?.told = now
    return .pause
  }

  private mutating func decide(_ report: Report, _ loss: Loss, _ commands: inout [Command]) {
    let number = report.leg.trial.number
    if trials[number].finalSeed != nil {
      conclude(number, .completed, .fullBudget)
      if report.isAnswerable { answer(report, .complete, &commands) }
      return
    }
    if let last = trials[number].last { noteAtRung(last, of: number) }
    let budget = Budget(report.epoch)
    let decisions = scheduler.absorb(.reported(report.leg.trial, loss, at: budget))
    searcher.absorb(.reported(report.leg.trial, loss, at: budget))
    let verdict: Verdict
    switch decisions.first {
    case .goOn(_, let budget):
      trials[number].target = budget.epochs
      searcher.absorb(.awaited(report.leg.trial, at: budget))
      if report.isAnswerable { trials[number].running?.until = budget.epochs }
      verdict =
        report.isAnswerable ? verdictToGoOn(report, isDue: true) : .goOn(until: budget.epochs)
    case .pause:
      conclude(number, .paused, .reachedRung(epoch: report.epoch))
      verdict = .pause
    case .complete:
      conclude(number, .completed, .fullBudget)
      // Of a collection's trainings nothing goes on: a verdict to stop leaves no checkpoint.
      verdict = keepsFinal ? .complete : .stop
    case .stop, .start, .resume, .choose, nil:
      conclude(number, .stopped, .notAmongBest(epoch: report.epoch))
      verdict = .stop
    }
    if report.isAnswerable {
      answer(report, verdict, &commands)
    } else if verdict == .stop, trials[number].state != .completed {
      end(number, &commands)
    }
  }

  /// Marks what becomes of a trial whose process is about to end.
  private mutating func conclude(
    _ number: Int, _ state: TrialRecord.State, _ reason: TrialRecord.Reason
  ) {
    trials[number].state = state
    trials[number].reason = reason
    trials[number].running?.isEnding = true
    trials[number].running?.told = now
  }

  /// Fails a trial for good while its process may still run.
  private mutating func fail(
    _ number: Int, because reason: TrialRecord.Reason, _ commands: inout [Command]
  ) {
    end(number, &commands)
    conclude(number, .failed, reason)
    giveUp(TrialID(number))
  }

  private mutating func note(_ value: TrialRecord.Best, of number: Int) {
    trials[number].last = value
    if trials[number].best.map({ isBetter(value.value, than: $0.value) }) ?? true {
      trials[number].best = value
    }
    guard trials[number].finalSeed == nil else { return }
    if best.flatMap({ trials[$0.number].best }).map({ isBetter(value.value, than: $0.value) })
      ?? true
    {
      let former = best
      best = TrialID(number)
      if let former { forgetCheckpointIfUseless(former.number) }
    }
  }

  /// Notes a value at a rung: the leader is who has the best value at the highest rung reached.
  private mutating func noteAtRung(_ value: TrialRecord.Best, of number: Int) {
    if let leader = bestFull {
      let isBetter = isBetter(value.value, than: leader.value.value)
      // No rung need be counted where neither the epoch nor the value is more.
      guard isBetter || value.epoch > leader.value.epoch else { return }
      let rung = rungCount(at: value.epoch)
      let leaderRung = rungCount(at: leader.value.epoch)
      guard rung > leaderRung || (rung == leaderRung && isBetter) else { return }
    }
    let former = bestFull
    bestFull = Leader(trial: TrialID(number), value: value)
    if let former { forgetCheckpointIfUseless(former.trial.number) }
  }

  /// How many budgets at which trials are compared lie at or below `epoch`.
  private func rungCount(at epoch: Int) -> Int {
    study.comparedBudgets.count { $0.epochs <= epoch }
  }

  func isBetter(_ value: Double, than other: Double) -> Bool {
    study.metric.goal == .maximize ? value > other : value < other
  }

  mutating func legEnded(_ end: LegEnd, _ commands: inout [Command]) {
    let number = end.leg.trial.number
    guard isCurrent(end.leg), var running = trials[number].running else { return }
    learnMemory(end, running)
    var (end, keepers) = (end, [running.slot.worker])
    if running.parts != nil {
      let hasFailed = end.outcome.isFailure && !running.isEnding && !running.isHandedBack
      guard let whole = closePart(end, hasFailed: hasFailed, of: number, &commands),
        let closed = trials[number].running, let parts = closed.parts
      else { return }
      if parts.isDamaged { return goBack(number, closed, &commands) }
      (end, running, keepers) = (whole, closed, parts.keeping)
    }
    stopRunning(number)
    let isExcused = memory?.takeExcuse(of: end.leg) ?? false
    let durable = max(running.durable, trials[number].checkpoint?.entry.epoch ?? 0)
    if let epoch = end.keeping, epoch > durable {
      trials[number].saving = .init(
        epoch: epoch, worker: keepers[0],
        others: keepers.count > 1 ? Array(keepers.dropFirst()) : nil, since: running.told ?? now)
    }
    release(running.slots, leavesProcess: end.outcome == .askedForNext)
    dropParts(of: number)
    if running.isHandedBack, !running.isEnding {
      interrupt(number)
    } else if !running.isEnding {
      settle(number, running, end, isExcused: isExcused)
    }
    forgetCheckpointIfUseless(number)
    launch(end.leg.trial, &commands)
  }

  /// Takes the running process out of the book.
  mutating func stopRunning(_ number: Int) {
    guard let running = trials[number].running else { return }
    endLoading(number)
    trials[number].running = nil
    trials[number].busyMicroseconds += now.microseconds - running.began.microseconds
    trials[number].ended = now
  }

  /// Decides what becomes of a trial whose process ended without having been told to.
  ///
  /// - Parameters:
  ///   - number: The trial.
  ///   - running: Its process, as it was.
  ///   - end: The end.
  ///   - isExcused: Whether it found no memory among others, so that it may have failed by their fault.
  private mutating func settle(
    _ number: Int, _ running: TrialRecord.Running, _ end: LegEnd, isExcused: Bool
  ) {
    let trial = TrialID(number)
    if case .ending = phase {
      trials[number].state = .stopped
      trials[number].reason = .studyEnded
      return
    }
    switch end.outcome {
    case .exited(status: 0) where running.reports == 0, .askedForNext where running.reports == 0:
      failed(number, .noReport(lastLine: end.lastLine))
    case .exited(status: 0), .askedForNext:
      if trials[number].epoch >= running.until, trials[number].target > trials[number].epoch {
        // It was promoted at its rung, but could not be told: the next leg begins at once.
        ready.append(trial)
      } else if let last = trials[number].last {
        trials[number].state = .completed
        trials[number].reason = .endedItself
        if trials[number].finalSeed == nil {
          let loss = trials[number].lastLoss
          _ = scheduler.absorb(.ended(trial, loss))
          searcher.absorb(.ended(trial, loss, at: Budget(last.epoch)))
        }
      } else {
        failed(number, .noReport(lastLine: end.lastLine))
      }
    case .endedByRung:
      trials[number].reason = .interrupted
      ready.append(trial)
    case .outOfMemory:
      let reason = TrialRecord.Reason.process(end.outcome, lastLine: end.lastLine)
      if isExcused, !trials[number].isAlone {
        trials[number].reason = reason
        ready.append(trial)
      } else {
        failed(number, reason)
      }
      trials[number].isAlone = true
      if end.lacked == .host, trials[number].state == .running { memory?.isolate(trial) }
    case .exited, .signalled, .silent, .notStarted:
      failed(number, .process(end.outcome, lastLine: end.lastLine))
    }
  }

  private mutating func failed(_ number: Int, _ reason: TrialRecord.Reason) {
    trials[number].failures += 1
    trials[number].reason = reason
    if trials[number].failures <= study.trial.retries {
      ready.append(TrialID(number))
    } else {
      trials[number].state = .failed
      giveUp(TrialID(number))
    }
  }

  /// Tells scheduler and searcher that a trial failed for good.
  private mutating func giveUp(_ trial: TrialID) {
    guard trials[trial.number].finalSeed == nil else { return }
    _ = scheduler.absorb(.failed(trial))
    searcher.absorb(.failed(trial))
  }

  /// Takes an agent out of the book: what ran there goes on elsewhere from its last checkpoint.
  mutating func lose(_ worker: WorkerID, _ commands: inout [Command]) {
    guard workers.indices.contains(worker.rank), workers[worker.rank] != nil else { return }
    workers[worker.rank] = nil
    memory?.leave { $0 == worker }
    takeOut(where: { $0 == worker }, &commands)
  }

  /// Takes out what belongs to agents that are gone.
  mutating func takeOut(where isGone: (WorkerID) -> Bool, _ commands: inout [Command]) {
    free.removeAll { isGone($0.worker) }
    keptWorkers = nil
    for place in containers.indices {
      if let merger = containers[place].merger, isGone(merger) { containers[place].merger = nil }
    }
    for number in trials.indices {
      if let saving = trials[number].saving, saving.isOn(where: isGone) {
        trials[number].saving = nil
        dropParts(of: number)
      }
      if let running = trials[number].running,
        running.slots.contains(where: { isGone($0.worker) })
      {
        if running.workers.allSatisfy(isGone) {
          stopRunning(number)
          release(running.slots)
          dropParts(of: number)
          if !running.isEnding { interrupt(number) }
        } else {
          losePart(of: number, where: isGone, &commands)
        }
      }
      let reserved = trials[number].reserved
      if reserved.contains(where: { isGone($0.worker) }) {
        trials[number].reserved = []
        release(reserved)
        interrupt(number)
      }
      // A slot elsewhere may have been held for it until its process ended or was durable.
      launch(TrialID(number), &commands)
    }
  }

  /// A trial whose process ended with its run or its agent goes on first.
  mutating func interrupt(_ number: Int) {
    if case .ending = phase {
      trials[number].state = .stopped
      trials[number].reason = .studyEnded
    } else {
      trials[number].reason = .interrupted
      if !ready.contains(TrialID(number)) { ready.append(TrialID(number)) }
    }
  }
}
