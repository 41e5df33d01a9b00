import Coordination
import StudyModel
import TestSupport
import Testing

struct LostWorkerTests {
  /// Trial 0 has paused at rung 1 on agent 0, and a slot of agent 1 is held for it.
  private func desk(hasEnded: Bool) -> Desk {
    var desk = Desk(slots: [1, 1])
    desk.report(leg(0), epoch: 1, 0.5)
    if hasEnded { desk.end(leg(0), keeping: 1) }
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    return desk
  }

  @Test func aTrialWhoseCheckpointIsLostWithItsAgentStartsWhereASlotIsHeldForIt() {
    var desk = desk(hasEnded: true)
    #expect(desk.trial(0).attempts == 1, "its checkpoint is awaited")
    #expect(desk.lose(0).starts == [leg(0, 2)])
    #expect(desk.trial(0).place?.slot == SlotID(WorkerID(1), 0))
  }

  @Test func aTrialWhoseProcessIsLostWithItsAgentStartsWhereASlotIsHeldForIt() {
    var desk = desk(hasEnded: false)
    #expect(desk.trial(0).attempts == 1, "the end of its process is awaited")
    #expect(desk.lose(0).starts == [leg(0, 2)])
  }

  @Test func aTrialGoesOnElsewhereFromItsLastDurableCheckpoint() {
    var desk = Desk(slots: [1, 1]) { $0.algorithm = Algorithm(.random) }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", [entry(leg(0), epoch: 1)])
    desk.report(leg(0), epoch: 2, 0.6)
    #expect(desk.lose(0).starts == [])
    desk.report(leg(1), epoch: 4, 0.1)
    let commands = desk.end(leg(1))
    guard case .start(let next)? = commands.first(where: { !$0.isPropose }) else {
      Issue.record("\(commands)")
      return
    }
    #expect(next.id == leg(0, 2))
    #expect(next.source == Leg.Source(container: "a", entry: entry(leg(0), epoch: 1)))
    // What it trains again is answered, but not recorded twice.
    #expect(desk.report(leg(0, 2), epoch: 2, 0.7).verdicts == [.goOn(until: 4)])
    #expect(desk.coordinator.reports.epochs == [1, 2, 4])
    #expect(desk.trial(0).best?.value == 0.6)
  }

  @Test func whatALostProcessSaysLaterChangesNothing() throws {
    var desk = Desk(slots: [1, 1])
    desk.lose(0)
    let before = try json(desk.coordinator.trials)
    #expect(desk.report(leg(0), epoch: 1, 0.5) == [])
    #expect(desk.end(leg(0), keeping: 1) == [])
    #expect(desk.absorb(.began(leg(0))) == [])
    #expect(try json(desk.coordinator.trials) == before)
  }

  @Test func containersThatALostAgentWasMergingAreMergedAgain() {
    var desk = Desk(slots: [5, 1])
    for trial in 0..<5 {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
    }
    var merges: [[String]] = []
    for trial in 0..<5 {
      merges += desk.store("a\(trial)", [entry(leg(trial), epoch: 1)]).merges
    }
    #expect(merges == [["a0", "a1", "a2", "a3", "a4"]])
    // Agent 0 comes back, and what it had begun is begun anew by its next container at the latest.
    merges = desk.lose(0).merges
    let joining = desk.join(0, slots: 5)
    merges += joining.merges
    let next = joining.starts[0]
    desk.report(next, epoch: 1, -1)
    desk.end(next, keeping: 1)
    merges += desk.store("b", [entry(next, epoch: 1)]).merges
    #expect(merges == [["a0", "a1", "a2", "a3", "a4"]])
  }

  @Test func anAgentThatJoinsAgainHasBegunAnew() {
    var desk = Desk(slots: [1]) { $0.algorithm = Algorithm(.random) }
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.join(0, slots: 2).starts == [leg(0, 2), leg(1)])
    #expect(desk.coordinator.slotCount == 2)
    #expect(desk.report(leg(0), epoch: 2, 0.5) == [])
  }

  @Test func aTrialThatRanOutOfMemoryIsTriedAgainAloneOnItsGPU() {
    var desk = Desk(slots: [4]) {
      $0.algorithm = Algorithm(.random)
      $0.trial.trialsPerGPU = 2
      $0.trial.retries = 1
    }
    #expect(desk.end(leg(1), .outOfMemory).starts == [], "nobody overtakes it")
    #expect(desk.trial(1).reason == .process(.outOfMemory, lastLine: nil))
    desk.report(leg(2), epoch: 4, 0.1)
    #expect(desk.end(leg(2)).starts == [], "two slots are free, but of two GPUs")
    desk.report(leg(3), epoch: 4, 0.1)
    let commands = desk.end(leg(3))
    guard case .start(let alone)? = commands.first else {
      Issue.record("\(commands)")
      return
    }
    #expect(alone.id == leg(1, 2))
    #expect(alone.width == 2)
    #expect(alone.slot == SlotID(WorkerID(0), 2))
    #expect(desk.coordinator.busyCount == 4, "trial 0, the one alone, and a new one")
  }

  @Test func anAgentWithImpossibleFiguresIsNotTakenIn() {
    var desk = Desk()
    #expect(desk.join(-1) == [])
    #expect(desk.join(1, slots: -1) == [])
    #expect(desk.coordinator.slotCount == 1)
  }

  @Test func aStudyWithoutAgentsWaitsForOne() {
    var desk = Desk(slots: [1]) { $0.stop.trials = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.end(leg(0), keeping: 1)
    desk.lose(0)
    #expect(desk.coordinator.phase == .running)
    #expect(desk.join(0).ending == .nothingLeft)
  }
}

extension Command {
  var isPropose: Bool { if case .propose = self { true } else { false } }
}
