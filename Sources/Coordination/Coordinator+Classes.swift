import StudyModel

// Classes of trials whose agents are their own. A trial's class has its room first; room that nobody of
// another class waits for is lent, for one leg.
extension Coordinator {
  /// The classes of this run, ascending; empty where every agent serves every trial.
  var classes: [TrialClass] { run?.classes ?? [] }

  /// Busy slots on agents of a class without GPUs.
  var busyOnCores: Int {
    // A study of one kind of node pays nothing for this.
    guard let ranks = run?.classes?.first(where: { !$0.sizes.needsGPUs })?.ranks else { return 0 }
    return slotCount(of: ranks) - free.count { ranks.contains($0.worker.rank) }
  }

  private func slotCount(of ranks: Range<Int>) -> Int {
    workers.indices.reduce(0) { $0 + (ranks.contains($1) ? workers[$1]?.slots ?? 0 : 0) }
  }

  /// Slots that a trial of the class at most can have.
  private func room(of place: Int) -> Int {
    let ranks = classes[place].ranks
    guard trial.launch.staysOnNode else { return slotCount(of: ranks) }
    return workers.indices.reduce(0) { max($0, ranks.contains($1) ? workers[$1]?.slots ?? 0 : 0) }
  }

  /// Whether a class could serve a trial, as far as GPUs go.
  private func suits(_ place: Int, _ record: TrialRecord) -> Bool {
    classes[place].sizes.needsGPUs || trial.isWithoutGPUs(record.configuration)
  }

  /// The class of a trial whose leg has so many slots: the last that begins at or below them.
  private func ownClass(of record: TrialRecord, width: Int) -> Int? {
    let isWithoutGPUs = trial.isWithoutGPUs(record.configuration)
    let suitable = classes.indices.filter { suits($0, record) }
    let slots = isWithoutGPUs ? 0 : width
    return suitable.last { classes[$0].sizes.leastSlots(ofShares: trial.trialsPerGPU) <= slots }
      ?? suitable.first
  }

  /// The class whose room a trial is to have first: its own, or, where agents were lost and that cannot
  /// hold it any more, the first that can.
  private func home(of record: TrialRecord, width: Int) -> Int? {
    guard let own = ownClass(of: record, width: width) else { return nil }
    guard hasShrunk == true, room(of: own) < width else { return own }
    return classes.indices.first { suits($0, record) && room(of: $0) >= width } ?? own
  }

  /// The ranks of the agents whose room a trial is to have first; `nil` where it may have any.
  func homeRanks(of trial: TrialID, width: Int) -> Range<Int>? {
    guard !classes.isEmpty else { return nil }
    return home(of: trials[trial.number], width: width).map { classes[$0].ranks }
  }

  /// The most slots that a trial can have which would like to have so many.
  func mostSlots(for record: TrialRecord, wishing width: Int) -> Int {
    guard !classes.isEmpty else {
      return trial.launch.staysOnNode
        ? workers.reduce(1) { max($0, $1?.slots ?? 0) } : max(1, slotCount)
    }
    // Before its agents have joined it has what another class could give.
    let own = ownClass(of: record, width: width).map { room(of: $0) } ?? 0
    if own > 0 { return own }
    return classes.indices.reduce(1) { suits($1, record) ? max($0, room(of: $1)) : $0 }
  }

  /// The most slots that a trial of this size could have anywhere.
  func roomAnywhere(for record: TrialRecord) -> Int {
    guard !classes.isEmpty else { return slotCount }
    return classes.indices.reduce(0) { suits($1, record) ? max($0, room(of: $1)) : $0 }
  }

  /// Whether a slot that was given to a trial is of the class that has become known.
  func isAtHome(_ slots: [SlotID], _ trial: TrialID, width: Int) -> Bool {
    guard let ranks = homeRanks(of: trial, width: width) else { return true }
    return slots.allSatisfy { ranks.contains($0.worker.rank) }
  }

  /// Whether a slot is on an agent that serves trials with GPUs.
  func hasGPUs(_ slot: SlotID) -> Bool {
    classes.first { $0.ranks.contains(slot.worker.rank) }?.sizes.needsGPUs ?? true
  }

  // MARK: - Lending

  /// Takes note of a trial that has a slot until its size is known.
  mutating func noteUnsized(_ trial: TrialID) {
    guard !classes.isEmpty else { return }
    forgetSized()
    unsized = (unsized ?? []) + [trial]
  }

  /// Whether every agent of every class has joined, or one has been lost, so that what is missing will
  /// not come.
  private var hasEveryAgent: Bool {
    hasShrunk == true
      || classes.allSatisfy {
        $0.ranks.allSatisfy { workers.indices.contains($0) && workers[$0] != nil }
      }
  }

  /// Forgets those of them whose size is known by now.
  mutating func forgetSized() {
    unsized?.removeAll { trials[$0.number].isProposed || trials[$0.number].reserved.isEmpty }
  }

  /// A trial in line that gets room of another class; `nil` where none fits, or none is to be lent now.
  ///
  /// - Parameters:
  ///   - line: The head and those behind it, of which no one has room of its own class.
  ///   - count: How many of them are looked at for one that fits.
  /// - Returns: Its place in the line, and the room.
  func lent(to line: [TrialID], lookingAt count: Int) -> (Int, [SlotID])? {
    guard hasEveryAgent, unsized?.isEmpty ?? true else { return nil }
    var open = Set(
      classes.indices.filter { place in
        free.contains { classes[place].ranks.contains($0.worker.rank) }
      })
    for trial in line {
      guard !open.isEmpty, let width = width(of: trial) else { return nil }
      if let home = home(of: trials[trial.number], width: width) { open.remove(home) }
    }
    for (place, trial) in line.prefix(count).enumerated() {
      guard let width = width(of: trial), !isTooLate(for: trial, width: width) else { continue }
      for other in classes.indices where open.contains(other) && suits(other, trials[trial.number])
      {
        let (roomy, ranks) = (roomy(free, for: trial, width: width), classes[other].ranks)
        if let slots = slots(width, among: roomy, of: ranks) { return (place, slots) }
      }
    }
    return nil
  }
}
