import Coordination
import StudyModel
import TestSupport
import Testing

/// The trainings of a collection as trials.
struct CollectionTests {
  private func desk(first: Int = 0, keeps: Bool = false, slots: Int = 1) -> Desk {
    Desk(slots: [slots]) {
      $0.space = SearchSpace(
        parameters: $0.space.parameters + [
          Parameter(
            name: "f", domain: .integer(low: 1, high: 2, step: 1, log: false), isFidelity: true)
        ])
      var search = Search(.collection)
      search.collection = CollectionSettings(
        configurations: .sobol(2), seeds: [4, 6], first: first, keepsCheckpoints: keeps)
      $0.algorithm = Algorithm(schedule: Schedule(.full), search: search)
      $0.stop.trials = 8 - first
      $0.trial.retries = 1
    }
  }

  private func legs(_ commands: [Command]) -> [Leg] {
    commands.compactMap { if case .start(let leg) = $0 { leg } else { nil } }
  }

  @Test func aTrainingIsToldItsSeedAndFidelity() {
    var desk = desk(first: 3, slots: 1)
    #expect(desk.trial(0).configuration["f"] == .integer(2))
    #expect(desk.trial(0).origin == .sequence(place: 3))
    desk.report(leg(0), epoch: 4, 0.5)
    let next = legs(desk.end(leg(0)))
    #expect(next.map(\.seed) == [4] && next.map(\.until) == [4])
    #expect(desk.trial(1).configuration["f"] == .integer(1))
    // One that fails is told the same again.
    let again = legs(desk.end(leg(1), .exited(status: 1)))
    #expect(again.map(\.seed) == [4] && again.map(\.id) == [leg(1, 2)])
  }

  @Test func withoutKeepNoCheckpointOfATrainingThatIsDoneIsMade() {
    var desk = desk()
    #expect(desk.report(leg(0), epoch: 4, 0.5).verdicts == [.stop])
    #expect(desk.trial(0).state == .completed)
    desk.end(leg(0))
    // An interrupted one has left some, which is of no use once it is done.
    desk.report(leg(1), epoch: 2, 0.5)
    desk.absorb(.drainBegan(reason: "end"))
    #expect(desk.report(leg(1), epoch: 3, 0.5, isHeld: true).verdicts == [.pause])
    desk.end(leg(1), keeping: 3)
    desk.store("a", [entry(leg(1), epoch: 3)])
    #expect(desk.trial(1).checkpoint?.entry.epoch == 3)
    desk.begin(slots: [1])
    #expect(desk.coordinator.trials[1].heldSlots.isEmpty == false)
    desk.report(leg(1, 2), epoch: 4, 0.5)
    desk.end(leg(1, 2))
    #expect(desk.trial(1).state == .completed && desk.trial(1).checkpoint == nil)
  }

  @Test func withKeepEveryLastCheckpointStays() {
    var desk = desk(keeps: true)
    #expect(desk.report(leg(0), epoch: 4, 0.5).verdicts == [.complete])
    desk.end(leg(0), keeping: 4)
    desk.store("a", [entry(leg(0), epoch: 4)])
    desk.report(leg(1), epoch: 4, 0.9)
    desk.end(leg(1), keeping: 4)
    desk.store("b", [entry(leg(1), epoch: 4)])
    #expect(desk.trial(0).checkpoint?.entry.epoch == 4)
    #expect(desk.trial(1).checkpoint?.entry.epoch == 4)
  }

  /// A program that prints ends by itself; it is not ended in the middle of its last words.
  @Test func aProgramThatCannotBeToldIsLeftToEnd() {
    var desk = desk()
    #expect(desk.report(leg(0), epoch: 4, 0.5, isAnswerable: false).ends == [])
    #expect(desk.trial(0).state == .completed)
  }

  @Test func aCollectionEndsWithItsLastTraining() {
    var desk = desk(first: 6)
    desk.report(leg(0), epoch: 4, 0.5)
    desk.end(leg(0))
    desk.report(leg(1), epoch: 4, .nan)
    #expect(desk.end(leg(1), .endedByRung).ending == .nothingLeft)
    #expect(desk.coordinator.trials.count == 2)
    #expect(desk.trial(1).state == .failed)
  }
}
