public import StudyModel

/// How rank 0 reaches the agents of other nodes; its own node's it calls directly.
public protocol AgentsPort: ~Copyable {
  /// Messages that have arrived.
  ///
  /// - Returns: In the order of each agent's sending.
  mutating func receive() throws -> [(WorkerID, AgentMessage)]

  /// Sends an order without waiting.
  ///
  /// - Parameters:
  ///   - order: What is to be done.
  ///   - worker: By whom.
  /// - Returns: `false` where the agent takes no more: it counts as lost.
  /// - Throws: What the implementation throws: the port itself has failed.
  mutating func send(_ order: AgentOrder, to worker: WorkerID) throws -> Bool

  /// Notes that an agent counts as lost.
  mutating func lose(_ worker: WorkerID)

  /// The agents there are besides rank 0.
  var others: [WorkerID] { get }

  /// The longest pause between two calls of ``receive()``, in seconds, after `idle` seconds without
  /// a message; `nil` where nothing can arrive.
  func pause(afterIdle idle: Double) -> Double?
}

extension AgentsPort where Self: ~Copyable {
  /// Does nothing: most ports have no use for it.
  public mutating func lose(_ worker: WorkerID) {}
}

/// The port of a study on one machine: there are no other agents.
public struct NoOtherAgents: AgentsPort {
  /// A port to nobody.
  public init() {}

  /// Nothing.
  public mutating func receive() throws -> [(WorkerID, AgentMessage)] { [] }

  /// Fails: there is nobody.
  public mutating func send(_ order: AgentOrder, to worker: WorkerID) throws -> Bool { false }

  /// Nobody.
  public var others: [WorkerID] { [] }

  /// No limit.
  public func pause(afterIdle idle: Double) -> Double? { nil }
}
