import Schedulers
import Searchers
import StudyModel

extension Coordinator {
  /// Gives free slots work until there is none, or none that fits.
  mutating func fill(_ commands: inout [Command]) {
    guard !free.isEmpty, run != nil, mayFill, !isComingToItsEnd else { return }
    while !free.isEmpty, hasRoomForAStep, let (work, slots) = nextPlacement() {
      for slot in slots { takeFree(slot) }
      trials[work.number].reserved = slots
      holdMemory(slots, for: work)
      busyCount += slots.count
      trials[work.number].state = .running
      if trials[work.number].isProposed {
        launch(work, &commands)
      } else {
        noteUnsized(work)
        commands.append(.propose(work))
      }
    }
  }

  /// Whether another trial may have slots, as far as job steps are bounded.
  var hasRoomForAStep: Bool {
    // Each trial holds a slot at least: mostly nothing need be counted.
    guard let limit = run?.steps?.limit, busyCount >= limit else { return true }
    return trials.count { $0.running != nil || !$0.reserved.isEmpty } < limit
  }

  /// The trial that gets the next slot: one that was interrupted or failed, or the scheduler's.
  mutating func nextWork() -> TrialID? {
    if !ready.isEmpty { return ready.removeFirst() }
    guard phase == .running else { return nil }
    switch scheduler.absorb(.slotFreed(next: mayStart ? TrialID(trials.count) : nil)).first {
    case .start(let trial, let budget):
      trials.append(TrialRecord(id: trial, target: budget.epochs))
      return trial
    case .resume(let trial, let budget):
      searcher.absorb(.awaited(trial, at: budget))
      trials[trial.number].target = budget.epochs
      trials[trial.number].reason = .training
      return trial
    case .choose(let trial):
      trials.append(TrialRecord(id: trial, target: 0))
      return trial
    default: return nil
    }
  }

  /// Whether the study goes on.
  var mayFill: Bool {
    switch phase {
    case .running, .finishing: true
    case .ending, .finished: false
    }
  }

  var mayStart: Bool {
    let limit = min(study.stop.trials ?? .max, study.stop.started ?? .max)
    return trials.count < limit && !isExhausted
  }

  /// Starts the process of a trial that has a slot, once nothing of its former leg is under way.
  mutating func launch(_ trial: TrialID, _ commands: inout [Command]) {
    let slots = trials[trial.number].reserved
    guard trials[trial.number].isProposed, let slot = slots.first,
      trials[trial.number].running == nil, trials[trial.number].saving == nil
    else { return }
    let record = trials[trial.number]
    let id = LegID(trial, attempt: record.attempts + 1)
    trials[trial.number].reserved = []
    trials[trial.number].attempts += 1
    let isSpread = slots.last?.worker != slot.worker
    trials[trial.number].scaled = scaledSettings(of: record, slots: slots.count)
    var leg = Leg(
      id: id, slots: slots, configuration: record.configuration, source: record.checkpoint,
      until: record.target, seed: record.finalSeed ?? study.trainingSeed(of: trial) ?? 0,
      scaled: trials[trial.number].scaled)
    let hosts = leg.workers.compactMap { workers[$0.rank]?.host }
    var running = TrialRecord.Running(
      leg: id, slots: slots, until: record.target, source: record.checkpoint?.container, began: now)
    let others = record.checkpoint?.pieces.dropFirst().map(\.container) ?? []
    if !others.isEmpty { running.otherSources = others }
    if isSpread, run?.steps != nil {
      // One srun starts all of it: its first agent alone has to do with it.
      leg.hosts = hosts
    } else if isSpread {
      running.parts = TrialRecord.Parts(leg: leg, open: [slot.worker], loading: leg.workers)
    }
    trials[trial.number].running = running
    watch(trial.number)
    if let source = record.checkpoint { beginLoading(source) }
    if record.started == nil { trials[trial.number].started = now }
    for host in hosts where !trials[trial.number].hosts.contains(host) {
      trials[trial.number].hosts.append(host)
    }
    commands.append(.start(leg))
  }

  /// Gives slots back, those of agents that are still there.
  ///
  /// - Parameters:
  ///   - slots: The slots.
  ///   - leavesProcess: Whether a warm process waits in them for its next trial.
  mutating func release(_ slots: [SlotID], leavesProcess: Bool = false) {
    busyCount -= slots.count
    memory?.release(slots, leavesProcess: leavesProcess)
    for slot in slots
    where workers.indices.contains(slot.worker.rank) && workers[slot.worker.rank] != nil {
      free.insert(slot, at: free.descendingPlace(of: slot))
    }
  }
}

extension Coordinator {
  private mutating func takeFree(_ slot: SlotID) {
    let place = free.descendingPlace(of: slot)
    // Another one in its place would be given twice.
    precondition(place < free.count && free[place] == slot, "a trial is placed on a taken slot")
    free.remove(at: place)
  }
}

extension [SlotID] {
  /// The place of a slot among descending ones, whether or not it is there.
  func descendingPlace(of slot: SlotID) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > slot { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
