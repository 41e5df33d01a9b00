import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Runs that end before their study: at a limit, or because somebody asked.
struct DrainTests {
  // MARK: At the desk

  @Test func aRunThatDrainsAsksItsProcessesToHoldAndTakesThemBackAtTheirNextReport() {
    var desk = Desk(slots: [2]) { $0.algorithm = Algorithm(.random) }
    desk.report(leg(0), epoch: 1, 0.5)
    let holds = desk.absorb(.drainBegan(reason: "SIGTERM")).holds
    #expect(holds == [leg(0), leg(1)])
    #expect(desk.report(leg(0), epoch: 2, 0.6, isHeld: true).verdicts == [.pause])
    #expect(desk.end(leg(0), keeping: 2).starts == [], "nothing starts any more")
    #expect(desk.trial(0).state == .running)
    #expect(desk.trial(0).reason == .interrupted)
    #expect(desk.store("a", [entry(leg(0), epoch: 2)]).leaves == [], "trial 1 still runs")
    #expect(desk.report(leg(1), epoch: 1, 0.1, isHeld: true).verdicts == [.pause])
    #expect(desk.end(leg(1)).leaves == ["SIGTERM"])
    desk.absorb(.runEnded(reason: "SIGTERM"))
    // The next run goes on with both, from where they were.
    desk.begin(slots: [])
    guard case .start(let next)? = desk.join(0).first else {
      Issue.record("nothing starts")
      return
    }
    #expect(next.id == leg(0, 2))
    #expect(next.source?.entry == entry(leg(0), epoch: 2))
  }

  @Test func aReportThatCrossedTheRequestIsNotAnswered() {
    var desk = Desk { $0.algorithm = Algorithm(.random) }
    desk.absorb(.drainBegan(reason: "asked"))
    #expect(desk.report(leg(0), epoch: 1, 0.5).verdicts == [])
    #expect(desk.report(leg(0), epoch: 2, 0.5, isHeld: true).verdicts == [.pause])
    #expect(desk.coordinator.reports.epochs == [1, 2])
  }

  @Test func aDecisionThatIsDueIsMadeWhileTheRunDrains() {
    var desk = Desk(slots: [2])
    desk.absorb(.drainBegan(reason: "asked"))
    #expect(desk.report(leg(0), epoch: 1, 0.5, isHeld: true).verdicts == [.pause])
    #expect(desk.trial(0).state == .paused, "at its rung, not interrupted")
    #expect(desk.trial(0).reason == .reachedRung(epoch: 1))
  }

  @Test func aTrialThatIsToGoOnAtItsRungIsTakenBackThere() {
    var desk = Desk(slots: [2]) { $0.algorithm.schedule.halving = .stopping }
    desk.absorb(.drainBegan(reason: "asked"))
    #expect(desk.report(leg(0), epoch: 1, 0.5).verdicts == [.pause])
    #expect(desk.trial(0).state == .running)
    desk.end(leg(0), keeping: 1)
    #expect(desk.trial(0).reason == .interrupted)
    #expect(desk.trial(0).target == 2)
  }

  @Test func aStudyThatEndsWhileItsRunDrainsHasEnded() {
    var desk = Desk {
      $0.algorithm = Algorithm(.random)
      $0.stop.trials = 1
    }
    desk.absorb(.drainBegan(reason: "asked"))
    #expect(desk.report(leg(0), epoch: 4, 0.5).verdicts == [.complete])
    #expect(desk.end(leg(0)).ending == .nothingLeft)
  }

  @Test func processesAreAskedToHoldWhenTheirNextReportIsTheLastThatComesInTime() {
    // The desk's clock goes on by a second at each event.
    var desk = Desk {
      $0.algorithm = Algorithm(.random)
      $0.fidelity = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(100))
    }
    desk.absorb(.horizonKnown(StudyTime(seconds: 100)))
    var holds: [LegID] = []
    var epoch = 0
    while holds.isEmpty, desk.coordinator.now.seconds < 100 {
      let second = Int(desk.coordinator.now.seconds)
      let isReport = second > 20 && second % 10 == 9
      if isReport { epoch += 1 }
      let commands = isReport ? desk.report(leg(0), epoch: epoch, 0.1) : desk.wait()
      holds = commands.holds
    }
    #expect(holds == [leg(0)])
    // Ten seconds an epoch, with caution twelve and a half; almost thirty to a first report.
    #expect(desk.coordinator.now.seconds == 88)
    #expect(desk.report(leg(0), epoch: 7, 0.1, isHeld: true).verdicts == [.pause])
    #expect(desk.end(leg(0), keeping: 7).starts == [], "too late for another start")
    #expect(desk.store("a", [entry(leg(0), epoch: 7)]).leaves == ["the time of the job is up"])
  }

  @Test func atTheHorizonTheRunEndsWhateverRuns() {
    var desk = Desk { $0.algorithm = Algorithm(.random) }
    desk.absorb(.horizonKnown(StudyTime(seconds: 5)))
    var leaves: [String] = []
    while desk.coordinator.now.seconds < 8 { leaves += desk.wait().leaves }
    #expect(leaves == ["the time of the job is up"], "once")
  }

  // MARK: Whole studies

  @Test(arguments: seeds(150, from: 210_000))
  func aRunThatIsDrainedAnywhereGoesOnToTheSameNumberOfTrials(seed: UInt64) throws {
    var random = SeededGenerator(seed, 911)
    let drains = Set((0..<random.integer(1...6)).map { _ in random.integer(1...200) })
    var world = Self.world(seed: seed) { $0.drains = drains }
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
  }

  @Test(arguments: seeds(150, from: 220_000))
  func aChainOfRunsWithALimitGoesOnToTheSameNumberOfTrials(seed: UInt64) throws {
    var random = SeededGenerator(seed, 912)
    let horizon = random.integer(60_000_000...600_000_000)
    var world = Self.world(seed: seed) { $0.horizon = horizon }
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
  }

  @Test(arguments: seeds(60, from: 230_000))
  func drainedProcessesThatListenLoseNothing(seed: UInt64) throws {
    var random = SeededGenerator(seed, 913)
    let drains = Set((0..<4).map { _ in random.integer(1...200) })
    var world = Self.world(seed: seed) {
      $0.drains = drains
      $0.areAllAnswerable = true
      ($0.trouble, $0.storeFailures, $0.losses, $0.damage) = (0, 0, 0, 0)
    }
    try world.live()
    #expect(world.violations == [])
    var last: [Int: Int] = [:]
    for entry in world.journal {
      guard case .reported(let report) = entry.event else { continue }
      let trial = report.leg.trial.number
      #expect(report.epoch == last[trial, default: 0] + 1, "an epoch was trained again or left out")
      last[trial] = report.epoch
    }
  }

  private static func world(seed: UInt64, _ edit: (inout World.Settings) -> Void) -> World {
    let study = Study.random(seed: seed)
    var settings = World.Settings.random(seed: seed, study: study)
    edit(&settings)
    var world = World(study: study, settings: settings)
    world.inspect = WorldTests.inspection
    return world
  }
}

extension [Command] {
  /// The processes that are asked to hold.
  fileprivate var holds: [LegID] {
    compactMap { if case .hold(let leg, _) = $0 { leg } else { nil } }
  }

  /// Why runs are left.
  fileprivate var leaves: [String] {
    compactMap { if case .leave(let reason) = $0 { reason } else { nil } }
  }
}
