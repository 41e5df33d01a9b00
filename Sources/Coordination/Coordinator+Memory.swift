public import StudyModel

// Who fits beside whom. A leg whose size has been seen waits where its node's memory, or its GPU's, would
// not hold it beside those that are there: other nodes are tried, and where trials differ in size others go
// first as they do for want of slots. Everything rests on what events say, so that a replay decides alike.
extension Coordinator {
  /// The most memory that processes of each size of trials were seen to have, in the order in which the
  /// sizes were first used; empty where agents do not say what their nodes have.
  public var memoryPeaks: [MemoryPeak] {
    let hasGPUs = study.trial.gpus > 0
    return (memory?.shapes ?? []).filter { $0.peakMiB != nil || $0.devicePeakMiB != nil }.map {
      MemoryPeak(
        gpus: hasGPUs ? Double($0.width) / Double($0.shares) : 0, slots: $0.width,
        hostMiB: $0.peakMiB, deviceMiB: $0.devicePeakMiB)
    }
  }

  /// Forgets the nodes of the run before, not what trials need, and hears what was measured of them.
  mutating func beginMemory(_ run: Run) {
    memory?.leave { _ in true }
    guard let peaks = run.peaks, !peaks.isEmpty else { return }
    if memory == nil { memory = MemoryBook() }
    let shares = trial.trialsPerGPU
    for peak in peaks where peak.slots > 0 {
      memory?.learn(
        peak.slots, shares, peakMiB: peak.hostMiB, devicePeakMiB: peak.deviceMiB)
    }
  }

  /// Those of some free slots where memory has room for a leg.
  ///
  /// - Parameters:
  ///   - free: Descending.
  ///   - trial: Whose leg it is.
  ///   - width: Its slots.
  /// - Returns: Descending; all of them where nothing is known, or nothing is scarce.
  func roomy(_ free: [SlotID], for trial: TrialID, width: Int) -> [SlotID] {
    guard let memory, memory.binds else { return free }
    let claim = claim(of: trial, width: width)
    return free.filter { memory.fits(claim, at: $0) }
  }

  /// The last free slot that has room in memory for a leg of one slot.
  func lastRoomy(_ free: [SlotID], for trial: TrialID) -> SlotID? {
    guard let memory, memory.binds else { return free.last }
    let claim = claim(of: trial, width: 1)
    return free.last { memory.fits(claim, at: $0) }
  }

  private func claim(of trial: TrialID, width: Int) -> MemoryBook.Claim {
    let settings = self.trial
    let shares = max(1, settings.trialsPerGPU)
    var processes = 1
    if settings.launch != .plain {
      let largest = workers.reduce(1) { max($0, $1?.slots ?? 0) }
      processes = (min(width, largest) + shares - 1) / shares
    }
    return MemoryBook.Claim(
      shape: memory?.place(of: width, shares), width: width, shares: shares, processes: processes,
      isAlone: memory?.isLonely(trial) ?? false)
  }

  /// Notes what a trial takes of the memory of its nodes.
  mutating func holdMemory(_ slots: [SlotID], for trial: TrialID) {
    guard memory != nil else { return }
    let claim = claim(of: trial, width: slots.count)
    memory?.take(slots, claim, at: now)
  }

  /// Learns from the end of processes what their like need.
  mutating func learnMemory(_ end: LegEnd, _ running: TrialRecord.Running) {
    let slots = running.parts?.leg.slots ?? running.slots
    let worker = end.worker ?? running.slot.worker
    // What is told twice of a part counts once.
    guard running.parts?.open.contains(worker) ?? true else { return }
    guard memory?.knows(worker) == true, let slot = slots.first(where: { $0.worker == worker })
    else { return }
    let shares = trial.trialsPerGPU
    memory?.learn(
      slots.count, shares, peakMiB: end.peakMemoryMiB, devicePeakMiB: end.peakDeviceMemoryMiB)
    guard end.outcome == .outOfMemory, let lacked = end.lacked else { return }
    memory?.narrow(end.leg, at: slot, lacked, at: now)
  }
}
