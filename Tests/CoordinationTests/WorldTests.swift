import FoundationEssentials
import StudyModel
import TestSupport
import Testing

@testable import Coordination
@testable import Schedulers

/// Whole studies in a scripted world, in virtual time.
struct WorldTests {
  /// A world whose coordinator's inner state is inspected after each event.
  static func world(seed: UInt64, study: Study? = nil, cuts: Set<Int> = []) -> World {
    let study = study ?? Study.random(seed: seed)
    var settings = World.Settings.random(seed: seed, study: study)
    settings.cuts = cuts
    var world = World(study: study, settings: settings)
    world.inspect = inspection
    return world
  }

  /// What must hold of a coordinator after any event.
  static func inspection(_ coordinator: Coordinator) -> [String] {
    var wrong: [String] = []
    let reserved = coordinator.trials.reduce(0) { $0 + $1.reserved.count }
    let running = coordinator.trials.reduce(0) { $0 + ($1.running?.slots.count ?? 0) }
    if coordinator.busyCount != reserved + running {
      wrong.append("\(reserved) + \(running) slots are busy, not \(coordinator.busyCount)")
    }
    if coordinator.free.count + coordinator.busyCount != coordinator.slotCount {
      wrong.append("\(coordinator.free.count) slots are free")
    }
    for trial in coordinator.trials where trial.reserved.isEmpty == false {
      if trial.running == nil, trial.saving == nil, trial.isProposed {
        wrong.append("trial \(trial.id) waits in a slot for nothing")
      }
    }
    for trial in coordinator.trials {
      func isGone(_ worker: WorkerID) -> Bool {
        !coordinator.workers.indices.contains(worker.rank)
          || coordinator.workers[worker.rank] == nil
      }
      if let saving = trial.saving, saving.isOn(where: isGone) {
        wrong.append("the checkpoint of trial \(trial.id) is awaited from an agent that is gone")
      }
    }
    for container in coordinator.containers {
      let alive = coordinator.trials.reduce(0) { count, trial in
        let kept = [trial.checkpoint, trial.formerCheckpoint].flatMap { $0?.pieces ?? [] }
        return count
          + (kept + (trial.incoming ?? [])).count { $0.container == container.name }
      }
      let loading = coordinator.trials.reduce(0) { count, trial in
        guard let name = trial.running?.source else { return count }
        let pieces =
          trial.running?.parts?.leg.source?.pieces.map(\.container)
          ?? [name] + (trial.running?.otherSources ?? [])
        return count + pieces.count { $0 == container.name }
      }
      if alive != container.alive || loading != container.loading {
        wrong.append("\(container.name) has \(alive) alive and \(loading) loading")
      }
    }
    if let limit = coordinator.run?.steps?.limit {
      let steps = coordinator.trials.count { $0.running != nil || !$0.reserved.isEmpty }
      if steps > limit { wrong.append("\(steps) steps, more than \(limit)") }
    }
    guard coordinator.phase == .running, coordinator.run != nil, !coordinator.free.isEmpty,
      !coordinator.isComingToItsEnd, coordinator.hasRoomForAStep
    else { return wrong }
    var copy = coordinator
    if let (trial, slots) = copy.nextPlacement() {
      wrong.append("trial \(trial) could have \(slots)")
    }
    if let trial = coordinator.waiting {
      if let slots = coordinator.freeSlots(for: trial, among: coordinator.free),
        !coordinator.isTooLate(for: trial, width: slots.count)
      {
        wrong.append("trial \(trial) waits for nothing")
      }
      return wrong
    }
    if !coordinator.ready.isEmpty { wrong.append("slots idle though trials wait") }
    let limit = min(coordinator.study.stop.trials ?? .max, coordinator.study.stop.started ?? .max)
    let mayStart = coordinator.trials.count < limit && !coordinator.isExhausted
    let kind = coordinator.study.algorithm.schedule.kind
    if mayStart, kind != .generations, kind != .untrained {
      wrong.append("slots idle though trials may start")
    }
    var scheduler = coordinator.scheduler
    let next = mayStart ? TrialID(coordinator.trials.count) : nil
    if scheduler.absorb(.slotFreed(next: next)) != [] {
      wrong.append("slots idle though there is work")
    }
    return wrong
  }

  @Test(arguments: seeds(400, from: 70_000))
  func everyStudyEndsWithTheTrialsItPromised(seed: UInt64) throws {
    var world = Self.world(seed: seed)
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
  }

  /// Checks how a study without other rules than `trials` ended.
  static func expectTheEnd(_ world: World) {
    let coordinator = world.coordinator
    guard case .finished(let ending) = coordinator.phase else {
      Issue.record("the study has not ended")
      return
    }
    switch ending {
    case .everythingFailed:
      #expect(coordinator.trials.count { $0.state == .failed } == coordinator.trials.count)
    case .nothingLeft:
      #expect(coordinator.trials.count == coordinator.study.stop.trials)
    case .rule, .exhausted: Issue.record("\(ending)")
    }
    #expect(coordinator.trials.allSatisfy { $0.state != .running })
    if case .synchronous(let scheduler) = coordinator.scheduler {
      #expect(scheduler.brackets.isEmpty, "a bracket waits for nothing")
    }
  }

  @Test(arguments: seeds(150, from: 80_000))
  func aRunThatIsCutAnywhereGoesOnToTheSameNumberOfTrials(seed: UInt64) throws {
    var random = SeededGenerator(seed, 907)
    let cuts = Set((0..<random.integer(1...6)).map { _ in random.integer(1...200) })
    var world = Self.world(seed: seed, cuts: cuts)
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
  }

  @Test(arguments: seeds(100, from: 90_000))
  func aReplayEqualsTheRun(seed: UInt64) throws {
    var world = Self.world(seed: seed, cuts: seed.isMultiple(of: 3) ? [30] : [])
    try world.live()
    var coordinator = Coordinator(study: world.coordinator.study)
    for entry in world.journal {
      #expect(coordinator.absorb(entry.event, at: entry.time) == entry.commands)
    }
    #expect(try json(coordinator) == json(world.coordinator))
    // As the journal file has it: through JSON, event by event.
    var reread = Coordinator(study: try roundTrip(world.coordinator.study))
    for entry in world.journal {
      #expect(reread.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
      #expect(try roundTrip(entry.commands) == entry.commands)
    }
    #expect(try json(reread.trials) == json(world.coordinator.trials))
  }

  @Test(arguments: seeds(70, from: 100_000))
  func aCoordinatorThatTravelsThroughJSONAtAnyPointDecidesAsTheRunDid(seed: UInt64) throws {
    var world = Self.world(seed: seed)
    try world.live()
    var other = Self.world(seed: seed)
    var random = SeededGenerator(seed, 908)
    other.replace = { random.chance(0.1) ? try throughSnapshot($0) : nil }
    try other.live()
    #expect(other.violations == [])
    #expect(other.journal == world.journal)
    #expect(try json(other.coordinator) == json(world.coordinator))
  }

  @Test(arguments: seeds(8, from: 110_000))
  func aCutAtEveryEventOfARunEndsWithTheSameNumberOfTrials(seed: UInt64) throws {
    var rules = StopRules()
    rules.trials = 9
    let study = Study.random(seed: seed, stop: rules)
    var world = Self.world(seed: seed, study: study)
    try world.live()
    #expect(world.violations == [])
    var coordinator = Coordinator(study: study)
    var finished = 0
    for (number, entry) in world.journal.enumerated().dropLast() {
      _ = coordinator.absorb(entry.event, at: entry.time)
      var settings = World.Settings.random(seed: seed &+ UInt64(number), study: study)
      settings.seed = seed
      var resumed = World(resuming: coordinator, settings: settings)
      resumed.inspect = Self.inspection
      try resumed.live()
      #expect(resumed.violations == [], "cut after event \(number)")
      Self.expectTheEnd(resumed)
      // No report of the first run is lost.
      let log = resumed.coordinator.reports
      #expect(log.times.starts(with: coordinator.reports.times))
      finished += 1
    }
    #expect(finished == world.journal.count - 1)
  }

  @Test func theCostOfAnEventHardlyGrowsWithTheNumberOfTrials() {
    func seconds(_ trials: Int) -> Double {
      var desk = Desk(slots: [2]) { $0.stop.reports = 10 * trials }
      var queue = [leg(0), leg(1)]
      var clock = ContinuousClock.now
      var ended = 0
      while ended < trials + 500 {
        if ended == trials { clock = .now }
        let next = queue.removeFirst()
        let epoch = desk.trial(next.trial.number).target
        let accuracy = Double((next.trial.number * 7919) % 1009)
        queue += desk.report(next, epoch: epoch, accuracy).starts
        if desk.trial(next.trial.number).state == .running {
          queue.append(next)
        } else {
          queue += desk.end(next).starts
        }
        ended += 1
      }
      return (ContinuousClock.now - clock).seconds
    }
    let few = (0..<3).map { _ in seconds(600) }.min() ?? 0
    let many = seconds(6_000)
    #expect(many < 5 * few, "\(few) s and \(many) s for five hundred trials")
  }
}
