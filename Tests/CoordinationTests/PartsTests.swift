import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Trials whose processes are on several agents.
struct PartsTests {
  /// Trials of 3 GPUs on agents that have one or two, so that each is on several.
  private static func world(seed: UInt64, cuts: Set<Int> = []) -> World {
    var study = Study.random(seed: seed)
    study.trial.gpus = 3
    study.trial.launch = .ranks
    var random = SeededGenerator(seed, 930)
    var settings = World.Settings.random(seed: seed, study: study)
    settings.slots = (0..<random.integer(2...4)).map { _ in random.integer(1...2) }
    while settings.slots.reduce(0, +) < 3 { settings.slots.append(1) }
    settings.cuts = cuts
    var world = World(study: study, settings: settings)
    world.inspect = WorldTests.inspection
    return world
  }

  @Test(arguments: seeds(400, from: 930_000))
  func everyStudyEndsWithTheTrialsItPromised(seed: UInt64) throws {
    var world = Self.world(seed: seed)
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
    #expect(world.coordinator.trials.allSatisfy { $0.incoming == nil })
  }

  @Test(arguments: seeds(100, from: 931_000))
  func aReplayEqualsTheRunAndARunThatIsCutGoesOn(seed: UInt64) throws {
    var random = SeededGenerator(seed, 932)
    let cuts = Set((0..<random.integer(1...4)).map { _ in random.integer(1...200) })
    var world = Self.world(seed: seed, cuts: cuts)
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
    var coordinator = Coordinator(study: try roundTrip(world.coordinator.study))
    for entry in world.journal {
      #expect(coordinator.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
    }
    #expect(try json(coordinator) == json(world.coordinator))
  }

  /// As job steps a trial on several agents is the first one's alone, and there is a bound on them.
  @Test(arguments: seeds(150, from: 933_000))
  func jobStepsWaitInLine(seed: UInt64) throws {
    var world = try SizesTests.world(seed: seed)
    var settings = world.settings
    var random = SeededGenerator(seed, 933)
    settings.stepLimit = random.integer(1...4)
    world = World(study: world.coordinator.study, settings: settings)
    world.inspect = WorldTests.inspection
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
    for command in world.journal.flatMap(\.commands) {
      if case .join = command { Issue.record("\(command)") }
      guard case .start(let leg) = command else { continue }
      #expect((leg.hosts?.count ?? 1) == leg.workers.count)
    }
  }

  @Test func theWorldsOfTheseTestsSpreadTrialsAndBringTheirPartsTogether() throws {
    var (joins, resumed, merged) = (0, 0, 0)
    for seed in UInt64(930_000)..<930_060 {
      var world = Self.world(seed: seed)
      try world.live()
      for command in world.journal.flatMap(\.commands) {
        switch command {
        case .join: joins += 1
        case .start(let leg): resumed += (leg.source?.pieces.count ?? 0) > 1 ? 1 : 0
        case .merge(_, let keeping, _): merged += keeping.contains { $0.part != nil } ? 1 : 0
        default: break
        }
      }
    }
    #expect(joins > 500 && resumed > 100 && merged > 50, "\(joins), \(resumed), \(merged)")
  }

  /// Trial 0 on agents 0 and 1, both of which have begun.
  private func desk(_ edit: (inout Study) -> Void = { _ in }) -> Desk {
    var desk = Desk(slots: [2, 1]) {
      $0.algorithm = Algorithm(.random)
      $0.trial.gpus = 3
      $0.trial.launch = .ranks
      $0.stop.trials = 2
      edit(&$0)
    }
    let joins = desk.absorb(.opened(leg(0), port: 7)).compactMap { command in
      if case .join(let leg, let worker, let place) = command { (leg, worker, place) } else { nil }
    }
    #expect(joins.map(\.1) == [WorkerID(1)])
    #expect(joins.map(\.2) == [Rendezvous(host: "node0", port: 7)])
    #expect(joins.first?.0.workers == [WorkerID(0), WorkerID(1)])
    desk.absorb(.began(leg(0), on: WorkerID(0)))
    desk.absorb(.began(leg(0), on: WorkerID(1)))
    return desk
  }

  private func end(
    _ desk: inout Desk, _ leg: LegID, on rank: Int, _ outcome: LegEnd.Outcome = .exited(status: 0),
    keeping: Int? = nil
  ) -> [Command] {
    desk.absorb(
      .legEnded(LegEnd(leg: leg, outcome: outcome, keeping: keeping, worker: WorkerID(rank))))
  }

  private func part(_ number: Int, of leg: LegID, epoch: Int, bytes: Int = 10) -> Container.Entry {
    Container.Entry(leg: leg, epoch: epoch, bytes: bytes, part: .init(number, of: 2))
  }

  @Test func everyAgentIsToldAndTheTrialEndsWithTheLastOfThem() {
    var desk = desk()
    let told = desk.report(leg(0), epoch: 4, 0.5)
    #expect(told.map(\.worker) == [WorkerID(0), WorkerID(1)])
    #expect(told.verdicts == [.complete, .complete])
    #expect(end(&desk, leg(0), on: 1, keeping: 4) == [])
    #expect(end(&desk, leg(0), on: 1, keeping: 4) == [], "heard twice")
    #expect(desk.coordinator.busyCount == 3)
    let commands = end(&desk, leg(0), on: 0, keeping: 4)
    #expect(commands.starts == [leg(1)], "all slots are given back at once")
    #expect(desk.trial(0).checkpoint == nil)
    desk.store("a", on: 0, [part(0, of: leg(0), epoch: 4)])
    #expect(desk.trial(0).checkpoint == nil, "a part of it is missing")
    desk.store("b", on: 1, [part(1, of: leg(0), epoch: 4)])
    #expect(desk.trial(0).checkpoint?.pieces.map(\.container) == ["a", "b"])
  }

  @Test func aTrialMayGoOnOnOneAgentFromThePartsOfSeveral() {
    var desk = desk { $0.stop.trials = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    for (number, name) in ["a", "b"].enumerated() {
      desk.store(name, on: number, [part(number, of: leg(0), epoch: 1)])
    }
    desk.begin(slots: [4])
    #expect(desk.trial(0).running?.workers == [WorkerID(0)])
    #expect(desk.coordinator.containers.map(\.loading) == [1, 1])
    desk.absorb(.began(leg(0, 2)))
    #expect(desk.coordinator.containers.map(\.loading) == [0, 0], "both can be merged and deleted")
  }

  @Test func whatFailsOnOneAgentEndsItOnTheOthers() {
    var desk = desk { $0.trial.retries = 1 }
    #expect(end(&desk, leg(0), on: 1, .signalled(11)) == [.end(leg(0), on: WorkerID(0))])
    #expect(desk.trial(0).failures == 0, "it has not ended yet")
    let commands = end(&desk, leg(0), on: 0, .endedByRung)
    #expect(commands.starts == [leg(0, 2)])
    #expect(desk.trial(0).failures == 1)
  }

  @Test func processesElsewhereMayEndByThemselvesAfterTheFirstHas() {
    var desk = desk()
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(end(&desk, leg(0), on: 0) == [.conclude(leg(0), on: WorkerID(1))])
    #expect(end(&desk, leg(0), on: 1).starts == [leg(1)])
    #expect(desk.trial(0).state == .completed)
  }

  @Test func aTrialThatLosesAnAgentIsNoFailure() {
    var desk = desk()
    // Its ranks fail since they no longer reach the others, before anybody knows why.
    #expect(end(&desk, leg(0), on: 0, .exited(status: 1)).ends == [leg(0)])
    desk.lose(1)
    #expect(desk.trial(0).failures == 0)
    #expect(desk.trial(0).state == .running)
    #expect(desk.join(1).starts == [leg(0, 2)])
  }

  @Test func aPartThatCannotBeKeptLeavesTheCheckpointBefore() {
    var desk = desk { $0.trial.checkpointEvery = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", on: 0, [part(0, of: leg(0), epoch: 1)])
    desk.store("b", on: 1, [part(1, of: leg(0), epoch: 1)])
    desk.report(leg(0), epoch: 4, 0.5)
    _ = end(&desk, leg(0), on: 1, keeping: 4)
    desk.absorb(.notStored(leg(0), reason: "disk full", epoch: 4))
    _ = end(&desk, leg(0), on: 0, keeping: 4)
    desk.store("c", on: 0, [part(0, of: leg(0), epoch: 4)])
    #expect(desk.trial(0).checkpoint?.entry.epoch == 1)
    #expect(desk.trial(0).saving == nil && desk.trial(0).incoming == nil)
    #expect(desk.coordinator.containers.map(\.name) == ["a", "b"], "nobody needs 'c'")
  }

  @Test func damageOnOneAgentTakesAllBackToTheCheckpointBefore() {
    var desk = desk { $0.trial.checkpointEvery = 1 }
    for epoch in 1...2 {
      desk.report(leg(0), epoch: epoch, 0.5)
      desk.store("a\(epoch)", on: 0, [part(0, of: leg(0), epoch: epoch)])
      desk.store("b\(epoch)", on: 1, [part(1, of: leg(0), epoch: epoch)])
    }
    desk.lose(1)
    _ = end(&desk, leg(0), on: 0, .endedByRung)
    desk.join(1)
    desk.absorb(.opened(leg(0, 2), port: 8))
    let ends = desk.absorb(.damaged(leg(0, 2), reason: "checksum", on: WorkerID(1)))
    #expect(ends == [.end(leg(0, 2), on: WorkerID(0))])
    let next = end(&desk, leg(0, 2), on: 0, .endedByRung)
    guard case .start(let again)? = next.first(where: { !$0.isPropose && $0.worker != nil }) else {
      Issue.record("\(next)")
      return
    }
    #expect(again.id == leg(0, 3))
    #expect(again.source?.pieces.map(\.container) == ["a1", "b1"])
    #expect(desk.trial(0).failures == 0)
  }

  @Test func partsOfNothingAreNoCheckpoint() {
    var desk = desk { $0.trial.checkpointEvery = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", on: 0, [part(0, of: leg(0), epoch: 1, bytes: 0)])
    desk.store("b", on: 1, [part(1, of: leg(0), epoch: 1, bytes: 0)])
    #expect(desk.trial(0).checkpoint == nil)
    #expect(desk.coordinator.containers.isEmpty)
  }
}
