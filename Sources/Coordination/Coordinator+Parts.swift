import StudyModel

// Trials on several agents. The first one opens a port at which the processes meet; only then are
// those on the others started. They end together: where some fail, the others are ended, and the trial
// goes on when none is left. Its slots are given back at once, not one by one.
extension Coordinator {
  /// Has the other agents of a trial start their processes.
  mutating func opened(_ leg: LegID, _ port: Int, _ commands: inout [Command]) {
    let number = leg.trial.number
    guard isCurrent(leg), let running = trials[number].running, let parts = running.parts,
      parts.open == [parts.leg.slot.worker], !parts.isTold, !parts.isBroken, !running.isEnding,
      let host = workers[parts.leg.slot.worker.rank]?.host
    else { return }
    for worker in parts.leg.workers.dropFirst() {
      trials[number].running?.parts?.open.append(worker)
      commands.append(.join(parts.leg, on: worker, at: Rendezvous(host: host, port: port)))
    }
  }

  /// Takes the processes on one agent out of the book.
  ///
  /// - Parameters:
  ///   - end: Of these.
  ///   - hasFailed: Whether the trial has failed with them, so that the others are ended.
  ///   - number: The trial, which is on several agents.
  ///   - commands: What is to be done.
  /// - Returns: How the trial ended, where these were the last; `nil` while others are left.
  mutating func closePart(
    _ end: LegEnd, hasFailed: Bool, of number: Int, _ commands: inout [Command]
  ) -> LegEnd? {
    guard let running = trials[number].running, var parts = running.parts else { return nil }
    let first = parts.leg.slot.worker
    let worker = end.worker ?? first
    guard parts.open.contains(worker) else { return nil }
    parts.open.removeAll { $0 == worker }
    if end.keeping != nil { parts.keeping.append(worker) }
    // The first failure is the trial's; without one its first process's end is.
    if !parts.hasFailed, hasFailed || worker == first || parts.end == nil { parts.end = end }
    parts.hasFailed = parts.hasFailed || hasFailed
    let isFirst = worker == first
    if !parts.open.isEmpty, !parts.isTold, parts.hasFailed || isFirst {
      parts.isTold = true
      // The others of one that was held get no further without it.
      let isOver = parts.hasFailed || running.isHeld
      commands += parts.open.map {
        isOver ? .end(running.leg, on: $0) : .conclude(running.leg, on: $0)
      }
    }
    trials[number].running?.parts = parts
    return parts.open.isEmpty ? wholeEnd(of: parts) : nil
  }

  private func wholeEnd(of parts: TrialRecord.Parts) -> LegEnd? {
    guard var end = parts.end else { return nil }
    // A checkpoint of which a part is missing is none.
    if parts.keeping.count < parts.leg.workers.count || parts.unkept == end.keeping {
      end.keeping = nil
    }
    if parts.isBroken { (end.outcome, end.lastLine) = (.endedByRung, nil) }
    return end
  }

  /// Takes the processes on lost agents out of the book, and has the others ended.
  mutating func losePart(
    of number: Int, where isGone: (WorkerID) -> Bool, _ commands: inout [Command]
  ) {
    guard var running = trials[number].running else { return }
    release(running.slots.filter { isGone($0.worker) })
    running.slots.removeAll { isGone($0.worker) }
    running.parts?.open.removeAll(where: isGone)
    running.parts?.loading.removeAll(where: isGone)
    running.parts?.keeping.removeAll(where: isGone)
    running.parts?.isBroken = true
    trials[number].running = running
    if running.parts?.isTold != true { end(number, &commands) }
  }

  /// Has every agent end its processes of a trial.
  mutating func end(_ number: Int, _ commands: inout [Command]) {
    guard let running = trials[number].running else { return }
    trials[number].running?.parts?.isTold = true
    commands += running.workers.map { .end(running.leg, on: $0) }
  }
}

extension LegEnd.Outcome {
  /// Whether a trial that was not told to end has failed with it.
  public var isFailure: Bool {
    switch self {
    case .exited(status: 0), .askedForNext, .endedByRung: false
    case .exited, .signalled, .outOfMemory, .silent, .notStarted: true
    }
  }
}
