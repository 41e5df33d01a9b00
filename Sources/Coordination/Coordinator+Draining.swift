import Schedulers
import StudyModel

// The end of a run before the end of its study: at the job's limit, or because somebody asked.
extension Coordinator {
  /// What is kept back of a job's time for the state's own way to the disk and the agents' end.
  ///
  /// - Parameter seconds: The time of the job; at least 0.
  /// - Returns: A hundredth of it, from 5 to 60 seconds.
  public static func margin(ofJob seconds: Double) -> Double { min(max(seconds / 100, 5), 60) }

  /// Whether the run is being brought to its end, so that slots may idle.
  public var isComingToItsEnd: Bool {
    if draining != nil { return true }
    return isTooLateToStart
  }

  /// Takes note of when everything must be durable.
  mutating func know(_ time: StudyTime) {
    horizon = time
    nextHold = now
  }

  /// Brings the run to its end: nothing starts, and who runs is asked to hold.
  mutating func drain(_ reason: String) {
    guard draining == nil else { return }
    draining = reason
    nextHold = now
    for number in trials.indices where !trials[number].reserved.isEmpty {
      let slots = trials[number].reserved
      trials[number].reserved = []
      release(slots)
      interrupt(number)
    }
  }

  /// Whether no leg that started now would report before the horizon.
  private var isTooLateToStart: Bool {
    guard let horizon, mayJudge else { return false }
    return now.seconds + pace.shortestFirst + pace.saving > horizon.seconds
  }

  /// Before its first report a run tries, whatever earlier ones took: a job that is too short for
  /// the study brings at least to light that it is.
  private var mayJudge: Bool { reports.count > reportsBefore }

  /// Whether a trial's next leg would not come to anything that can be kept.
  func isTooLate(for trial: TrialID, width: Int) -> Bool {
    guard let horizon, mayJudge else { return false }
    let width = shape(of: trial, width)
    var seconds = pace.first(of: width) ?? pace.shortestFirst
    if !pace.isAnswerable {
      // It cannot be asked to hold: what it leaves before its last epoch is lost.
      let record = trials[trial.number]
      let epochs = record.target - (record.checkpoint?.entry.epoch ?? 0)
      seconds += Double(max(0, epochs - 1)) * (pace.epoch(of: width) ?? 0)
    }
    return now.seconds + seconds + pace.saving > horizon.seconds
  }

  /// By what the pace of a leg is known: its slots, or none for a trial without GPUs among others.
  private func shape(of trial: TrialID, _ width: Int) -> Int {
    // Trials of one size, which most are, pay nothing for this.
    guard study.trial.sizes != nil else { return width }
    return self.trial.isWithoutGPUs(trials[trial.number].configuration) ? 0 : width
  }

  /// When a process has to be asked to hold, so that its next report comes in time.
  private func holdTime(of running: TrialRecord.Running) -> StudyTime? {
    guard draining == nil else { return now }
    guard let horizon else { return nil }
    let own = running.epochSeconds.map { $0 * Pace.caution }
    // Where nothing is known yet, half of what is left: who has not reported by then may just make
    // one report.
    let epoch =
      own ?? pace.epoch(of: shape(of: running.leg.trial, running.slots.count))
      ?? (horizon.seconds - running.began.seconds) / 2
    return StudyTime(seconds: max(0, horizon.seconds - pace.saving - epoch))
  }

  /// Looks after a process that is new or whose pace has changed.
  mutating func watch(_ number: Int) {
    if horizon == nil, draining == nil { return }
    guard let running = trials[number].running, let time = holdTime(of: running) else { return }
    nextHold = min(nextHold ?? time, time)
  }

  /// Asks those to hold for whom it is time.
  mutating func holdInTime(_ commands: inout [Command]) {
    guard let due = nextHold, now >= due else { return }
    nextHold = nil
    for number in trials.indices {
      guard let running = trials[number].running, !running.isHeld, !running.isEnding,
        let time = holdTime(of: running)
      else { continue }
      if now >= time {
        trials[number].running?.isHeld = true
        commands.append(.hold(running.leg, on: running.slot.worker))
      } else {
        nextHold = min(nextHold ?? time, time)
      }
    }
  }

  /// Learns from a report how long epochs take.
  mutating func learnPace(_ report: Report) {
    let number = report.leg.trial.number
    pace.isAnswerable = report.isAnswerable
    guard let lap = trials[number].note(report, at: now) else { return }
    // Before the call: as an argument it would have all of this value copied.
    let slots = trials[number].heldSlots.count
    let width = shape(of: report.leg.trial, slots)
    switch lap {
    case .first(let seconds): pace.noteFirst(seconds, of: width)
    case .epoch(let seconds):
      pace.noteEpoch(seconds, of: width)
      watch(number)
    }
  }

  /// Ends the run where there is nothing more that it could bring to an end.
  mutating func leaveInTime(_ commands: inout [Command]) {
    // While trials run, which is nearly always, nothing but the time ends the run.
    guard !hasLeft, busyCount == 0 || horizon != nil else { return }
    let isTimeUp = if let horizon { now >= horizon } else { false }
    guard isTimeUp || busyCount == 0, run != nil else { return }
    if case .finished = phase { return }
    guard
      isTimeUp
        || ((mayLeave || lacksRoom) && busyCount == 0 && trials.allSatisfy { $0.saving == nil })
    else { return }
    hasLeft = true
    let reason = lacksRoom ? "too few slots are left for a trial" : "the time of the job is up"
    commands.append(.leave(reason: draining ?? reason))
  }

  /// Whether slots idle because the run comes to its end.
  private var mayLeave: Bool {
    isComingToItsEnd
      || waiting.map { trial in
        freeSlots(for: trial, among: free).map { isTooLate(for: trial, width: $0.count) } ?? false
      } ?? false
  }

  /// Whether a slot would get work if the run were not coming to its end.
  var hasMoreWork: Bool {
    if !ready.isEmpty || waiting != nil { return true }
    guard phase == .running else { return false }
    var scheduler = scheduler
    return !scheduler.absorb(.slotFreed(next: mayStart ? TrialID(trials.count) : nil)).isEmpty
  }
}
