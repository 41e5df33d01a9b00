import Coordination
import StudyModel
import TestSupport
import Testing

struct EndingTests {
  private func world(
    seed: UInt64, trouble: Double = 0, _ edit: (inout Study) -> Void
  ) throws -> World {
    var study = Study.random(seed: seed)
    edit(&study)
    var settings = World.Settings.random(seed: seed, study: study)
    settings.trouble = trouble
    if seed.isMultiple(of: 3) { settings.cuts = [5, Int(10 + seed % 40)] }
    var world = World(study: study, settings: settings)
    world.inspect = WorldTests.inspection
    try world.live()
    #expect(world.violations == [])
    return world
  }

  @Test(arguments: seeds(30, from: 10_000))
  func theRuleStartedEndsTheStudyAsThatManyHaveStarted(seed: UInt64) throws {
    let world = try world(seed: seed, trouble: seed.isMultiple(of: 2) ? 0 : 0.5) {
      $0.stop = StopRules()
      $0.stop.started = 8
    }
    guard case .finished(let ending) = world.coordinator.phase else { return }
    guard ending == .rule("started") else {
      // All of them may have failed before the eighth was due.
      #expect(ending == .everythingFailed)
      return
    }
    #expect(world.coordinator.trials.count == 8)
    #expect(world.coordinator.trials[7].attempts > 0)
    let starts = world.journal.map(\.commands.starts)
    let last = try #require(starts.lastIndex { !$0.isEmpty })
    #expect(starts[last].contains(leg(7)), "nothing starts after the eighth")
  }

  @Test(arguments: seeds(30, from: 20_000))
  func theRuleReportsEndsTheStudyAfterThatMany(seed: UInt64) throws {
    let world = try world(seed: seed) {
      $0.stop = StopRules()
      $0.stop.reports = 20
    }
    #expect(world.coordinator.phase == .finished(.rule("reports")))
    #expect(world.coordinator.reports.count >= 20)
    let time = world.coordinator.reports.times[19]
    #expect(world.journal.allSatisfy { $0.time.microseconds <= time || $0.commands.starts == [] })
  }

  @Test(arguments: seeds(30, from: 30_000))
  func theRuleWallclockEndsTheStudyAtItsTime(seed: UInt64) throws {
    let world = try world(seed: seed, trouble: 0.3) {
      $0.stop = StopRules()
      $0.stop.wallclock = .milliseconds(12_345)
    }
    guard world.coordinator.phase != .finished(.everythingFailed) else { return }
    #expect(world.coordinator.phase == .finished(.rule("wallclock")))
    let first = try #require(
      world.journal.firstIndex { $0.time.microseconds >= 12_345_000 })
    #expect(world.journal[first].time.microseconds <= 12_345_001, "it was awaited to the moment")
    #expect(world.journal[first...].allSatisfy { $0.commands.starts == [] })
  }

  @Test(arguments: seeds(30, from: 40_000))
  func theRuleGPUHoursEndsTheStudyWhenTheyAreUsedUp(seed: UInt64) throws {
    let gpus = Int(seed % 2)
    let world = try world(seed: seed) {
      $0.stop = StopRules()
      $0.stop.gpuHours = 0.01
      $0.trial.gpus = gpus
    }
    #expect(world.coordinator.phase == .finished(.rule("gpu-hours")))
    #expect(world.coordinator.gpuHours >= 0.01)
    // What is used beyond is the time that processes take to end.
    let slots = Double(world.settings.slots.reduce(0, +) * max(gpus, 1))
    #expect(world.coordinator.gpuHours < 0.01 + slots * 6 / 3600)
  }

  @Test(arguments: seeds(30, from: 50_000))
  func theRuleTargetEndsTheStudyAsItIsReached(seed: UInt64) throws {
    let world = try world(seed: seed) {
      $0.stop.target = $0.metric.goal == .maximize ? 0.5 : 0.2
      $0.stop.trials = 60
    }
    let coordinator = world.coordinator
    let column = try #require(coordinator.reports.column("accuracy"))
    let isMet = { (value: Double) in
      coordinator.study.metric.goal == .maximize ? value >= 0.5 : value <= 0.2
    }
    guard coordinator.phase == .finished(.rule("target")) else {
      #expect(!column.contains(where: isMet))
      return
    }
    let first = try #require(column.firstIndex(where: isMet))
    let time = coordinator.reports.times[first]
    #expect(world.journal.allSatisfy { $0.time.microseconds <= time || $0.commands.starts == [] })
  }

  @Test func rulesBeyondAllMeasureAreNeverMet() {
    var desk = Desk {
      $0.stop.gpuHours = 1e300
      $0.stop.wallclock = .seconds(Int64.max)
    }
    #expect(desk.coordinator.nextDeadline == StudyTime(microseconds: .max))
    #expect(desk.absorb(.deadlinePassed) == [])
    #expect(desk.coordinator.phase == .running)
  }

  @Test(arguments: seeds(20, from: 60_000))
  func aStudyInWhichEverythingFailsEndsEarly(seed: UInt64) throws {
    var study = Study.random(seed: seed)
    study.stop.trials = 200
    study.trial.retries = Int(seed % 3)
    var coordinator = Desk(slots: []) { $0 = study }.coordinator
    var time = 10.0
    func absorb(_ event: Event) -> [Command] {
      time += 1
      return coordinator.absorb(event, at: StudyTime(seconds: time)).flatMap { command in
        if case .propose(let trial) = command { return absorb(coordinator.proposal(for: trial)) }
        return [command]
      }
    }
    var queue = absorb(.workerJoined(WorkerID(0), host: "node", slots: 3))
    var starts = 0
    while let command = queue.first {
      queue.removeFirst()
      guard case .start(let leg) = command else { continue }
      starts += 1
      let outcome: LegEnd.Outcome = starts % 2 == 0 ? .exited(status: 1) : .signalled(11)
      queue += absorb(.legEnded(LegEnd(leg: leg.id, outcome: outcome, lastLine: "no torch")))
    }
    #expect(coordinator.phase == .finished(.everythingFailed))
    #expect(coordinator.trials.count { $0.state == .failed } == Coordinator.hopelessFailures)
    #expect(coordinator.trials[0].attempts == study.trial.retries + 1)
    #expect(coordinator.trials[0].failures == study.trial.retries + 1)
    #expect(starts < 13 * (study.trial.retries + 1))
  }

  @Test func aFailedTrialIsRetriedFromItsLastCheckpoint() {
    var desk = Desk {
      $0.algorithm = Algorithm(.random)
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
    let constraint = try Expression("x == 0.5")
    var desk = Desk(slots: [2]) {
      $0.space = SearchSpace(parameters: $0.space.parameters, constraints: [constraint])
      $0.points = [Configuration([("x", .real(0.5))])]
      $0.stop.trials = 10
    }
    #expect(desk.coordinator.trials.map(\.reason) == [.training, .noConfiguration])
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.end(leg(0)).ending == .exhausted)
  }

  @Test(arguments: seeds(60, from: 900_000))
  func aStudyEndsWhenItsSpaceIsExhausted(seed: UInt64) throws {
    let points = Int(seed % 7)
    let constraint = try Expression("rate == 1")
    let world = try world(seed: seed, trouble: 0.5) {
      $0.space = SearchSpace(parameters: $0.space.parameters, constraints: [constraint])
      $0.points = Array(repeating: $0.points[0], count: points)
      $0.stop.trials = 20
    }
    let trials = world.coordinator.trials
    guard world.coordinator.phase != .finished(.everythingFailed) else {
      #expect(trials.allSatisfy { $0.state == .failed })
      return
    }
    #expect(world.coordinator.phase == .finished(.exhausted))
    #expect(trials.count { $0.reason != .noConfiguration } == points)
    #expect(trials.count <= points + world.settings.slots.reduce(0, +))
  }

  @Test(arguments: seeds(60, from: 910_000))
  func aStudyThatTrainsNothingChoosesOneConfiguration(seed: UInt64) throws {
    var study = Study.random(seed: seed)
    study.algorithm = Algorithm(.randomBaseline)
    study.points = seed.isMultiple(of: 2) ? study.points : []
    var world = WorldTests.world(
      seed: seed, study: study, cuts: Set([Int(seed % 6), Int(seed % 7) + 3]))
    try world.live()
    #expect(world.violations == [])
    let coordinator = world.coordinator
    #expect(coordinator.phase == .finished(.nothingLeft))
    #expect(coordinator.trials.map(\.reason) == [.chosenUntrained])
    #expect(coordinator.trials.map(\.state) == [.completed])
    #expect(study.space.conforming(coordinator.trials[0].configuration) != nil)
    #expect(coordinator.choice == TrialID(0))
    #expect(coordinator.busyMicroseconds < 1_000_000)
  }

  @Test func aStudyWithoutAnyConfigurationChoosesNothing() throws {
    let constraint = try Expression("x > 1")
    let desk = Desk {
      $0.space = SearchSpace(parameters: $0.space.parameters, constraints: [constraint])
      $0.algorithm = Algorithm(.randomBaseline)
      $0.stop.trials = 10
    }
    #expect(desk.coordinator.phase == .finished(.exhausted))
    #expect(desk.coordinator.choice == nil)
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
      (.fullBudget, "reached its full budget"),
      (.chosenUntrained, "chosen without being trained"), (.endedItself, "ended its own training"),
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
