public import Coordination
import Glibc
public import Processes
import Searchers
public import StudyModel
public import StudyStore

/// Rank 0's loop: waits, decides, records and acts.
///
/// Acts last: all events that wait are absorbed and written together, brought to the disk once, and
/// only then are their commands performed. So the journal alone rebuilds everything that anybody
/// has been told.
public struct CoordinatorLoop<Port: AgentsPort & ~Copyable>: ~Copyable {
  /// How a run ended.
  public enum RunEnd: Hashable, Sendable {
    /// The study is finished.
    case finished(Ending)
    /// The run was interrupted, and another can go on.
    case interrupted(String)
  }

  /// The state of the study.
  public internal(set) var coordinator: Coordinator
  var store: Store
  private let agent: Agent
  private var port: Port
  private let signals: SignalPort
  let lookout: Companion?
  let grace: Double
  /// The seconds that the job had when the limit was first asked for.
  var jobSeconds: Double?
  private let desk: ModelDesk
  /// Trials that wait for a slow model, the first of them being asked about.
  private var proposals: [TrialID] = []
  private let silence: Double
  private let begin: Double
  private let offset: StudyTime
  private var heard: [Int: Double] = [:]
  private var lost: Set<Int> = []
  /// Those of the lost that spoke again, and were told to start over.
  private var returning: Set<Int> = []
  /// Those that cannot have the data that trials need.
  private var refusals: [Int: StageFailure] = [:]
  /// Those that have joined in this run.
  private var joined: Set<Int> = []
  /// Whether rank 0's own agent will not join, and that was noted.
  private var isWithoutOwn = false
  /// Losses of agents that never joined, while others are still to.
  private var unsaid: [Event] = []
  /// When something happened last: the longer ago, the more seldom MPI is asked.
  private var idleSince: Double
  private var lastAlive = 0.0
  /// When it was last asked who is silent.
  private var lastCensus = 0.0
  /// Why this run ends, once it is to.
  var leaving: String?
  private let prior: [KnownResult]
  private let progress: (Coordinator) -> Void

  /// A loop over a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state, rebuilt from disk.
  ///   - store: Its files, with a run begun.
  ///   - agent: Rank 0's own agent.
  ///   - port: The way to the others.
  ///   - signals: `SIGINT`, `SIGTERM` and the like.
  ///   - lookout: The process that looks out for the job's limit and for requests to stop; ended
  ///     with the run.
  ///   - grace: Seconds from `SIGTERM` to `SIGKILL`.
  ///   - silence: Seconds after which an agent that says nothing counts as lost.
  ///   - prior: Results of earlier studies, for a searcher that has not been told yet.
  ///   - progress: Called after each round with the state.
  /// - Throws: `SystemError`.
  public init(
    coordinator: Coordinator, store: Store, agent: Agent, port: consuming Port,
    signals: SignalPort, lookout: Companion? = nil, grace: Double = 30,
    silence: Double = silenceLimit, prior: [KnownResult] = [],
    progress: @escaping (Coordinator) -> Void
  ) throws(SystemError) {
    desk = try ModelDesk()
    self.coordinator = coordinator
    self.store = store
    self.agent = agent
    self.port = port
    self.signals = signals
    self.lookout = lookout
    self.grace = grace
    self.silence = silence
    self.prior = prior
    self.progress = progress
    begin = monotonicSeconds()
    idleSince = begin
    offset = coordinator.now
    for worker in self.port.others { heard[worker.rank] = begin }
  }

  /// Runs until the study is finished or a signal arrives.
  ///
  /// - Parameter run: What to note of this run.
  /// - Returns: How it ended.
  /// - Throws: `StoreError` where something cannot be recorded: nothing unrecorded was acted on. Where
  ///   a later run has begun, all trials have ended, and nothing more is written.
  public mutating func run(_ run: Run) throws -> RunEnd {
    defer { lookout?.end(within: 2) }
    do { return try coordinate(run) } catch let error as StoreError {
      if case .takenOver = error {
        try dismissOthers()
        agent.shutDown()
      }
      throw error
    }
  }

  private mutating func coordinate(_ run: Run) throws -> RunEnd {
    let isNews = coordinator.knownCount == 0 && !prior.isEmpty
    try absorb([.runBegan(run)] + (isNews ? [.known(prior)] : []))
    while true {
      let received = signals.receive()
      agent.noteSignals(received)
      try agent.step()
      var events = agent.takeEvents()
      for signal in received { events += heed(signal) }
      events += try lookOut(for: run)
      events += desk.takeEvents()
      events += try receive()
      events += holdBack(loseTheSilent())
      try giveUpWithoutAgents()
      try sayAlive()
      if let deadline = coordinator.nextDeadline, now >= deadline { events.append(.deadlinePassed) }
      if !events.isEmpty {
        try absorb(events)
        progress(coordinator)
        idleSince = monotonicSeconds()
      }
      if case .finished(let ending) = coordinator.phase { return try finish(ending) }
      if let leaving { return try leave(leaving) }
      wait(hasWorked: !events.isEmpty)
    }
  }

  var now: StudyTime {
    StudyTime(
      microseconds: offset.microseconds + Int((monotonicSeconds() - begin) * 1e6))
  }

  /// Ends a run that can have no slots any more.
  private func giveUpWithoutAgents() throws {
    if let failure = agent.stageFailure, failure.isOfSource {
      throw AgentError.notStaged(failure)
    }
    guard coordinator.slotCount == 0, !agent.isStaging, returning.isEmpty else { return }
    let away = lost.union(refusals.keys)
    let failure = agent.stageFailure ?? refusals.min { $0.key < $1.key }?.value
    guard away.count == port.others.count, !away.isEmpty || failure != nil else { return }
    throw failure.map { AgentError.notStaged($0) } ?? AgentError.everyAgentLost
  }

  private mutating func receive() throws -> [Event] {
    var events: [Event] = []
    for (worker, message) in try port.receive() {
      guard !lost.contains(worker.rank) else {
        events += try hear(message, fromLost: worker)
        continue
      }
      heard[worker.rank] = monotonicSeconds()
      if case .event(let event) = message {
        events.append(event)
        if case .workerJoined = event { joined.insert(worker.rank) }
      }
      if case .staging(.refused(let failure)) = message {
        if failure.isOfSource { throw AgentError.notStaged(failure) }
        refusals[worker.rank] = failure
        unsaid.append(.workerLost(worker, reason: failure.description))
      }
    }
    return events
  }

  /// Takes an agent back that counts as lost: what it did meanwhile is fenced off, since it first
  /// starts over.
  private mutating func hear(
    _ message: AgentMessage, fromLost worker: WorkerID
  ) throws -> [Event] {
    if returning.insert(worker.rank).inserted {
      // One that takes no more messages stays lost.
      _ = try port.send(.startOver, to: worker)
      return []
    }
    guard case .event(.workerJoined(let joined, let host, let slots, let memory)) = message else {
      return []
    }
    returning.remove(worker.rank)
    lost.remove(worker.rank)
    self.joined.insert(worker.rank)
    unsaid.removeAll { if case .workerLost(worker, _) = $0 { true } else { false } }
    heard[worker.rank] = monotonicSeconds()
    return [.workerJoined(joined, host: host, slots: slots, memory: memory)]
  }

  /// Lets the others know that rank 0 lives: an agent without it would wait for ever.
  private mutating func sayAlive() throws {
    guard monotonicSeconds() - lastAlive > aliveInterval else { return }
    lastAlive = monotonicSeconds()
    for worker in port.others
    where !lost.contains(worker.rank) || returning.contains(worker.rank) {
      // Whether it is taken shows when there is a command to send.
      _ = try port.send(.alive, to: worker)
    }
  }

  /// Keeps the losses of agents that never joined until all others have joined or will not: as long as
  /// data is being staged, a trial for which there are too few slots only has to wait.
  private mutating func holdBack(_ losses: [Event]) -> [Event] {
    guard !coordinator.study.trial.stage.isEmpty else { return losses }
    var said: [Event] = []
    for loss in losses {
      if case .workerLost(let worker, _) = loss, !joined.contains(worker.rank) {
        unsaid.append(loss)
      } else {
        said.append(loss)
      }
    }
    if let failure = agent.stageFailure, !isWithoutOwn {
      isWithoutOwn = true
      unsaid.append(.workerLost(agent.settings.worker, reason: failure.description))
    }
    guard !unsaid.isEmpty, !agent.isStaging,
      port.others.allSatisfy({
        joined.contains($0.rank) || lost.contains($0.rank) || refusals[$0.rank] != nil
      })
    else { return said }
    defer { unsaid = [] }
    return said + unsaid
  }

  private mutating func loseTheSilent() -> [Event] {
    // Of thousands of agents not each one in each round: a thirtieth more silence is none the worse.
    guard monotonicSeconds() - lastCensus > silence / 30 else { return [] }
    lastCensus = monotonicSeconds()
    let limit = lastCensus - silence
    var events: [Event] = []
    for worker in port.others
    where !lost.contains(worker.rank) && heard[worker.rank, default: 0] < limit {
      lost.insert(worker.rank)
      port.lose(worker)
      events.append(.workerLost(worker, reason: "silent for \(Int(silence)) s"))
    }
    return events
  }

  /// Absorbs, records, syncs, performs: in this order.
  private mutating func absorb(_ events: [Event]) throws {
    let time = now
    var commands: [Command] = []
    var waiting = events[...]
    // Trials that a fast searcher is asked about, each once it knows those before.
    var asked: [TrialID] = []
    while let event = asked.isEmpty
      ? waiting.popFirst() : desk.proposal(for: asked.removeFirst(), of: coordinator.searcher)
    {
      let caused = coordinator.absorb(event, at: time)
      store.append(JournalEntry(time: time, event: event, commands: caused))
      finishProposal(event)
      for command in caused {
        switch command {
        case .propose(let trial):
          // Proposals are events of their own, so that a replay does not ask the searcher again.
          if coordinator.searcher.isSlow {
            proposals.append(trial)
            if proposals.count == 1 { desk.propose(trial, by: coordinator.searcher) }
          } else {
            asked.append(trial)
          }
        case .fit(let basis): desk.fit(to: basis, of: coordinator.searcher)
        case .leave(let reason): leaving = reason
        default: commands.append(command)
        }
      }
    }
    try store.sync()
    for command in commands { try perform(command) }
    try store.refreshSnapshot(of: coordinator)
  }

  /// Asks about the next trial, once one has its configuration: each proposal knows those before.
  private mutating func finishProposal(_ event: Event) {
    switch event {
    case .proposed(let trial, _, _), .exhausted(let trial):
      guard proposals.first == trial else { return }
      proposals.removeFirst()
      if let next = proposals.first { desk.propose(next, by: coordinator.searcher) }
    default: break
    }
  }

  private mutating func perform(_ command: Command) throws {
    guard let worker = command.worker else { return }
    if worker.rank == 0 {
      try agent.perform(.perform(command))
    } else if !lost.contains(worker.rank), try !port.send(.perform(command), to: worker) {
      lost.insert(worker.rank)
      port.lose(worker)
      try absorb([.workerLost(worker, reason: "it takes no more messages")])
    }
  }

  private func wait(hasWorked: Bool) {
    let deadlines = [
      agent.nextDeadline, coordinator.nextDeadline.map { $0.seconds - now.seconds },
      port.pause(afterIdle: monotonicSeconds() - idleSince),
    ]
    let pause = hasWorked ? 0 : deadlines.compactMap { $0 }.min()
    waitForAny(
      agent.interests + [Interest(signals.descriptor), desk.interest]
        + lookoutInterest, atMost: pause)
  }

  private mutating func finish(_ ending: Ending) throws -> RunEnd {
    try store.writeSnapshot(of: coordinator)
    try agent.perform(.perform(.finish(ending)))
    try dismissOthers()
    // Warm processes end by themselves once they are told that nothing follows.
    let deadline = monotonicSeconds() + 2 * agent.settings.terminationPatience
    while !agent.isIdle, monotonicSeconds() < deadline {
      waitForAny(agent.interests, atMost: min(agent.nextDeadline ?? 0.1, 0.1))
      try agent.step()
    }
    agent.shutDown()
    return .finished(ending)
  }

  private mutating func leave(_ reason: String) throws -> RunEnd {
    try absorb([.runEnded(reason: reason)])
    try store.writeSnapshot(of: coordinator)
    try dismissOthers()
    agent.shutDown()
    return .interrupted(reason)
  }

  private mutating func dismissOthers() throws {
    try dismiss(port.others.filter { !lost.contains($0.rank) }, of: &port)
  }
}

/// Tells agents to end, and waits a while for their farewells.
///
/// - Parameters:
///   - workers: Those that are there.
///   - port: The way to them.
/// - Throws: What the port throws.
public func dismiss<Port: AgentsPort & ~Copyable>(
  _ workers: [WorkerID], of port: inout Port
) throws {
  var waiting = Set(workers)
  for worker in workers {
    if try !port.send(.shutDown, to: worker) { waiting.remove(worker) }
  }
  let deadline = monotonicSeconds() + 20
  while !waiting.isEmpty, monotonicSeconds() < deadline {
    for (worker, message) in try port.receive() where message == .farewell {
      waiting.remove(worker)
    }
    waitForAny([], atMost: port.pause(afterIdle: 1) ?? 0.001)
  }
}
