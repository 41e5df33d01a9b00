import Schedulers
import Searchers
import StudyModel

extension Coordinator {
  /// Gives free slots work until there is none.
  mutating func fill(_ commands: inout [Command]) {
    guard run != nil, mayFill, !isComingToItsEnd else { return }
    while !free.isEmpty {
      guard let work = waiting ?? nextWork() else { return }
      // Nobody overtakes the trial at the head of the line, so that a wide one is not starved.
      guard let slots = freeSlots(for: work), !isTooLate(for: work, width: slots.count) else {
        waiting = work
        return
      }
      waiting = nil
      free.removeAll { slots.contains($0) }
      trials[work.number].reserved = slots
      busyCount += slots.count
      trials[work.number].state = .running
      if trials[work.number].isProposed {
        launch(work, &commands)
      } else {
        commands.append(.propose(work))
      }
    }
  }

  /// The trial that gets the next slot: one that was interrupted or failed, or the scheduler's.
  private mutating func nextWork() -> TrialID? {
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

  /// The slots that a trial needs for its next leg, at most all there are.
  func width(of trial: TrialID) -> Int {
    let width = study.width(upTo: Budget(trials[trial.number].target))
    return width > 1 ? min(width, slotCount) : 1
  }

  /// Free slots for a trial's next leg; `nil` where there are too few.
  func freeSlots(for trial: TrialID) -> [SlotID]? {
    let width = width(of: trial)
    if trials[trial.number].isAlone, study.trial.trialsPerGPU > 1 { return freeGPU() }
    guard free.count >= width else { return nil }
    return width > 1 ? slots(width) : free.last.map { [$0] }
  }

  /// The slots of a GPU that several trials share, where all of them are free: slots of one GPU have
  /// neighbouring indices.
  private func freeGPU() -> [SlotID]? {
    let share = study.trial.trialsPerGPU
    for first in free.reversed() where first.index % share == 0 {
      let end = min(first.index + share, workers[first.worker.rank]?.slots ?? 0)
      let slots = (first.index..<max(end, first.index + 1)).map { SlotID(first.worker, $0) }
      if slots.allSatisfy({ free.contains($0) }) { return slots }
    }
    return nil
  }

  /// Free slots, those of as few agents as possible; there are enough.
  private func slots(_ width: Int) -> [SlotID] {
    var counts: [(worker: WorkerID, count: Int)] = []
    for slot in free.reversed() {
      if counts.last?.worker == slot.worker {
        counts[counts.count - 1].count += 1
      } else {
        counts.append((slot.worker, 1))
      }
    }
    // The smallest that holds all; else the largest first.
    let fitting = counts.filter { $0.count >= width }.min {
      ($0.count, $0.worker) < ($1.count, $1.worker)
    }
    let order =
      fitting.map { [$0] } ?? counts.sorted { ($1.count, $0.worker) < ($0.count, $1.worker) }
    var taken: [SlotID] = []
    for (worker, _) in order {
      for slot in free.reversed() where slot.worker == worker && taken.count < width {
        taken.append(slot)
      }
    }
    return taken
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
    trials[trial.number].running = TrialRecord.Running(
      leg: id, slots: slots, until: record.target, source: record.checkpoint?.container, began: now)
    watch(trial.number)
    if let name = record.checkpoint?.container { beginLoading(name) }
    if record.started == nil { trials[trial.number].started = now }
    if let host = workers[slot.worker.rank]?.host, !record.hosts.contains(host) {
      trials[trial.number].hosts.append(host)
    }
    commands.append(
      .start(
        Leg(
          id: id, slot: slot, configuration: record.configuration, source: record.checkpoint,
          until: record.target, seed: record.finalSeed ?? 0, width: slots.count)))
  }

  /// Gives slots back, those of agents that are still there.
  mutating func release(_ slots: [SlotID]) {
    busyCount -= slots.count
    for slot in slots
    where workers.indices.contains(slot.worker.rank) && workers[slot.worker.rank] != nil {
      let place = free.firstIndex { $0 < slot } ?? free.count
      free.insert(slot, at: place)
    }
  }
}
