import CompactJSON
import Coordination
import Glibc
public import MPI
public import Processes
public import StudyModel

/// Rank 0's way to the agents of other nodes, over MPI.
public struct WorldPort: AgentsPort {
  private let mailbox: Mailbox
  private let desk: StageDesk?
  /// All other ranks.
  public let others: [WorkerID]

  /// The port of rank 0.
  ///
  /// - Parameters:
  ///   - mailbox: The messages of this world.
  ///   - agent: Rank 0's own, where what trials need is to be staged.
  ///   - report: Where lines go that tell how that gets on.
  public init(
    _ mailbox: Mailbox, staging agent: Agent? = nil,
    reportingTo report: @escaping (String) -> Void = { _ in }
  ) {
    self.mailbox = mailbox
    desk = agent.flatMap { agent in
      agent.settings.study.trial.stage.isEmpty
        ? nil : StageDesk(mailbox, agent, reportingTo: report)
    }
    others = (1..<mailbox.size).map { WorkerID($0) }
  }

  /// Messages that have arrived; of staged data only that an agent cannot have it.
  public mutating func receive() throws -> [(WorkerID, AgentMessage)] {
    var messages: [(WorkerID, AgentMessage)] = []
    while messages.count < 1024, let message = try mailbox.poll() {
      guard message.tag == .word else {
        try desk?.hear(message)
        continue
      }
      let worker = WorkerID(message.source)
      let said = try CompactJSON.decode(AgentMessage.self, from: message.bytes)
      if case .staging(let word) = said {
        try desk?.hear(word, from: worker)
        guard case .refused = word else { continue }
      }
      messages.append((worker, said))
    }
    try desk?.step()
    return messages
  }

  /// Has nobody wait for staged data of a lost agent.
  public mutating func lose(_ worker: WorkerID) { desk?.lose(worker) }

  /// Sends an order without waiting.
  public mutating func send(_ order: AgentOrder, to worker: WorkerID) throws -> Bool {
    if order == .shutDown { try desk?.close() }
    guard try mailbox.send(try CompactJSON.encode(order), to: worker.rank, tag: .order) == .accepted
    else {
      mailbox.abandon(worker.rank)
      return false
    }
    return true
  }

  /// Grows from nothing while messages or staged data flow, since MPI is polled; `nil` where there is nobody
  /// to hear.
  public func pause(afterIdle idle: Double) -> Double? {
    others.isEmpty ? nil : pollingPause(afterIdle: min(idle, desk?.idle ?? idle))
  }
}

extension MessageTag {
  /// From rank 0 to an agent.
  static let order = MessageTag(rawValue: 1)
  /// From an agent to rank 0.
  static let word = MessageTag(rawValue: 2)
}

/// An agent that says nothing for so long counts as lost, in seconds.
///
/// The others give rank 0 twice the time: it waits for the file system, and a hang of that must not
/// end what trains.
public let silenceLimit = 30.0
/// Who has said nothing for so long says that it is alive, in seconds.
let aliveInterval = 1.0

/// Events that may be on their way to rank 0: MPI takes time for each that is, whenever it is called.
private let unfinishedEvents = 64

/// The pause between two polls of MPI after `idle` seconds without a message, in seconds: none for
/// the first 200 microseconds, in which an answer comes, then a tenth of the idle time, up to a
/// millisecond; and from 0.1 s on a hundredth, up to 10 milliseconds.
///
/// So what comes after a long epoch waits for a hundredth of it at most, and nobody's core is taken by
/// polls while nothing happens.
func pollingPause(afterIdle idle: Double) -> Double {
  idle < 200e-6 ? 0 : max(min(idle / 10, 1e-3), min(idle / 100, 1e-2))
}

/// The loop of every rank but 0: carries out orders, passes on events.
///
/// - Parameters:
///   - agent: The node's agent.
///   - mailbox: The messages of this world.
///   - signals: `SIGTERM` and the like: rank 0 gets them too and ends the run.
///   - silence: Seconds without a word from rank 0 after which it is given up.
/// - Throws: What the agent or MPI throws.
public func serveAsAgent(
  _ agent: Agent, _ mailbox: Mailbox, signals: SignalPort, silence: Double = 2 * silenceLimit
) throws {
  var lastWord = monotonicSeconds()
  var lastEvent = lastWord
  var lastOrder = lastWord
  var lastTurn = lastWord
  // What rank 0 does not take yet, as long as it stands still.
  var unsent: [Event] = []
  let courier = agent.stage.map { stage in
    Courier(stage, mailbox) { word in
      _ = try mailbox.send(try CompactJSON.encode(AgentMessage.staging(word)), to: 0, tag: .word)
    }
  }
  while true {
    agent.noteSignals(signals.receive())
    try agent.step()
    var hasWorked = false
    unsent += agent.takeEvents()
    let room = max(0, unfinishedEvents - mailbox.unfinishedSends(to: 0))
    for event in unsent.prefix(room) {
      hasWorked = true
      lastWord = monotonicSeconds()
      // Rank 0 takes messages as long as it lives; when it does not, Slurm ends this step.
      _ = try mailbox.send(try CompactJSON.encode(AgentMessage.event(event)), to: 0, tag: .word)
    }
    unsent.removeFirst(min(room, unsent.count))
    let now = monotonicSeconds()
    // What came while this process was stopped may be behind a long message, whose rest comes only now.
    if now - lastTurn > aliveInterval { lastOrder += now - lastTurn }
    lastTurn = now
    while let message = try mailbox.poll() {
      guard message.source == 0, message.tag == .order else {
        try courier?.hear(message)
        continue
      }
      lastOrder = now
      let order = try CompactJSON.decode(AgentOrder.self, from: message.bytes)
      if order != .alive { hasWorked = true }
      if case .stage(let order) = order { try courier?.heed(order) }
      if order == .shutDown { try courier?.close(within: 5) }
      try agent.perform(order)
      if order == .shutDown { return try sayFarewell(mailbox) }
    }
    if let courier, try courier.step() { hasWorked = true }
    // Without rank 0 nobody would ever end this step. The clock was read before the messages were:
    // a process that was stopped for a while finds them first.
    guard now - lastOrder < silence else {
      throw AgentError.coordinatorSilent(seconds: Int(silence))
    }
    if now - lastWord > aliveInterval {
      lastWord = now
      _ = try mailbox.send(try CompactJSON.encode(AgentMessage.alive), to: 0, tag: .word)
    }
    if hasWorked { lastEvent = now }
    let pause = hasWorked ? 0 : pollingPause(afterIdle: now - lastEvent)
    waitForAny(agent.interests + [Interest(signals.descriptor)], atMost: pause)
  }
}

private func sayFarewell(_ mailbox: Mailbox) throws {
  // What is not out yet when this returns, `withMPI` sees out.
  _ = try mailbox.send(try CompactJSON.encode(AgentMessage.farewell), to: 0, tag: .word)
}
