import Coordination
import StudyModel
import TestSupport
import Testing

struct EndingTests {
  @Test func rulesBeyondAllMeasureAreNeverMet() {
    var desk = Desk {
      $0.stop.gpuHours = 1e300
      $0.stop.wallclock = .seconds(Int64.max)
    }
    #expect(desk.coordinator.nextDeadline == StudyTime(microseconds: .max))
    #expect(desk.absorb(.deadlinePassed) == [])
    #expect(desk.coordinator.phase == .running)
  }

  @Test func aFailedTrialIsRetriedFromItsLastCheckpoint() {
    var desk = Desk {
      $0.algorithm.name = .random
      $0.trial.retries = 1
    }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", [entry(leg(0), epoch: 1)])
    let commands = desk.end(leg(0), .signalled(9))
    guard case .start(let retry)? = commands.first else {
      Issue.record("\(commands)")
      return
    }
    #expect(retry.id == leg(0, 2))
    #expect(retry.source?.entry.epoch == 1)
    #expect(desk.end(leg(0, 2), .exited(status: 3)).starts == [leg(1)])
    #expect(desk.trial(0).state == .failed)
    #expect(desk.trial(0).reason.description == "exited with status 3")
  }

  @Test func aSpaceWithoutAnotherConfigurationEndsTheStudy() throws {
    let constraint = try Expression("x > 2")
    var desk = Desk(slots: [2]) {
      $0.space = SearchSpace(parameters: $0.space.parameters, constraints: [constraint])
      $0.points = [Configuration([("x", .real(0.5))])]
      $0.stop.trials = 10
    }
    #expect(desk.coordinator.trials.map(\.reason) == [.training, .noConfiguration])
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.end(leg(0)).ending == .exhausted)
  }

  @Test func anotherRunOfAStudyThatIsBeingEndedOnlyFinishesIt() {
    var desk = Desk(slots: [2]) { $0.stop.reports = 1 }
    #expect(desk.report(leg(0), epoch: 1, 0.5).ends == [leg(1)])
    #expect(desk.coordinator.phase == .ending(.rule("reports")))
    desk.begin(slots: [])
    #expect(desk.coordinator.phase == .finished(.rule("reports")))
    #expect(desk.coordinator.trials.allSatisfy { $0.state != .running })
    #expect(desk.join(0) == [])
  }

  @Test func aSlotHeldForATrialIsGivenBackAsTheStudyEnds() {
    var desk = Desk(slots: [2]) {
      $0.stop.trials = 2
      $0.stop.wallclock = .seconds(60)
    }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0), keeping: 1)
    #expect(desk.coordinator.busyCount == 1)
    _ = desk.coordinator.absorb(.deadlinePassed, at: StudyTime(seconds: 60))
    #expect(desk.coordinator.busyCount == 0)
    #expect(desk.coordinator.phase == .ending(.rule("wallclock")), "a checkpoint is on its way")
    let commands = desk.coordinator.absorb(
      .stored(
        Container(name: "a", owner: WorkerID(0), entries: [entry(leg(0), epoch: 1)])),
      at: StudyTime(seconds: 61))
    #expect(commands.ending == .rule("wallclock"))
    #expect(desk.trial(0).state == .stopped)
  }

  @Test func agentsBeforeTheirRunEndNothing() {
    var coordinator = Coordinator(study: Desk.study)
    #expect(
      coordinator.absorb(.workerJoined(WorkerID(0), host: "node", slots: 1), at: .zero) == [])
    #expect(coordinator.phase == .running)
  }

  @Test func endingsSayWhatEndedTheStudy() {
    #expect(Ending.nothingLeft.description == "every trial has had the budget it earned")
    #expect(Ending.rule("gpu-hours").description == "the rule 'stop.gpu-hours' was met")
    #expect(Ending.exhausted.description == "the search space holds no further configuration")
    #expect(Ending.everythingFailed.description == "every trial failed")
  }

  @Test func reasonsSayWhyATrialStandsWhereItStands() {
    let reasons: [(TrialRecord.Reason, String)] = [
      (.training, "training"), (.reachedRung(epoch: 3), "paused at rung 3"),
      (.notAmongBest(epoch: 3), "not among the best at rung 3"),
      (.fullBudget, "reached its full budget"), (.endedItself, "ended its own training"),
      (.studyEnded, "cut as the study ended"),
      (.noConfiguration, "the search space had no configuration left"),
      (.diverged(epoch: 2), "the metric was not a finite number at epoch 2"),
      (.metricMissing(epoch: 2), "the report of epoch 2 lacks the study's metric"),
      (.noReport(lastLine: nil), "ended without a report"),
      (.noReport(lastLine: "bye"), "ended without a report; its last line: 'bye'"),
      (.process(.signalled(9), lastLine: "a"), "ended by signal 9; its last line: 'a'"),
      (.process(.silent(seconds: 60), lastLine: nil), "did not report for 60 s"),
      (
        .process(.notStarted(reason: "no such file"), lastLine: nil),
        "could not be started: no such file"
      ),
      (.process(.askedForNext, lastLine: nil), "went on to the next trial"),
      (.process(.endedByRung, lastLine: nil), "ended by Rung"),
      (.interrupted, "interrupted; goes on from its last checkpoint"),
    ]
    for (reason, text) in reasons { #expect(reason.description == text) }
  }
}
