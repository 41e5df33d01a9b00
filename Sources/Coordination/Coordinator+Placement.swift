import StudyModel

// Where trials of several sizes go. The one at the head of the line gets the next room that is large
// enough; while it waits, the agents where it will soonest have room are kept for it, and others
// pass it on the rest. So a large trial is not starved, and small ones fill what it cannot use.
extension Coordinator {
  /// Trials in line behind the head, for each class of them, beyond which no new one is begun in the hope that it fits.
  static let lineLimit = 8
  /// Of the trials in line so many are looked at for one that fits beside the head.
  private static let lookAhead = 64

  /// What trials need in this run.
  var trial: TrialSettings {
    if let size = run?.size { return study.trial.resized(to: size) }
    return study.trial
  }

  /// Whether trials need different numbers of slots.
  private var sizesVary: Bool { trial.sizes != nil || study.algorithm.schedule.widens }

  /// The next trial that gets slots, with these; `nil` where none does now.
  mutating func nextPlacement() -> (TrialID, [SlotID])? {
    guard let head = waiting ?? nextWork() else { return nil }
    if let slots = freeSlots(for: head, among: free) {
      guard !isTooLate(for: head, width: slots.count) else {
        waiting = head
        return nil
      }
      waiting = nil
      keptWorkers = nil
      return (head, widened(slots, for: head))
    }
    waiting = head
    // Others need not wait for a node that is emptied for one trial.
    let isLonely = memory?.isLonely(head) ?? false
    guard sizesVary || isLonely else { return nil }
    return placementBeside(head) ?? lentPlacement(behind: head)
  }

  /// A trial in line that gets room which another class of trials lends.
  private mutating func lentPlacement(behind head: TrialID) -> (TrialID, [SlotID])? {
    guard classes.count > 1 else { return nil }
    forgetSized()
    let line = [head] + ready
    guard let (place, slots) = lent(to: line, lookingAt: Self.lookAhead) else { return nil }
    guard place > 0 else {
      (waiting, keptWorkers) = (nil, nil)
      return (head, slots)
    }
    return (ready.remove(at: place - 1), slots)
  }

  /// Slots for a promoted trial when nobody else wants those that are free: as many times more as there
  /// are, besides those that every trial which runs would need if it were promoted too.
  ///
  /// Source of the wish: Aach et al., "Optimal Resource Allocation for Early Stopping-based Neural
  /// Architecture Search Methods", AutoML 2023, section 6, future work: adaptive re-allocation.
  private func widened(_ slots: [SlotID], for trial: TrialID) -> [SlotID] {
    let schedule = study.algorithm.schedule
    guard schedule.widens, phase == .running, !mayStart, ready.isEmpty, free.count > slots.count,
      trials[trial.number].isProposed, trials[trial.number].attempts > 0, !hasMoreWork,
      // One that was never promoted has its first leg again.
      study.width(upTo: Budget(trials[trial.number].target)) > 1,
      !self.trial.isWithoutGPUs(trials[trial.number].configuration)
    else { return slots }
    let own = max(1, self.trial.slots(of: trials[trial.number].configuration))
    let most = schedule.growthLimit.map { own.multipliedReportingOverflow(by: $0) }
      .map { $0.overflow ? Int.max : $0.partialValue }
    // Its former process may not have ended yet.
    let others = busyCount - (trials[trial.number].running?.slots.count ?? 0)
    let open = free.count(where: hasGPUs) - others * (schedule.growth - 1)
    var best = slots
    var width = slots.count * schedule.growth
    while width <= min(open, most ?? .max) {
      let roomy = roomy(free, for: trial, width: width)
      if let more = freeSlots(width, for: trial, among: roomy) { best = more }
      width *= schedule.growth
    }
    return isTooLate(for: trial, width: best.count) ? slots : best
  }

  /// The slots that a trial needs for its next leg; `nil` where that follows from a configuration
  /// which it does not have yet.
  ///
  /// What a schedule adds, and a number that is calculated, is bounded by the slots that there are: of
  /// the largest agent for a trial of one process, of all agents for one of ranks; of its class only,
  /// where trials have classes. One without GPUs does not grow.
  func width(of trial: TrialID) -> Int? { width(of: trials[trial.number]) }

  private func width(of record: TrialRecord) -> Int? {
    let settings = self.trial
    guard settings.sizes == nil || record.isProposed else { return nil }
    var own = settings.slots(of: record.configuration)
    if settings.isWithoutGPUs(record.configuration) { return own }
    // One that ran out of memory has its GPU for itself.
    if record.isAlone { own = max(own, settings.trialsPerGPU) }
    let growth = study.width(upTo: Budget(record.target))
    if growth == 1, !settings.isCalculated { return own }
    let (product, overflow) = own.multipliedReportingOverflow(by: growth)
    let wish = overflow ? Int.max : product
    let largest = mostSlots(for: record, wishing: wish)
    if settings.isCalculated { own = min(own, largest) }
    return max(own, min(wish, largest))
  }

  /// The settings of a trial that follow its GPUs, for a leg with so many slots.
  ///
  /// One that has a GPU for itself since it ran out of memory keeps the values of its own share.
  func scaledSettings(of record: TrialRecord, slots: Int) -> ScaledSettings? {
    guard !study.trial.scale.isEmpty else { return nil }
    var record = record
    record.isAlone = false
    let own = min(slots, width(of: record) ?? slots)
    // One process, whatever its slot is a share of.
    let size =
      trial.isWithoutGPUs(record.configuration) ? TrialSize(gpus: 1) : trial.size(ofSlots: own)
    return study.scaled(
      record.configuration, on: size, after: record.scaled,
      from: record.checkpoint?.entry.epoch ?? 0)
  }

  /// Free slots for a trial's next leg where there is memory for it too: a single one, to have its
  /// configuration proposed, where its size is not known yet.
  func freeSlots(for trial: TrialID, among free: [SlotID]) -> [SlotID]? {
    // Of one slot each, whichever it is: nothing that would grow with the number of agents.
    guard !isEverySlotAlike, let width = width(of: trial) else {
      return lastRoomy(free, for: trial).map { [$0] }
    }
    return freeSlots(width, for: trial, among: roomy(free, for: trial, width: width))
  }

  /// So many free slots of its class.
  private func freeSlots(_ width: Int, for trial: TrialID, among free: [SlotID]) -> [SlotID]? {
    guard let ranks = homeRanks(of: trial, width: width) else {
      return slotChoice().slots(width, among: free)
    }
    return slots(width, among: free, of: ranks)
  }

  /// Free slots of some agents.
  func slots(_ width: Int, among free: [SlotID], of ranks: Range<Int>) -> [SlotID]? {
    slotChoice(among: ranks).slots(width, among: free.filter { ranks.contains($0.worker.rank) })
  }

  private var isEverySlotAlike: Bool {
    let settings = trial
    return settings.equalSlots == 1 && settings.trialsPerGPU == 1 && !sizesVary
  }

  /// Chooses among the slots of some agents, or of all.
  private func slotChoice(among ranks: Range<Int>? = nil) -> SlotChoice {
    SlotChoice(
      shares: trial.trialsPerGPU,
      slotsByRank: workers.indices.map { rank in
        ranks.map { $0.contains(rank) } ?? true ? workers[rank]?.slots ?? 0 : 0
      },
      packs: sizesVary)
  }

  /// A trial that fits beside the one at the head of the line, and its slots.
  private mutating func placementBeside(_ head: TrialID) -> (TrialID, [SlotID])? {
    let kept = keptWorkers ?? workersSoonestFree(for: head)
    keptWorkers = kept
    let open = free.filter { !kept.contains($0.worker) }
    guard !open.isEmpty else { return nil }
    for place in ready.indices.prefix(Self.lookAhead) {
      if let slots = fitting(ready[place], among: open) { return (ready.remove(at: place), slots) }
    }
    // Whoever does not fit waits behind the head.
    while ready.count < Self.lineLimit * max(1, classes.count), let next = nextBeyondLine() {
      if let slots = fitting(next, among: open) { return (next, slots) }
      trials[next.number].state = .running
      ready.append(next)
    }
    return nil
  }

  private func fitting(_ trial: TrialID, among open: [SlotID]) -> [SlotID]? {
    guard let slots = freeSlots(for: trial, among: open), !isTooLate(for: trial, width: slots.count)
    else { return nil }
    return slots
  }

  /// The scheduler's next trial, whoever waits in line.
  private mutating func nextBeyondLine() -> TrialID? {
    let line = ready
    ready = []
    defer { ready = line }
    return nextWork()
  }

  /// The agents that are kept for a trial: as few as can hold it, those with the fewest slots in use.
  private func workersSoonestFree(for trial: TrialID) -> [WorkerID] {
    guard let width = width(of: trial) else { return [] }
    let choice = slotChoice(among: homeRanks(of: trial, width: width))
    var busy = choice.slotsByRank
    for slot in free { busy[slot.worker.rank] -= 1 }
    let ranks = busy.indices.filter { choice.slotsByRank[$0] > 0 }
    let count = choice.agentsNeeded(width)
    guard count > 1 else {
      let fitting = ranks.filter {
        choice.devices(choice.slotsByRank[$0]) >= choice.devices(width)
      }
      return fitting.min { (busy[$0], $0) < (busy[$1], $1) }.map { [WorkerID($0)] } ?? []
    }
    let widest = ranks.sorted {
      (choice.slotsByRank[$1], busy[$0], $0) < (choice.slotsByRank[$0], busy[$1], $1)
    }
    return widest.prefix(count).map { WorkerID($0) }
  }

  /// Takes a trial whose size has become known by its configuration back into the line, where the
  /// slot that it was given for that is not what it needs, or of another class.
  mutating func resize(_ trial: TrialID) {
    let slots = trials[trial.number].reserved
    guard self.trial.sizes != nil, !slots.isEmpty, let width = width(of: trial),
      width != slots.count || !isAtHome(slots, trial, width: width)
    else { return }
    trials[trial.number].reserved = []
    release(slots)
    ready.append(trial)
  }

  /// Whether agents were lost, nothing runs, and the trial at the head of the line needs more slots
  /// than are left: nothing would ever happen any more.
  var lacksRoom: Bool {
    guard hasShrunk == true, busyCount == 0, let waiting, let width = width(of: waiting) else {
      return false
    }
    return width > roomAnywhere(for: trials[waiting.number])
  }
}
