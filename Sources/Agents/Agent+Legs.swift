import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyModel

// What becomes of the processes of a leg, and of what they leave.
extension Agent {
  /// The process of this name, and the slot that it trains in.
  private func find(_ name: String) -> (place: Int, process: TrialProcess)? {
    for place in slots.indices {
      if let process = slots[place].processes.first(where: { $0.name == name }) {
        return (place, process)
      }
    }
    return nil
  }

  /// Hears what became of a process.
  func hear(_ reply: SpawnerReply) throws {
    switch reply {
    case .started(let name, let id):
      guard let (place, process) = find(name) else { return }
      // The processes of a step are Slurm's, and may be elsewhere.
      if launch.steps == nil { process.processID = id }
      removeAll("\(scratch)/\(name)")
      process.hasStarted = true
      guard let leg = slots[place].leg, !leg.hasBegun,
        slots[place].processes.allSatisfy(\.hasStarted)
      else { return }
      slots[place].leg?.hasBegun = true
      slots[place].leg?.lastSign = monotonicSeconds()
      events.append(.began(leg.leg.id, on: worker(of: leg.leg)))
    case .notStarted(let name, let reason):
      guard let (place, _) = find(name) else { return }
      removeAll("\(scratch)/\(name)")
      try processEnded(name, .notStarted(reason: reason), in: place)
    // A shell says so when its command was ended by a signal.
    case .exited(let name, let status):
      try processEnded(name, .exited(status: status), by: Int32(clamping: status - 128))
    case .signalled(let name, let signal):
      try processEnded(name, .signalled(signal), by: Int32(clamping: signal))
    }
  }

  /// Judges a process that has ended, or doubts that its end is its own.
  private func processEnded(
    _ name: String, _ outcome: LegEnd.Outcome, by signal: Int32
  ) throws {
    if endingSignals.contains(signal), !(signal == SIGTERM && isTerminating(name)) {
      doubtful.append((name, signal, outcome, monotonicSeconds()))
    } else {
      try processEnded(name, outcome)
    }
  }

  /// Whether this agent itself has sent a process SIGTERM.
  private func isTerminating(_ name: String) -> Bool {
    find(name)?.process.patience?.isTerminated == true
  }

  /// Slurm's process tracking may send a signal to this process and to all below it, in any order: a
  /// trial that ended by it is judged when this process has had the time to hear of its own.
  static let doubt = 0.5

  /// Judges the processes that such signals ended.
  func settleDoubts() throws {
    let now = monotonicSeconds()
    for (name, signal, outcome, since) in doubtful {
      let isEnding = lastSignals[signal].map { now - $0 < 60 } ?? false
      guard isEnding || now - since >= Self.doubt else { continue }
      doubtful.removeAll { $0.name == name }
      try processEnded(name, isEnding ? .endedByRung : outcome)
    }
  }

  private func processEnded(_ name: String, _ outcome: LegEnd.Outcome) throws {
    retiring.removeAll { $0.name == name }
    guard let (place, _) = find(name) else { return }
    try processEnded(name, outcome, in: place)
  }

  private func processEnded(
    _ name: String, _ outcome: LegEnd.Outcome, in place: Int
  ) throws {
    guard let process = slots[place].processes.first(where: { $0.name == name }) else { return }
    // It may have connected and spoken just before it ended.
    acceptConnections()
    try listen(to: process, in: place, isLast: true)
    slots[place].processes.removeAll { $0.name == name }
    guard slots[place].leg != nil, !process.isWaiting else { return }
    logRest(of: process, leg: slots[place].leg)
    let lacked = lackedMemory(
      outcome, lines: lastLines, killsBefore: process.killsBefore, killsNow: memoryKills())
    if slots[place].leg?.hasFailed == false { slots[place].leg?.lacked = lacked }
    note(lacked == nil ? outcome : .outOfMemory, lastLines.last, of: process, in: place)
    guard slots[place].processes.isEmpty, let end = slots[place].leg?.end else {
      return endOthers(after: process, in: place)
    }
    conclude(place, end.outcome, lastLine: end.lastLine)
  }

  /// Notes the end of one of a leg's processes: the first failure is the leg's, else rank 0's end is. One
  /// that was told to end has not failed, however it ends.
  private func note(
    _ outcome: LegEnd.Outcome, _ lastLine: String?, of process: TrialProcess, in place: Int
  ) {
    guard let active = slots[place].leg, !active.hasFailed else { return }
    let isTold =
      process.patience?.isTerminated == true || active.verdict.map { !$0.isGoOn } ?? false
    if outcome != .exited(status: 0), !isTold {
      slots[place].leg?.hasFailed = true
      slots[place].leg?.end = (outcome, lastLine)
    } else if process.isFirst || active.end == nil {
      slots[place].leg?.end = (outcome, lastLine)
    }
  }

  /// Has the other processes of a leg end after one of them: at once where it failed, and where rank 0
  /// was told to end, since they can get no further without it.
  private func endOthers(after process: TrialProcess, in place: Int) {
    let isOver =
      slots[place].leg?.hasFailed == true
      || (process.isFirst && slots[place].leg?.isHeld == true)
    for other in slots[place].processes where isOver || other.patience == nil {
      if isOver { signal(other, SIGTERM) }
      let patience = isOver ? settings.terminationPatience : settings.endingPatience
      other.patience = .init(deadline: monotonicSeconds() + patience, isTerminated: isOver)
    }
  }

  /// Reports the end of a leg, and keeps its checkpoint where it is worth keeping.
  func conclude(_ place: Int, _ outcome: LegEnd.Outcome, lastLine: String? = nil) {
    guard let active = slots[place].leg else { return }
    let deviceMemory = deviceMemoryMiB(in: place)
    slots[place].leg = nil
    let outcome = active.outcome ?? outcome
    var end = LegEnd(
      leg: active.leg.id, outcome: outcome, lastLine: lastLine, worker: worker(of: active.leg),
      peakMemoryMiB: active.peakMemoryMiB, peakDeviceMemoryMiB: deviceMemory,
      lacked: outcome == .outOfMemory ? active.lacked : nil)
    let part = active.part(on: settings.worker)
    // Others may have something to keep where there is nothing here.
    if isWorthKeeping(active, outcome), active.epoch > 0, part != nil || hasCheckpoint(active) {
      // Beside it, so that it is only renamed.
      let spool =
        active.leg.hosts == nil
        ? "\(scratch)/spool/\(active.leg.id)" : "\(active.directory).spool"
      do {
        if let own = ownParts(of: active.leg) {
          for name in namesInFolder(active.checkpointFolder) where !own.contains(name) {
            removeAll("\(active.checkpointFolder)/\(name)")
          }
        }
        try renamePath(active.checkpointFolder, to: spool)
        try keeper.ask(.save(active.leg.id, part: part, epoch: active.epoch, folder: spool))
        end.keeping = active.epoch
      } catch {
        end.lastLine = "its checkpoint could not be kept: \(error)"
      }
    }
    leaveDirectory(of: active, outcome, in: place)
    events.append(.legEnded(end))
  }

  /// Whether a leg has left anything that can be kept.
  func hasCheckpoint(_ active: ActiveLeg) -> Bool {
    guard let own = ownParts(of: active.leg) else {
      return !namesInFolder(active.checkpointFolder).isEmpty
    }
    // The folders of the ranks are there from the beginning.
    return own.contains { !namesInFolder("\(active.checkpointFolder)/\($0)").isEmpty }
  }

  /// A checkpoint is whole when the trial ended as it should: after a failure, the one before it
  /// is the last that is known to be whole.
  private func isWorthKeeping(_ active: ActiveLeg, _ outcome: LegEnd.Outcome) -> Bool {
    switch active.verdict {
    case .pause, .complete: true
    case .stop: false
    case .goOn, nil: outcome == .exited(status: 0) || outcome == .askedForNext
    }
  }

  /// Ends a leg's process.
  func end(_ leg: LegID, _ outcome: LegEnd.Outcome) {
    guard let place = slot(of: leg) else { return }
    if slots[place].leg?.outcome == nil { slots[place].leg?.outcome = outcome }
    let processes = slots[place].processes
    guard !processes.isEmpty, !processes[0].isWaiting else {
      // Its checkpoint is still being fetched; a warm process waits for it and knows of nothing.
      return conclude(place, outcome)
    }
    for process in processes {
      signal(process, SIGTERM)
      process.patience = .init(
        deadline: monotonicSeconds() + settings.terminationPatience, isTerminated: true)
    }
  }

  /// Has a leg end that has ended where its first process was: its processes here are about to.
  func conclude(_ leg: LegID) {
    guard let place = slot(of: leg) else { return }
    guard !slots[place].processes.isEmpty else { return end(leg, .endedByRung) }
    for process in slots[place].processes where process.patience == nil {
      process.patience = .init(
        deadline: monotonicSeconds() + settings.endingPatience, isTerminated: false)
    }
  }

  func signal(_ process: TrialProcess, _ signal: Int32) {
    do { try spawner.channel.send(SpawnerRequest.signal(process.name, signal)) } catch {
      preconditionFailure("a signal did not encode: \(error)")
    }
  }

  /// Hears what became of a checkpoint.
  func hear(_ reply: KeeperReply) throws {
    switch reply {
    case .stored(let container): events.append(.stored(container))
    case .notStored(let leg, let epoch, let reason):
      events.append(.notStored(leg, reason: reason, epoch: epoch))
    case .notMerged(let names, let reason): events.append(.notMerged(names, reason: reason))
    case .taken(let leg, let epoch):
      guard let place = slot(of: leg), let held = slots[place].leg?.heldAnswer,
        held.epoch == epoch
      else { return }
      slots[place].leg?.heldAnswer = nil
      try send(held, to: place)
    case .loaded(let leg):
      if let place = slot(of: leg) { try start(place) }
    case .discarded: break
    case .notLoaded(let leg, let reason, let isDamaged):
      guard let place = slot(of: leg), let active = slots[place].leg else { return }
      guard isDamaged, active.outcome == nil else {
        return conclude(place, .notStarted(reason: reason))
      }
      slots[place].leg = nil
      removeAll(active.directory)
      events.append(.damaged(leg, reason: reason, on: worker(of: active.leg)))
    }
  }

  /// Ends what was silent too long or did not end when it should have.
  func checkPatience() {
    let now = monotonicSeconds()
    for place in slots.indices {
      for process in slots[place].processes {
        guard let patience = process.patience, now >= patience.deadline else { continue }
        signal(process, patience.isTerminated ? SIGKILL : SIGTERM)
        process.patience = .init(deadline: now + settings.terminationPatience, isTerminated: true)
      }
      if let leg = slots[place].leg, leg.hasBegun,
        slots[place].processes.allSatisfy({ $0.patience == nil }),
        now - leg.lastSign >= settings.study.trial.silence.seconds
      {
        tellWhoIsAwaited(place)
        end(leg.leg.id, .silent(seconds: Int(settings.study.trial.silence.seconds)))
      }
    }
  }

  /// Says in the log for which ranks the others waited in vain.
  private func tellWhoIsAwaited(_ place: Int) {
    guard let pending = slots[place].leg?.pending else { return }
    for process in slots[place].processes where process.epoch < pending.epoch {
      note(
        "rank \(process.rank) has not reported epoch \(pending.epoch), for which rank 0 waits; each "
          + "rank must call 'report'", process, of: pending.leg)
    }
  }
}
