import Agents
import Coordination
import HeapModule
import Processes
import StudyModel

/// Agents whose trials train nothing: each reports so long after its start or its last report.
final class EmulatedAgents {
  /// Who they are.
  let workers: [WorkerID]
  /// From a report at which a decision is due to the order that has it.
  private(set) var decisions = Timings()
  /// Whether they were told to end.
  private(set) var areDone = false
  private let slots: Int
  private let pause: Double
  private var waiting = Heap<Waiting>()
  private var said: [(WorkerID, AgentMessage)] = []
  private var legs: [LegID: Leg] = [:]
  private var reported: [LegID: Double] = [:]
  private var signsOfLife = 0
  private let begin = monotonicSeconds()
  private var phases = RandomStream(seed: 1, trial: TrialID(0), purpose: .simulation)

  private struct Waiting: Comparable {
    let due: Double
    let leg: LegID
    let epoch: Int

    static func < (left: Waiting, right: Waiting) -> Bool { left.due < right.due }
  }

  /// Agents that join at once.
  ///
  /// - Parameters:
  ///   - workers: Who they are.
  ///   - slots: How many each has.
  ///   - pause: Seconds between two reports of a trial; the first comes after once to twice that.
  init(_ workers: [WorkerID], slots: Int, pause: Double) {
    self.workers = workers
    self.slots = slots
    self.pause = pause
    said = workers.map { ($0, .event(.workerJoined($0, host: "node-\($0)", slots: slots))) }
  }

  /// What they have said since the last call.
  func takeMessages() -> [(WorkerID, AgentMessage)] {
    let now = monotonicSeconds()
    while let next = waiting.min, next.due <= now {
      waiting.removeMin()
      report(next)
    }
    // Each in turn, once a second.
    while Double(signsOfLife) < (now - begin) * Double(workers.count) {
      said.append((workers[signsOfLife % workers.count], .alive))
      signsOfLife += 1
    }
    defer { said = [] }
    return said
  }

  private func report(_ next: Waiting) {
    guard let leg = legs[next.leg] else { return }
    let loss = Double(next.leg.trial.number &* 7919 % 1009) / Double(next.epoch + 10)
    say(
      .reported(
        Report(leg: next.leg, epoch: next.epoch, values: [.init("loss", loss)], isAnswerable: true)),
      leg.slot.worker)
    if next.epoch >= leg.until {
      reported[next.leg] = next.due
    } else {
      wait(next.leg, next.epoch + 1, pause)
    }
  }

  private func say(_ event: Event, _ worker: WorkerID) { said.append((worker, .event(event))) }

  private func wait(_ leg: LegID, _ epoch: Int, _ seconds: Double) {
    waiting.insert(Waiting(due: monotonicSeconds() + seconds, leg: leg, epoch: epoch))
  }

  /// Carries out an order.
  func hear(_ order: AgentOrder, _ worker: WorkerID) {
    switch order {
    case .shutDown:
      said.append((worker, .farewell))
      areDone = true
    case .perform(let command): perform(command, worker)
    case .startOver, .stage, .alive: break
    }
  }

  private func perform(_ command: Command, _ worker: WorkerID) {
    switch command {
    case .start(let leg):
      legs[leg.id] = leg
      say(.began(leg.id), worker)
      wait(leg.id, (leg.source?.entry.epoch ?? 0) + 1, pause * (1 + phases.unit()))
    case .answer(let leg, _, let epoch, let verdict):
      if let since = reported.removeValue(forKey: leg) {
        decisions.add((monotonicSeconds() - since) * 1e9)
      }
      if case .goOn(let until) = verdict {
        legs[leg]?.until = until
        wait(leg, epoch + 1, pause)
      } else {
        end(leg, .exited(status: 0), worker)
      }
    case .end(let leg, _): end(leg, .endedByRung, worker)
    case .propose, .fit, .join, .conclude, .hold, .merge, .discard, .finish, .leave: break
    }
  }

  private func end(_ leg: LegID, _ outcome: LegEnd.Outcome, _ worker: WorkerID) {
    legs[leg] = nil
    say(.legEnded(LegEnd(leg: leg, outcome: outcome)), worker)
  }
}

/// The way to emulated agents of the same process.
struct EmulatedPort: AgentsPort {
  let agents: EmulatedAgents

  var others: [WorkerID] { agents.workers }

  mutating func receive() -> [(WorkerID, AgentMessage)] { agents.takeMessages() }

  mutating func send(_ order: AgentOrder, to worker: WorkerID) -> Bool {
    agents.hear(order, worker)
    return true
  }

  func pause(afterIdle idle: Double) -> Double? { idle < 50e-6 ? 0 : 50e-6 }
}
