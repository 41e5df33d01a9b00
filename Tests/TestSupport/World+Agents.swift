import Coordination
import StudyModel

extension World {
  /// An agent that serves trials.
  struct Agent {
    let rank: Int
    let incarnation: Int
    var processes: [Process] = []
    /// Processes of trials whose first one is on another agent.
    var parts: [Part] = []
    var unsaved: [Container.Entry] = []
    var merges: [(names: [String], keeping: [Container.Entry])] = []
    var writing: Writing?
    /// When the last message from and to it arrives: messages keep their order.
    var lastMessage = 0
    var lastCommand = 0
  }

  /// A process of a trial.
  struct Process {
    let leg: Leg
    let behaviour: Behaviour
    var epoch = 0
    var until: Int
    var isWaiting = false
    var isHeld = false
    var isLeaving = false
    /// Whether its last checkpoint could not be kept, before it ended.
    var hasLostCheckpoint = false
  }

  /// A container that an agent writes.
  struct Writing {
    let name: String
    let entries: [Container.Entry]
    let replaced: [String]
  }

  mutating func join(_ rank: Int) {
    guard agents[rank] == nil else { return }
    incarnations += 1
    agents[rank] = Agent(rank: rank, incarnation: incarnations)
    tell(
      .workerJoined(
        WorkerID(rank), host: "node\(rank)", slots: settings.slots[rank],
        memory: settings.memory.indices.contains(rank) ? settings.memory[rank] : nil), from: rank)
    if losses < settings.losses, random.chance(0.6) {
      losses += 1
      schedule(.lost(incarnation: incarnations), after: random.integer(0...40_000_000))
    }
  }

  mutating func lose(_ incarnation: Int) {
    guard let rank = agents.firstIndex(where: { $0?.incarnation == incarnation }) else { return }
    // What it had sent still arrives, before or after the news of its loss.
    agents[rank] = nil
    schedule(
      .message(.workerLost(WorkerID(rank), reason: "lost")), after: random.integer(0...500_000))
    schedule(.joining(rank: rank), after: random.integer(600_000...10_000_000))
  }

  /// Sends a message to the coordinator.
  mutating func tell(_ event: Event, from rank: Int) {
    guard let agent = agents[rank] else { return }
    let arrival = max(agent.lastMessage, now + random.integer(0...100_000))
    agents[rank]?.lastMessage = arrival
    schedule(.message(event), after: arrival - now)
  }

  /// Sends a command to an agent.
  mutating func send(_ command: Command, to rank: Int, _ agent: Agent) {
    let arrival = max(agent.lastCommand, now + random.integer(0...100_000))
    agents[rank]?.lastCommand = arrival
    schedule(.command(command, incarnation: agent.incarnation), after: arrival - now)
  }

  mutating func perform(_ command: Command, _ incarnation: Int) {
    guard let rank = agents.firstIndex(where: { $0?.incarnation == incarnation }) else { return }
    switch command {
    case .start(let leg): start(leg, rank)
    case .join(let leg, _, _): join(leg, rank)
    case .answer(let leg, _, let epoch, let verdict):
      if hasPart(of: leg, rank) { return answerPart(leg, epoch, verdict, rank) }
      answer(leg, epoch, verdict)
    case .hold(let leg, _):
      guard let (rank, place) = find(leg) else { return }
      agents[rank]?.processes[place].isHeld = true
    case .conclude(let leg, _): concludePart(leg, rank)
    case .end(let leg, _):
      if hasPart(of: leg, rank) { return leavePart(leg, rank, .endedByRung, keeping: nil) }
      guard find(leg) != nil else { return }
      leave(leg, .endedByRung, keeping: nil)
    case .merge(let names, let keeping, _):
      agents[rank]?.merges.append((names, keeping))
      write(rank)
    case .discard(let names, _):
      for name in names where files.removeValue(forKey: name) == nil {
        violations.append("\(name) is discarded, but not there")
      }
    case .propose, .fit, .finish, .leave: break
    }
  }

  // MARK: Processes

  private func find(_ leg: LegID) -> (rank: Int, place: Int)? {
    for rank in agents.indices {
      if let place = agents[rank]?.processes.firstIndex(where: { $0.leg.id == leg }) {
        return (rank, place)
      }
    }
    return nil
  }

  private mutating func start(_ leg: Leg, _ rank: Int) {
    let others = agents.compactMap(\.self).flatMap { agent in
      (agent.processes.map(\.leg) + agent.parts.map(\.leg)).flatMap(\.slots)
        .filter { $0.worker.rank == agent.rank }
    }
    for slot in leg.slots where others.contains(slot) {
      violations.append("\(leg.id) starts in slot \(slot), where another process runs")
    }
    var behaviour = Behaviour(seed: settings.seed, leg: leg.id, trouble: settings.trouble)
    if settings.areAllAnswerable { behaviour.isAnswerable = true }
    agents[rank]?.processes.append(Process(leg: leg, behaviour: behaviour, until: leg.until))
    if let failure = behaviour.failure, case .notStarted = failure.outcome {
      return leave(leg.id, failure.outcome, keeping: nil)
    }
    if leg.isInParts { tell(.opened(leg.id, port: 1), from: rank) }
    schedule(.loaded(leg.id), after: behaviour.startUp)
  }

  mutating func loaded(_ leg: LegID) {
    guard let (rank, place) = find(leg), let process = agents[rank]?.processes[place],
      !process.isLeaving
    else { return }
    if let source = process.leg.source {
      checkPieces(of: process.leg)
      if settings.damage > 0, random.chance(settings.damage) {
        agents[rank]?.processes.remove(at: place)
        return tell(
          .damaged(leg, reason: "a checksum is wrong", on: worker(rank, of: process.leg)),
          from: rank)
      }
      agents[rank]?.processes[place].epoch = source.entry.epoch
    }
    tell(.began(leg, on: worker(rank, of: process.leg)), from: rank)
    if let lacked = lackedMemory(process.leg, rank) {
      lacking[leg] = lacked
      return leave(leg, .outOfMemory, keeping: nil)
    }
    train(leg)
  }

  private mutating func train(_ leg: LegID) {
    guard let (rank, place) = find(leg), let process = agents[rank]?.processes[place] else {
      return
    }
    schedule(.trained(leg, epoch: process.epoch + 1), after: process.behaviour.epoch)
  }

  /// Ends a process after a moment.
  private mutating func leave(_ leg: LegID, _ outcome: LegEnd.Outcome, keeping: Int?) {
    guard let (rank, place) = find(leg), let process = agents[rank]?.processes[place],
      !process.isLeaving
    else { return }
    agents[rank]?.processes[place].isLeaving = true
    // Agents keep their parts of what may be nothing.
    let isSpread = process.leg.isInParts
    let keeping = process.behaviour.leavesCheckpoints || isSpread ? keeping : nil
    if isSpread { kept[leg] = keeping }
    if let keeping, process.behaviour.storesEarly { store(process.leg, keeping, rank) }
    let wait = process.behaviour.storesEarly ? 5_000_000 : 300_000
    schedule(.exited(leg, outcome, keeping: keeping), after: random.integer(0...wait))
  }

  mutating func trained(_ leg: LegID, _ epoch: Int) {
    guard let (rank, place) = find(leg), var process = agents[rank]?.processes[place],
      !process.isLeaving
    else { return }
    let behaviour = process.behaviour
    if let failure = behaviour.failure, failure.epoch == epoch {
      return leave(leg, failure.outcome, keeping: nil)
    }
    process.epoch = epoch
    let isLast = behaviour.endsItselfAt.map { epoch >= $0 } ?? false
    let reports = !behaviour.isMute && (epoch % behaviour.reportsEvery == 0 || isLast)
    let isDue = epoch >= process.until && (reports || !behaviour.isAnswerable)
    let isHeld = process.isHeld && reports && behaviour.isAnswerable
    process.isWaiting = (isDue && behaviour.isAnswerable) || isHeld
    agents[rank]?.processes[place] = process
    if reports { report(leg, epoch, behaviour, rank, isHeld: isHeld) }
    let exit = behaviour.isWarm ? LegEnd.Outcome.askedForNext : .exited(status: 0)
    if process.isWaiting { return }
    if isLast || epoch > 200 { return leave(leg, exit, keeping: epoch) }
    if !behaviour.isAnswerable, epoch >= process.until + behaviour.overrun {
      return leave(leg, exit, keeping: epoch)
    }
    train(leg)
  }

  private mutating func report(
    _ leg: LegID, _ epoch: Int, _ behaviour: Behaviour, _ rank: Int, isHeld: Bool
  ) {
    var value = Behaviour.value(seed: settings.seed, trial: leg.trial, epoch: epoch)
    if let first = behaviour.divergesAt, epoch >= first {
      value = epoch % 2 == 0 ? .nan : .infinity
    }
    let cost = Behaviour.value(seed: settings.seed &+ 1, trial: leg.trial, epoch: epoch)
    var values = [
      Report.Value("accuracy", value), Report.Value("loss", 1 - value), Report.Value("cost", cost),
    ]
    if behaviour.lacksMetricAt == epoch { values.removeFirst() }
    let event = Event.reported(
      Report(
        leg: leg, epoch: epoch, values: values, isAnswerable: behaviour.isAnswerable,
        isHeld: isHeld))
    tell(event, from: rank)
    if behaviour.repeatsItself { tell(event, from: rank) }
    if behaviour.sendsLate {
      schedule(.message(event), after: random.integer(1_000_000...30_000_000))
    }
  }

  private mutating func answer(_ leg: LegID, _ epoch: Int, _ verdict: Verdict) {
    guard let (rank, place) = find(leg), var process = agents[rank]?.processes[place],
      !process.isLeaving
    else { return }
    switch verdict {
    case .goOn(let until):
      process.until = max(process.until, until)
      if let every = settings.checkpointEvery, epoch % every == 0, epoch <= process.epoch,
        process.behaviour.leavesCheckpoints || process.leg.isInParts
      {
        store(process.leg, epoch, rank)
      }
      guard process.isWaiting, epoch == process.epoch else { break }
      process.isWaiting = false
      agents[rank]?.processes[place] = process
      return train(leg)
    case .pause, .complete:
      let exit = process.behaviour.isWarm ? LegEnd.Outcome.askedForNext : .exited(status: 0)
      return leave(leg, exit, keeping: process.epoch)
    case .stop:
      return leave(leg, .exited(status: 0), keeping: nil)
    }
    agents[rank]?.processes[place] = process
  }

  mutating func exited(_ leg: LegID, _ outcome: LegEnd.Outcome, _ keeping: Int?) {
    guard let (rank, place) = find(leg), let process = agents[rank]?.processes[place] else {
      return
    }
    agents[rank]?.processes.remove(at: place)
    let keeping = process.hasLostCheckpoint ? nil : keeping
    let end = LegEnd(
      leg: leg, outcome: outcome, keeping: keeping, lastLine: "bye",
      worker: worker(rank, of: process.leg), peakMemoryMiB: peakMiB(of: process.leg),
      peakDeviceMemoryMiB: peakDeviceMiB(of: process.leg),
      lacked: outcome == .outOfMemory ? lacking[leg] : nil)
    tell(.legEnded(end), from: rank)
    if process.behaviour.sendsLate {
      schedule(.message(.legEnded(end)), after: random.integer(1_000_000...30_000_000))
      schedule(
        .message(.began(leg, on: worker(rank, of: process.leg))),
        after: random.integer(1_000_000...30_000_000))
    }
    if let keeping, !process.behaviour.storesEarly { store(process.leg, keeping, rank) }
  }

  // MARK: Containers

  mutating func store(_ leg: Leg, _ epoch: Int, _ rank: Int) {
    let behaviour = Behaviour(seed: settings.seed, leg: leg.id, trouble: settings.trouble)
    let bytes = behaviour.leavesCheckpoints ? random.integer(1...1_000_000) : 0
    let part = part(rank, of: leg)
    agents[rank]?.unsaved.append(
      Container.Entry(leg: leg.id, epoch: epoch, bytes: bytes, part: part))
    write(rank)
  }

  /// Begins the next container, if none is being written: merges first.
  private mutating func write(_ rank: Int) {
    guard var agent = agents[rank], agent.writing == nil else { return }
    let name = "r\(run)-\(agent.incarnation)-\(journal.count)-\(random.integer(0...999_999))"
    if !agent.merges.isEmpty {
      let merge = agent.merges.removeFirst()
      agent.writing = Writing(name: name, entries: merge.keeping, replaced: merge.names)
    } else if !agent.unsaved.isEmpty {
      agent.writing = Writing(name: name, entries: agent.unsaved, replaced: [])
      agent.unsaved = []
    } else {
      return
    }
    agents[rank] = agent
    schedule(
      .written(incarnation: agent.incarnation), after: random.integer(0...settings.storeTime))
  }

  mutating func written(_ incarnation: Int) {
    guard let rank = agents.firstIndex(where: { $0?.incarnation == incarnation }),
      let writing = agents[rank]?.writing
    else { return }
    agents[rank]?.writing = nil
    let sources = writing.replaced.flatMap { files[$0] ?? [] }
    for name in writing.replaced where files[name] == nil {
      violations.append("\(name) is to be merged, but gone")
    }
    for entry in writing.entries where !writing.replaced.isEmpty && !sources.contains(entry) {
      violations.append("\(entry) is to be kept of containers that lack it")
    }
    if !random.chance(settings.storeFailures) {
      files[writing.name] = writing.entries
      tell(
        .stored(
          Container(
            name: writing.name, owner: WorkerID(rank), entries: writing.entries,
            replaced: writing.replaced)), from: rank)
    } else if writing.replaced.isEmpty {
      for entry in writing.entries {
        tell(.notStored(entry.leg, reason: "disk full", epoch: entry.epoch), from: rank)
        if let (first, place) = find(entry.leg), first == rank,
          let process = agents[rank]?.processes[place]
        {
          agents[rank]?.processes[place].hasLostCheckpoint =
            process.isLeaving && process.behaviour.storesEarly
        }
      }
    } else {
      tell(.notMerged(writing.replaced, reason: "disk full"), from: rank)
    }
    write(rank)
  }
}
