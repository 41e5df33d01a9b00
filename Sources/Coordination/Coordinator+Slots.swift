import Schedulers
import Searchers
import StudyModel

extension Coordinator {
  /// Gives free slots work until there is none, or none that fits.
  mutating func fill(_ commands: inout [Command]) {
    guard run != nil, mayFill, !isComingToItsEnd else { return }
    while !free.isEmpty, let (work, slots) = nextPlacement() {
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
    trials[trial.number].scaled = scaledSettings(of: record, slots: slots.count)
    let leg = Leg(
      id: id, slots: slots, configuration: record.configuration, source: record.checkpoint,
      until: record.target, seed: record.finalSeed ?? 0, scaled: trials[trial.number].scaled)
    var running = TrialRecord.Running(
      leg: id, slots: slots, until: record.target, source: record.checkpoint?.container, began: now)
    if slots.last?.worker != slot.worker {
      running.parts = TrialRecord.Parts(leg: leg, open: [slot.worker], loading: leg.workers)
    }
    trials[trial.number].running = running
    watch(trial.number)
    if let source = record.checkpoint { beginLoading(source) }
    if record.started == nil { trials[trial.number].started = now }
    for worker in leg.workers {
      if let host = workers[worker.rank]?.host, !trials[trial.number].hosts.contains(host) {
        trials[trial.number].hosts.append(host)
      }
    }
    commands.append(.start(leg))
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
