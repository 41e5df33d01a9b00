import Coordination
import Processes
import StudyModel

@testable import Agents

/// A port to agents that carry out every order at once: their trials are arithmetic.
struct ScriptedPort: AgentsPort {
  let others: [WorkerID]
  private(set) var orders: [(WorkerID, AgentOrder)] = []
  private var messages: [(WorkerID, AgentMessage)] = []
  private var legs: [LegID: Leg] = [:]
  private let silent: WorkerID?
  private var silentUntil: Double?
  private let takesNoMore: WorkerID?
  private let patience: Int
  private let willSend: (AgentOrder) throws -> Void
  private let willPause: (Double) -> Void

  /// A port to agents of two slots each.
  ///
  /// - Parameters:
  ///   - count: How many there are.
  ///   - silent: One of which nothing is heard for half a second after `patience` orders.
  ///   - takesNoMore: One that takes no more messages after `patience` orders.
  ///   - patience: See there.
  ///   - refusing: Those that cannot have the staged data, and why.
  ///   - willSend: Called with each order.
  ///   - willPause: Called before each pause with the seconds for which nothing has happened.
  init(
    _ count: Int, silent: WorkerID? = nil, takesNoMore: WorkerID? = nil, patience: Int = 0,
    refusing: [WorkerID: StageFailure] = [:],
    willSend: @escaping (AgentOrder) throws -> Void = { _ in },
    willPause: @escaping (Double) -> Void = { _ in }
  ) {
    others = (1..<count + 1).map { WorkerID($0) }
    self.silent = silent
    self.takesNoMore = takesNoMore
    self.patience = patience
    self.willSend = willSend
    self.willPause = willPause
    messages = others.map { worker in
      (
        worker,
        refusing[worker].map { .staging(.refused($0)) }
          ?? .event(.workerJoined(worker, host: "node-\(worker)", slots: 2))
      )
    }
  }

  mutating func receive() throws -> [(WorkerID, AgentMessage)] {
    let isSilent = silentUntil.map { monotonicSeconds() < $0 } ?? false
    defer { messages.removeAll { !isSilent || $0.0 != silent } }
    return messages.filter { !isSilent || $0.0 != silent }
  }

  mutating func send(_ order: AgentOrder, to worker: WorkerID) throws -> Bool {
    guard others.contains(worker) else { return false }
    try willSend(order)
    orders.append((worker, order))
    if worker == takesNoMore, orders.count(where: { $0.0 == worker }) > patience { return false }
    if worker == silent, silentUntil == nil, orders.count(where: { $0.0 == worker }) > patience {
      silentUntil = monotonicSeconds() + 0.5
    }
    switch order {
    case .startOver:
      // What was said before comes first.
      messages.append((worker, .event(.workerJoined(worker, host: "back-\(worker)", slots: 2))))
    case .shutDown: messages.append((worker, .farewell))
    case .stage, .alive: break
    case .perform(let command): perform(command, worker)
    }
    return true
  }

  private mutating func perform(_ command: Command, _ worker: WorkerID) {
    func say(_ event: Event) { messages.append((worker, .event(event))) }
    switch command {
    case .start(let leg):
      legs[leg.id] = leg
      say(.began(leg.id))
      report(leg.id, from: 0, worker)
    case .answer(let leg, _, let epoch, .goOn(let until)):
      legs[leg]?.until = until
      report(leg, from: epoch, worker)
    case .answer(let leg, _, _, _): say(.legEnded(LegEnd(leg: leg, outcome: .exited(status: 0))))
    case .end(let leg, _): say(.legEnded(LegEnd(leg: leg, outcome: .endedByRung)))
    case .propose, .fit, .join, .conclude, .hold, .merge, .discard, .finish, .leave: break
    }
  }

  private mutating func report(_ leg: LegID, from epoch: Int, _ worker: WorkerID) {
    for epoch in epoch..<max(epoch, legs[leg]?.until ?? 0) {
      messages.append(
        (
          worker,
          .event(
            .reported(
              Report(
                leg: leg, epoch: epoch + 1,
                values: [.init("loss", Double(leg.trial.number * 7 % 13) / Double(epoch + 1))],
                isAnswerable: true)))
        ))
    }
  }

  func pause(afterIdle idle: Double) -> Double? {
    willPause(idle)
    return others.isEmpty ? nil : 0.001
  }
}
