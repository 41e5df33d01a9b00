import Schedulers
public import Searchers
public import StudyModel

/// The state of a study and every decision about it: joins the searcher, the scheduler and the
/// book of agents.
///
/// Pure: it reads no clock and no file, and starts nothing. Events go in with their time, commands
/// come out; the journal of both rebuilds it.
public struct Coordinator: Sendable, Codable {
  /// Whether the study goes on.
  public enum Phase: Hashable, Sendable, Codable {
    /// Trials start and go on.
    case running
    /// Nothing new starts; what runs is being ended.
    case ending(Ending)
    /// The search has ended; the winner is being trained out.
    case finishing(Ending)
    /// Nothing runs any more.
    case finished(Ending)
  }

  /// The study.
  public let study: Study
  /// Every trial, by number.
  public internal(set) var trials: [TrialRecord] = []
  /// Every report.
  public internal(set) var reports = ReportLog()
  /// Whether the study goes on.
  public internal(set) var phase = Phase.running
  /// The run that is on, or was the last.
  public internal(set) var run: Run?
  /// Why the last run ended before the study did; `nil` while one is on, or where one was killed.
  public internal(set) var runEnding: String?
  /// The time of the last event.
  public internal(set) var now = StudyTime.zero
  /// The agents of this run, by rank; `nil` for those not there.
  public internal(set) var workers: [Worker?] = []
  /// The trial with the best value at any epoch.
  public internal(set) var best: TrialID?
  /// The best value at the highest rung that any trial reached.
  public internal(set) var bestFull: Leader?
  /// Slot-time offered by agents, in microseconds.
  public internal(set) var slotMicroseconds = 0
  /// Slot-time used by trials, in microseconds.
  public internal(set) var busyMicroseconds = 0
  /// Slots that trials hold.
  public internal(set) var busyCount = 0
  /// Durable containers, ascending by name.
  public internal(set) var containers: [ContainerRecord] = []

  /// What proposes configurations; a copy can propose and fit beside the loop.
  public internal(set) var searcher: Searcher
  var scheduler: Scheduler
  /// Results of earlier studies that the searcher was told.
  public internal(set) var knownCount = 0
  /// The number of observations of the fit that is being made.
  var fitting: Int?
  var free: [SlotID] = []
  /// Trials to go on with first: failed ones to be retried, and interrupted ones.
  var ready: [TrialID] = []
  /// The trial at the head of the line, which needs more slots than are free.
  public internal(set) var waiting: TrialID?
  var isExhausted = false
  /// Whether containers may have died or become many since they were last looked at.
  var isUntidy = false
  /// Whether a container was added since then.
  var isGrowing = false

  /// A trial that leads, with the value it leads by.
  public struct Leader: Hashable, Sendable, Codable {
    /// The trial.
    public let trial: TrialID
    /// Its value.
    public let value: TrialRecord.Best
  }

  /// An agent as the coordinator knows it.
  public struct Worker: Hashable, Sendable, Codable {
    /// Its host.
    public let host: String
    /// Its slots.
    public let slots: Int
  }

  /// The trial that the study chooses: the best at the highest rung, or the one that was chosen
  /// without being trained; `nil` before.
  public var choice: TrialID? {
    bestFull?.trial ?? best ?? trials.first { $0.reason == .chosenUntrained }?.id
  }

  /// A study that has not begun.
  public init(study: Study) {
    self.study = study
    scheduler = Scheduler(for: study)
    searcher = Searcher(for: study)
  }

  /// Absorbs one event and returns what is to be done, in order.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - time: When; never before the time of an earlier event.
  /// - Returns: Commands; those with a ``Command/worker`` go to that agent.
  public mutating func absorb(_ event: Event, at time: StudyTime) -> [Command] {
    advance(to: time)
    var commands: [Command] = []
    switch event {
    case .runBegan(let run): begin(run, &commands)
    case .runEnded(let reason): runEnding = reason
    case .workerJoined(let worker, let host, let slots): join(worker, host, slots)
    case .workerLost(let worker, _): lose(worker, &commands)
    case .proposed(let trial, let configuration, let origin):
      proposed(trial, configuration, origin, &commands)
    case .fitted(let basis): fitted(basis)
    case .known(let results): known(results)
    case .exhausted(let trial): exhausted(trial)
    case .began(let leg): began(leg)
    case .reported(let report): reported(report, &commands)
    case .legEnded(let end): legEnded(end, &commands)
    case .stored(let container): stored(container, &commands)
    case .notStored(let leg, _): notStored(leg, &commands)
    case .notMerged(let names, _): notMerged(names)
    case .deadlinePassed: break
    }
    applyStopRules(&commands)
    fill(&commands)
    askForFit(&commands)
    finishIfIdle(&commands)
    deleteDeadContainers(&commands)
    mergeSmallContainers(&commands)
    return commands
  }

  private mutating func advance(to time: StudyTime) {
    guard time > now else { return }
    let passed = time.microseconds - now.microseconds
    slotMicroseconds += passed * slotCount
    busyMicroseconds += passed * busyCount
    now = time
  }

  /// Slots of all agents.
  public var slotCount: Int { workers.reduce(0) { $0 + ($1?.slots ?? 0) } }

  private mutating func begin(_ run: Run, _ commands: inout [Command]) {
    self.run = run
    runEnding = nil
    // A fit that was being made is asked for again.
    fitting = nil
    workers = []
    takeOut(where: { _ in true }, &commands)
  }

  private mutating func join(_ worker: WorkerID, _ host: String, _ slots: Int) {
    guard worker.rank >= 0, slots >= 0 else { return }
    while workers.count <= worker.rank { workers.append(nil) }
    guard workers[worker.rank] == nil else { return }
    workers[worker.rank] = Worker(host: host, slots: slots)
    isUntidy = true
    free.append(contentsOf: (0..<slots).map { SlotID(worker, $0) })
    // Descending, so that the first slot is taken from the end.
    free.sort(by: >)
  }

  /// Gives free slots work until there is none.
  mutating func fill(_ commands: inout [Command]) {
    guard run != nil, mayFill else { return }
    while !free.isEmpty {
      guard let work = waiting ?? nextWork() else { return }
      let width = width(of: work)
      // Nobody overtakes the trial at the head of the line, so that a wide one is not starved.
      waiting = free.count < width ? work : nil
      guard waiting == nil else { return }
      trials[work.number].reserved = takeSlots(width)
      busyCount += width
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
  private func width(of trial: TrialID) -> Int {
    let width = study.width(upTo: Budget(trials[trial.number].target))
    return width > 1 ? min(width, slotCount) : 1
  }

  /// Takes free slots, those of as few agents as possible.
  private mutating func takeSlots(_ width: Int) -> [SlotID] {
    guard width > 1 else { return [free.removeLast()] }
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
    free.removeAll { taken.contains($0) }
    return taken
  }

  private var mayFill: Bool {
    switch phase {
    case .running, .finishing: true
    case .ending, .finished: false
    }
  }

  private var mayStart: Bool {
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

  private mutating func proposed(
    _ trial: TrialID, _ configuration: Configuration, _ origin: Origin,
    _ commands: inout [Command]
  ) {
    guard trials.indices.contains(trial.number), !trials[trial.number].isProposed else { return }
    trials[trial.number].isProposed = true
    // JSON writes 1.0 as 1: a replayed proposal gets its types back here.
    let typed = study.space.conforming(configuration) ?? configuration
    trials[trial.number].configuration = typed
    trials[trial.number].origin = origin
    searcher.absorb(.proposed(trial, typed))
    guard trials[trial.number].target > 0 else { return choose(trial) }
    searcher.absorb(.awaited(trial, at: Budget(trials[trial.number].target)))
    launch(trial, &commands)
  }

  /// Completes a trial that is the study's choice without being trained.
  private mutating func choose(_ trial: TrialID) {
    release(trials[trial.number].reserved)
    ready.removeAll { $0 == trial }
    trials[trial.number].reserved = []
    trials[trial.number].state = .completed
    trials[trial.number].reason = .chosenUntrained
  }

  private mutating func fitted(_ basis: Int) {
    fitting = nil
    searcher.absorb(.fitted(basis: basis))
  }

  private mutating func known(_ results: [KnownResult]) {
    knownCount += results.count
    for result in results {
      guard let configuration = study.space.conforming(result.configuration) else { continue }
      let loss = Loss(result.values, goals: study.metrics.map(\.goal))
      searcher.absorb(.known(configuration, loss, at: Budget(result.epoch)))
    }
  }

  /// Asks for one fit at a time; the searcher proposes by the last one meanwhile.
  private mutating func askForFit(_ commands: inout [Command]) {
    guard phase == .running, fitting == nil, let basis = searcher.dueBasis else { return }
    fitting = basis
    commands.append(.fit(basis: basis))
  }

  private mutating func exhausted(_ trial: TrialID) {
    guard trials.indices.contains(trial.number), !trials[trial.number].isProposed,
      !trials[trial.number].reserved.isEmpty
    else { return }
    let slots = trials[trial.number].reserved
    isExhausted = true
    trials[trial.number].reserved = []
    trials[trial.number].state = .stopped
    trials[trial.number].reason = .noConfiguration
    // A rung or a generation must not wait for it.
    _ = scheduler.absorb(.failed(trial))
    release(slots)
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
