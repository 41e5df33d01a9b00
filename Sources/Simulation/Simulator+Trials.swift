import Coordination
import Searchers
import StudyModel

extension Simulator {
  mutating func happen(_ happening: Happening) throws(SimulationError) {
    switch happening {
    case .jobBegins: try jobBegins()
    case .event(let event): try absorb(event)
    case .began(let leg):
      guard isCurrent(leg) else { return }
      try absorb(.began(leg))
      train(leg.trial.number)
    case .trains(let leg): if isCurrent(leg) { train(leg.trial.number) }
    case .trained(let leg): if isCurrent(leg) { try report(leg) }
    case .saved(let leg, let outcome): if isCurrent(leg) { try end(leg, outcome) }
    case .proposed(let trial, let event): try proposed(trial, event)
    case .nodeFails(let rank, let job): try nodeFails(rank, job)
    case .jobEnds(let job): if job == jobs { try endJob() }
    }
  }

  mutating func perform(_ command: Command) throws(SimulationError) {
    switch command {
    case .propose(let trial): try propose(trial)
    case .fit(let basis):
      proposer.keep(coordinator.searcher.fit(to: basis), basis: basis)
      schedule(.event(.fitted(basis: basis)), after: settings.machine.fit.seconds(at: basis))
    case .start(let leg): try start(leg)
    case .answer(let leg, _, _, let verdict): answer(leg, verdict)
    case .hold(let leg, _): if isCurrent(leg) { processes[leg.trial.number].isHeld = true }
    case .end(let leg, _):
      if isCurrent(leg) { schedule(.saved(leg, .endedByRung), after: 0) }
    case .leave: try endJob()
    // What happens on a trial's first agent stands for the others.
    case .join, .conclude, .merge, .discard, .finish: break
    }
  }

  private func isCurrent(_ leg: LegID) -> Bool { processes[leg.trial.number].leg == leg }

  private mutating func start(_ leg: Leg) throws(SimulationError) {
    let number = leg.id.trial.number
    while processes.count <= number { processes.append(Process()) }
    let curve = processes[number].curve ?? objective.curve(of: leg.configuration, for: leg.id.trial)
    guard let curve else { throw .unknownConfiguration(leg.id.trial) }
    processes[number].curve = curve
    processes[number].leg = leg.id
    processes[number].slot = leg.slot
    processes[number].width = leg.width
    enter(device(of: processes[number]))
    processes[number].steps = processes[number].checkpoint
    processes[number].until = leg.until
    processes[number].isHeld = false
    let times = overheads(of: processes[number])
    let isWarm = !used.insert(leg.slot).inserted
    var seconds = isWarm ? times.warm ?? times.start : times.start
    if processes[number].checkpoint > 0 {
      seconds += times.load + max(0, processes[number].storedAt - now)
    }
    schedule(.began(leg.id), after: seconds)
  }

  /// Trains the next epoch, or ends where the curve does.
  private mutating func train(_ number: Int) {
    guard let leg = processes[number].leg, let curve = processes[number].curve else { return }
    let step = processes[number].steps
    guard step < curve.count else {
      schedule(.saved(leg, .exited(status: 0)), after: 0)
      return
    }
    let seconds = curve.seconds(ofStep: step) * slowdown(of: processes[number])
    schedule(.trained(leg), after: seconds)
  }

  /// The device that a trial shares with others; `nil` where it has whole ones.
  private func device(of process: Process) -> SlotID? {
    guard shares > process.width, let slot = process.slot else { return nil }
    return SlotID(slot.worker, slot.index / shares)
  }

  private mutating func enter(_ device: SlotID?) {
    if let device { occupants[device, default: 0] += 1 }
  }

  /// Takes a process off its slots.
  mutating func vacate(_ number: Int) {
    guard processes[number].leg != nil else { return }
    if let device = device(of: processes[number]) { occupants[device, default: 1] -= 1 }
    processes[number].leg = nil
  }

  /// How much longer the next epoch takes than on a GPU of its own, with those that share it now.
  private func slowdown(of process: Process) -> Double {
    let others = device(of: process).flatMap { occupants[$0] } ?? 1
    return settings.machine.slowdown(
      gpus: max(1, process.width / shares), trialsPerGPU: others)
  }

  /// What a process takes beside its epochs.
  private func overheads(of process: Process) -> MachineModel.Overheads {
    settings.machine.overheads(
      of: shares > process.width
        ? TrialSize(sharing: shares) : TrialSize(gpus: max(1, process.width / shares)))
  }

  private mutating func report(_ leg: LegID) throws(SimulationError) {
    let number = leg.trial.number
    guard let curve = processes[number].curve else { return }
    let step = processes[number].steps
    let epoch = curve.epoch(ofStep: step)
    processes[number].steps += 1
    processes[number].epoch = epoch
    let isKept = checkpointEvery.map { epoch % $0 == 0 } ?? false
    if isKept { processes[number].checkpoint = step + 1 }
    let values = names.indices.map { Report.Value(names[$0], curve.values[$0][step]) }
    let isDue = epoch >= processes[number].until || processes[number].isHeld
    try absorb(
      .reported(
        Report(
          leg: leg, epoch: epoch, values: values, isAnswerable: true,
          isHeld: processes[number].isHeld)))
    // At a decision the answer says how it goes on.
    guard !isDue, isCurrent(leg) else { return }
    // It waits until its checkpoint has been copied.
    if isKept { goOn(leg) } else { train(number) }
  }

  /// Trains the next epoch after an answer.
  private mutating func goOn(_ leg: LegID) {
    let seconds = overheads(of: processes[leg.trial.number]).decision
    if seconds > 0 { schedule(.trains(leg), after: seconds) } else { train(leg.trial.number) }
  }

  private mutating func answer(_ leg: LegID, _ verdict: Verdict) {
    guard isCurrent(leg) else { return }
    let number = leg.trial.number
    switch verdict {
    case .goOn(let until):
      let wasDue = processes[number].epoch >= processes[number].until
      processes[number].until = until
      if wasDue { goOn(leg) }
    case .pause, .complete:
      let seconds = overheads(of: processes[number]).save
      schedule(.saved(leg, .exited(status: 0)), after: seconds)
    case .stop:
      let seconds = overheads(of: processes[number]).end
      schedule(.saved(leg, .exited(status: 0)), after: seconds)
    }
  }

  private mutating func end(
    _ leg: LegID, _ outcome: LegEnd.Outcome
  ) throws(SimulationError) {
    let number = leg.trial.number
    if outcome != .endedByRung {
      processes[number].checkpoint = processes[number].steps
      processes[number].storedAt = now + overheads(of: processes[number]).store
    }
    vacate(number)
    try absorb(.legEnded(LegEnd(leg: leg, outcome: outcome)))
  }

  // MARK: Proposals

  private mutating func propose(_ trial: TrialID) throws(SimulationError) {
    proposer.prepare(for: coordinator.searcher)
    guard coordinator.searcher.isSlow else {
      return try absorb(proposer.proposal(for: trial, of: coordinator.searcher))
    }
    // One thread proposes, in the order of the questions, each time by what is known then.
    proposals.append(trial)
    if !isProposing { beginProposal() }
  }

  private mutating func beginProposal() {
    guard let trial = proposals.first else { return }
    isProposing = true
    proposer.prepare(for: coordinator.searcher)
    let event = proposer.proposal(for: trial, of: coordinator.searcher)
    let seconds = settings.machine.proposal.seconds(at: coordinator.searcher.basis ?? 0)
    schedule(.proposed(trial, event), after: seconds)
  }

  private mutating func proposed(_ trial: TrialID, _ event: Event) throws(SimulationError) {
    proposals.removeFirst()
    isProposing = false
    try absorb(event)
    if !isProposing { beginProposal() }
  }
}
