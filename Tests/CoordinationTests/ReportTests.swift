import StudyModel
import TestSupport
import Testing

@testable import Coordination

struct ReportTests {
  @Test func aTrialThatWasToldToGoOnMayStillEndItself() {
    var desk = Desk { $0.algorithm.schedule.halving = .stopping }
    #expect(desk.report(leg(0), epoch: 1, 0.5).verdicts == [.goOn(until: 2)])
    #expect(desk.report(leg(0), epoch: 2, 0.6).verdicts == [.goOn(until: 4)])
    #expect(desk.report(leg(0), epoch: 3, 0.7).verdicts == [])
    let commands = desk.end(leg(0))
    #expect(desk.trial(0).state == .completed)
    #expect(desk.trial(0).reason == .endedItself)
    #expect(commands.starts == [leg(1)])
  }

  @Test func aTrialThatCouldNotBeToldToGoOnStartsAgain() {
    var desk = Desk { $0.algorithm.schedule.halving = .stopping }
    #expect(desk.report(leg(0), epoch: 1, 0.5, isAnswerable: false) == [])
    let commands = desk.end(leg(0))
    #expect(commands.starts == [leg(0, 2)])
    guard case .start(let next)? = commands.first else { return }
    #expect(next.until == 2)
  }

  @Test func aTrialThatTrainsBeyondItsEndAndCannotBeToldIsEnded() {
    var desk = Desk()
    #expect(desk.report(leg(0), epoch: 1, 0.5, isAnswerable: false) == [])
    #expect(desk.trial(0).state == .paused)
    #expect(desk.report(leg(0), epoch: 1, 0.5, isAnswerable: false) == [], "a repeated report")
    #expect(desk.report(leg(0), epoch: 2, 0.6, isAnswerable: false).ends == [leg(0)])
    desk.end(leg(0), .endedByRung)
    #expect(desk.trial(0).state == .paused)
    #expect(desk.coordinator.reports.epochs == [1])
  }

  @Test func aReportWithoutTheMetricIsAnsweredWhereACheckpointIsDue() {
    var desk = Desk {
      $0.algorithm = Algorithm(.random)
      $0.trial.checkpointEvery = 2
    }
    #expect(desk.report(leg(0), epoch: 1, nil) == [])
    #expect(desk.report(leg(0), epoch: 2, nil).verdicts == [.goOn(until: 4)])
    #expect(desk.report(leg(0), epoch: 3, 0.5) == [])
    #expect(desk.coordinator.reports.epochs == [3])
  }

  @Test func aDueReportWithoutTheMetricFailsTheTrial() {
    var desk = Desk()
    #expect(desk.report(leg(0), epoch: 1, nil).ends == [leg(0)])
    #expect(desk.trial(0).state == .failed)
    #expect(desk.trial(0).reason == .metricMissing(epoch: 1))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func aMetricThatIsNotFiniteFailsTheTrial(value: Double) {
    var desk = Desk { $0.algorithm = Algorithm(.random) }
    desk.report(leg(0), epoch: 1, 0.3)
    #expect(desk.report(leg(0), epoch: 2, value).ends == [leg(0)])
    #expect(desk.trial(0).state == .failed)
    #expect(desk.trial(0).reason == .diverged(epoch: 2))
    #expect(desk.coordinator.best == TrialID(0))
    #expect(desk.trial(0).best?.epoch == 1)
  }

  @Test func aRepeatedReportIsAnsweredAgainAndRecordedOnce() {
    var desk = Desk { $0.algorithm.schedule.halving = .stopping }
    #expect(desk.report(leg(0), epoch: 1, 0.5).verdicts == [.goOn(until: 2)])
    #expect(desk.report(leg(0), epoch: 1, 0.4).verdicts == [.goOn(until: 2)])
    #expect(desk.coordinator.reports.count == 1)
    #expect(desk.trial(0).last?.value == 0.5)
  }

  @Test func reportsOfNobodyChangeNothing() {
    var desk = Desk()
    for other in [leg(0, 0), leg(0, 2), leg(1), leg(99), leg(-1), leg(0, -1)] {
      #expect(desk.report(other, epoch: 1, 0.5) == [])
      #expect(desk.end(other, keeping: 1) == [])
      #expect(desk.absorb(.began(other)) == [])
      #expect(desk.absorb(.notStored(other, reason: "x")) == [])
      desk.store("c\(other)", [entry(other, epoch: 0)])
    }
    #expect(desk.report(leg(0), epoch: 0, 0.5) == [])
    #expect(desk.report(leg(0), epoch: -1, 0.5) == [])
    #expect(desk.coordinator.reports.count == 0)
  }

  @Test func proposalsOfNobodyChangeNothing() {
    var desk = Desk()
    for number in [-1, 0, 1, 99] {
      #expect(desk.absorb(.proposed(TrialID(number), Configuration(), from: .random)) == [])
      #expect(desk.absorb(.exhausted(TrialID(number))) == [])
    }
    #expect(desk.trial(0).place != nil)
  }

  @Test func aTrialThatHasItsConfigurationIsNotExhausted() {
    var desk = Desk(slots: [2]) { $0.stop.trials = 2 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0), keeping: 1)
    #expect(desk.trial(0).place == nil, "a slot is held until its checkpoint is durable")
    #expect(desk.absorb(.exhausted(TrialID(0))) == [])
    #expect(desk.store("a", [entry(leg(0), epoch: 1)]).starts == [leg(0, 2)])
  }

  @Test func aProposalGetsItsTypesBack() {
    var coordinator = Desk(slots: []).coordinator
    _ = coordinator.absorb(
      .workerJoined(WorkerID(0), host: "node", slots: 1), at: StudyTime(seconds: 5))
    let commands = coordinator.absorb(
      .proposed(TrialID(0), Configuration([("x", .integer(1))]), from: .random),
      at: StudyTime(seconds: 6))
    guard case .start(let leg)? = commands.first else {
      Issue.record("\(commands)")
      return
    }
    #expect(leg.configuration["x"] == .real(1))
  }

  @Test func aLegKeepsTheTypesOfItsConfigurationOnItsWayToTheAgent() throws {
    let configuration = Configuration([
      ("a", .real(1)), ("b", .integer(1)), ("c", .word("1")), ("d", .real(0.5)), ("e", .real(1e20)),
    ])
    let leg = Leg(
      id: leg(0), slots: [SlotID(WorkerID(0), 0)], configuration: configuration, source: nil,
      until: 1)
    #expect(try roundTrip(leg).configuration == configuration)
    #expect(
      try roundTrip(TypedConfiguration(wrappedValue: configuration)).wrappedValue
        == configuration)
  }

  @Test(arguments: [(Schedule.Kind.pasha, true), (.asha, false)])
  func onlyASchedulerThatFollowsCurvesIsToldOfReportsBetweenRungs(
    kind: Schedule.Kind, follows: Bool
  ) throws {
    var desk = Desk {
      $0.algorithm.schedule.kind = kind
      $0.fidelity = Fidelity(name: "epoch", minimum: Budget(2), maximum: Budget(9))
    }
    let before = try json(desk.coordinator.scheduler)
    #expect(desk.report(leg(0), epoch: 1, 0.5) == [])
    #expect(try (json(desk.coordinator.scheduler) != before) == follows)
  }
}
