import Coordination
import StudyModel
import TestSupport
import Testing

/// The winner is trained out when the search has ended.
struct FinishTests {
  /// Two trials of which trial 1 wins.
  private func desk(_ edit: (inout Study) -> Void = { _ in }) -> Desk {
    var desk = Desk(slots: [2]) {
      $0.algorithm = Algorithm(.random)
      $0.stop.trials = 2
      $0.finish = FinishSettings(epochs: Budget(9), seeds: 3)
      edit(&$0)
    }
    desk.report(leg(0), epoch: 4, 0.2)
    desk.report(leg(1), epoch: 4, 0.7)
    return desk
  }

  @Test func theWinnerIsTrainedOutOverSeeds() {
    var desk = desk()
    #expect(desk.end(leg(0)) == [])
    let commands = desk.end(leg(1))
    let legs = commands.compactMap { command -> Leg? in
      if case .start(let leg) = command { leg } else { nil }
    }
    #expect(legs.map(\.seed) == [1, 2])
    #expect(legs.map(\.until) == [9, 9])
    #expect(legs.allSatisfy { $0.source == nil })
    #expect(legs.allSatisfy { $0.configuration == desk.trial(1).configuration })
    #expect(desk.coordinator.phase == .finishing(.nothingLeft))
    // A better value of a training does not make it the search's winner.
    #expect(desk.report(leg(2), epoch: 9, 0.9).verdicts == [.complete])
    #expect(desk.coordinator.best == TrialID(1))
    #expect(desk.end(leg(2)).starts == [leg(4)])
    desk.report(leg(3), epoch: 4, 0.8)
    desk.report(leg(3), epoch: 9, 0.8)
    desk.end(leg(3))
    desk.report(leg(4), epoch: 9, .nan)
    #expect(desk.end(leg(4), .endedByRung).ending == .nothingLeft)
    #expect(desk.coordinator.choice == TrialID(1))
    #expect(desk.trial(4).state == .failed)
  }

  @Test func aTrainingThatFailsIsRetriedAndAnInterruptedOneGoesOn() {
    var desk = desk {
      $0.finish = FinishSettings(seeds: 1)
      $0.trial.retries = 1
    }
    desk.end(leg(0))
    #expect(desk.end(leg(1)).starts == [leg(2)])
    #expect(desk.end(leg(2), .signalled(9)).starts == [leg(2, 2)])
    desk.begin(slots: [])
    #expect(desk.coordinator.phase == .finishing(.nothingLeft))
    #expect(desk.join(0).starts == [leg(2, 3)])
    desk.report(leg(2, 3), epoch: 4, 0.5)
    #expect(desk.end(leg(2, 3)).ending == .nothingLeft)
  }

  @Test func aStudyThatARuleEndsTrainsItsWinnerToo() {
    var desk = Desk(slots: [1]) {
      $0.stop.reports = 1
      $0.finish = FinishSettings()
    }
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.end(leg(0)).starts == [leg(1)])
    #expect(desk.trial(1).origin == .winner(TrialID(0)))
    desk.report(leg(1), epoch: 4, 0.5)
    #expect(desk.end(leg(1)).ending == .rule("reports"))
  }

  @Test func withoutAWinnerNothingIsTrained() {
    var desk = Desk(slots: [1]) {
      $0.stop.trials = 1
      $0.finish = FinishSettings()
    }
    #expect(desk.end(leg(0), .exited(status: 1)).ending == .everythingFailed)
  }
}
