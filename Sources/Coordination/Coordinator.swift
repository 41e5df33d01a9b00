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
  @Fixed public var study: Study
  /// Every trial, by number.
  public internal(set) var trials: ChunkedArray<TrialRecord> = []
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
  /// GPU-hours that slots of other sizes in earlier runs make up for; `nil` for none.
  var gpuHoursBefore: Double?
  /// The part of it on agents whose class of trials needs no GPU; `nil` for none.
  var coreMicroseconds: Int?
  /// Slots that trials hold.
  public internal(set) var busyCount = 0
  /// When everything that is to survive this run must be durable; `nil` where that is not known.
  public internal(set) var horizon: StudyTime?
  /// Why the run is being brought to its end; `nil` while it is not, or only by the horizon.
  public internal(set) var draining: String?
  /// Durable containers, ascending by name.
  public internal(set) var containers: [ContainerRecord] = []

  /// What proposes configurations; a copy can propose and fit beside the loop.
  public internal(set) var searcher: Searcher
  var scheduler: Scheduler
  /// Results of earlier studies that the searcher was told.
  public internal(set) var knownCount = 0
  /// The number of observations of the fit that is being made.
  var fitting: Int?
  /// Slots without a trial, descending, so that the first is taken from the end.
  var free: [SlotID] = []
  /// Trials to go on with first: failed ones to be retried, and interrupted ones.
  var ready: [TrialID] = []
  /// The trial at the head of the line, which needs more slots than are free.
  public internal(set) var waiting: TrialID?
  /// The agents on which no other trial starts until it has had its slots; `nil` while none waits.
  var keptWorkers: [WorkerID]?
  /// Trials that were given a slot to have their configuration proposed, some of which have it by now;
  /// `nil` where trials have no classes.
  var unsized: [TrialID]?
  /// Whether this run has lost an agent.
  var hasShrunk: Bool?
  var isExhausted = false
  var pace = Pace()
  /// When the next process has to be asked to hold, or earlier; `nil` where none has to be.
  var nextHold: StudyTime?
  /// Reports of earlier runs.
  var reportsBefore = 0
  /// Whether this run was told to leave.
  var hasLeft = false
  /// Whether containers may have died or become many since they were last looked at.
  var isUntidy = false
  /// How busy the nodes' devices were; `nil` where nothing was measured.
  var measuredUsage: [DeviceUsage]?
  /// Agents that came, or got a container, since then.
  var growing: [WorkerID] = []
  /// What trials have had of their nodes' memory; `nil` while no agent has said what its node has.
  var memory: MemoryBook?

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
    _study = Fixed(wrappedValue: study)
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
    case .horizonKnown(let time): know(time)
    case .drainBegan(let reason): drain(reason)
    case .workerJoined(let worker, let host, let slots, let memory):
      join(worker, host, slots, memory, &commands)
    case .workerLost(let worker, _):
      lose(worker, &commands)
      hasShrunk = true
    case .proposed(let trial, let configuration, let origin):
      proposed(trial, configuration, origin, &commands)
    case .fitted(let basis): fitted(basis)
    case .known(let results): known(results)
    case .exhausted(let trial): exhausted(trial)
    case .opened(let leg, let port): opened(leg, port, &commands)
    case .began(let leg, let worker): began(leg, on: worker)
    case .damaged(let leg, _, let worker): damaged(leg, on: worker, &commands)
    case .reported(let report): reported(report, &commands)
    case .legEnded(let end): legEnded(end, &commands)
    case .stored(let container): stored(container, &commands)
    case .notStored(let leg, _, let epoch): notStored(leg, epoch, &commands)
    case .notMerged(let names, _): notMerged(names)
    case .used(let worker, let loads): used(worker, loads)
    case .deadlinePassed: break
    }
    applyStopRules(after: event, &commands)
    fill(&commands)
    holdInTime(&commands)
    askForFit(&commands)
    finishIfIdle(&commands)
    leaveInTime(&commands)
    deleteDeadContainers(&commands)
    mergeSmallContainers(&commands)
    return commands
  }

  private mutating func advance(to time: StudyTime) {
    guard time > now else { return }
    let passed = time.microseconds - now.microseconds
    slotMicroseconds += passed * slotCount
    busyMicroseconds += passed * busyCount
    let onCores = busyOnCores
    if onCores > 0 { coreMicroseconds = (coreMicroseconds ?? 0) + passed * onCores }
    now = time
  }

  /// Slots of all agents.
  public var slotCount: Int { workers.reduce(0) { $0 + ($1?.slots ?? 0) } }

  private mutating func begin(_ run: Run, _ commands: inout [Command]) {
    keepGPUHours { $0.run = run }
    runEnding = nil
    (horizon, draining, nextHold, hasLeft, reportsBefore) = (nil, nil, nil, false, reports.count)
    // A fit that was being made is asked for again: the same, whatever was observed meanwhile.
    if phase != .running { fitting = nil }
    if let fitting { commands.append(.fit(basis: fitting)) }
    workers = []
    beginMemory(run)
    hasShrunk = nil
    unsized = nil
    takeOut(where: { _ in true }, &commands)
  }

  private mutating func join(
    _ worker: WorkerID, _ host: String, _ slots: Int, _ memory: NodeMemory?,
    _ commands: inout [Command]
  ) {
    guard worker.rank >= 0, slots >= 0 else { return }
    while workers.count <= worker.rank { workers.append(nil) }
    // One that joins again has begun anew: nothing of what it had runs any more.
    lose(worker, &commands)
    workers[worker.rank] = Worker(host: host, slots: slots)
    if let memory {
      if self.memory == nil { self.memory = MemoryBook() }
      self.memory?.join(worker, slots: slots, memory: memory)
    }
    // An agent that was lost may have left a merge undone.
    isUntidy = true
    if !growing.contains(worker) { growing.append(worker) }
    // They follow one another: nobody else's are between them.
    let own = (0..<slots).reversed().map { SlotID(worker, $0) }
    if let last = own.first { free.insert(contentsOf: own, at: free.descendingPlace(of: last)) }
  }
}
