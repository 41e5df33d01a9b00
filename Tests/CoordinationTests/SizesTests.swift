import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Trials of several sizes that share an allocation.
struct SizesTests {
  /// A random study whose trials have several GPUs, a share of one, or as many as their configuration
  /// says, in a world that has room for each.
  static func world(seed: UInt64, cuts: Set<Int> = []) throws -> World {
    var study = Study.random(seed: seed)
    var random = SeededGenerator(seed, 921)
    study.trial.launch = random.chance(0.5) ? .ranks : .plain
    switch random.integer(0...4) {
    case 0: study.trial.gpus = random.integer(2...4)
    case 1: (study.trial.gpus, study.trial.trialsPerGPU) = (1, random.integer(2...4))
    case 2:
      study.trial.gpus = 1
      study.trial.sizes = .calculated(try Expression("max(1, width / 16) * factor"))
    default:
      let isShared = random.chance(0.4)
      let sizes: [ParameterValue] =
        isShared
        ? [.real(0.25), .real(0.5), .real(1), .real(2)] : [.integer(1), .integer(2), .integer(4)]
      (study.trial.gpus, study.trial.trialsPerGPU) = (1, isShared ? 4 : 1)
      study.trial.sizes = .chosen(sizes)
      study.space = study.space.with(
        Parameter(name: TrialSizes.parameterName, domain: .ordinal(sizes)))
    }
    var settings = World.Settings.random(seed: seed, study: study)
    let shares = study.trial.trialsPerGPU
    let largest = study.trial.largestSlots ?? 4
    settings.slots = settings.slots.map { $0 * shares * random.integer(1...2) }
    let whole = (largest + shares - 1) / shares * shares
    if study.trial.launch == .ranks, random.chance(0.6) {
      // Room for the largest in all, not on any agent.
      settings.slots = settings.slots.map { _ in shares * random.integer(1...2) }
      while settings.slots.reduce(0, +) < whole { settings.slots.append(shares) }
      return worldOf(study, settings, cuts)
    }
    if let last = settings.slots.indices.last {
      settings.slots[last] = max(settings.slots[last], whole)
    }
    return worldOf(study, settings, cuts)
  }

  private static func worldOf(
    _ study: Study, _ settings: World.Settings, _ cuts: Set<Int>
  ) -> World {
    var settings = settings
    settings.cuts = cuts
    var world = World(study: study, settings: settings)
    world.inspect = WorldTests.inspection
    return world
  }

  @Test(arguments: seeds(400, from: 910_000))
  func everyStudyEndsWithTheTrialsItPromised(seed: UInt64) throws {
    var world = try Self.world(seed: seed)
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
    for entry in world.journal {
      for case .start(let leg) in entry.commands {
        let study = world.coordinator.study
        let own = study.trial.slots(of: leg.configuration)
        #expect(leg.slots.count == leg.width)
        // What is calculated is bounded by the slots that there are.
        if case .calculated = study.trial.sizes { continue }
        #expect(leg.width >= own)
      }
    }
  }

  @Test(arguments: seeds(100, from: 911_000))
  func aReplayEqualsTheRunAndARunThatIsCutGoesOn(seed: UInt64) throws {
    var random = SeededGenerator(seed, 922)
    let cuts = Set((0..<random.integer(1...4)).map { _ in random.integer(1...200) })
    var world = try Self.world(seed: seed, cuts: cuts)
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
    var coordinator = Coordinator(study: try roundTrip(world.coordinator.study))
    for entry in world.journal {
      #expect(coordinator.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
    }
    #expect(try json(coordinator) == json(world.coordinator))
  }

  /// A study of one rung whose trials choose 1 or 4 GPUs, the first trials as `sizes` says.
  private func desk(slots: [Int], sizes: [Int], trials: Int) -> Desk {
    Desk(slots: slots) { study in
      study.algorithm = Algorithm(.random)
      study.trial.gpus = 1
      study.trial.sizes = .chosen([.integer(1), .integer(2), .integer(4)])
      study.space = study.space.with(
        Parameter(
          name: TrialSizes.parameterName,
          domain: .ordinal([.integer(1), .integer(2), .integer(4)])))
      study.points = sizes.map {
        Configuration([("x", .real(Double($0) / 10)), (TrialSizes.parameterName, .integer($0))])
      }
      study.stop.trials = trials
    }
  }

  @Test func aLargeTrialIsNotStarvedBySmallOnes() {
    // Trials 0 to 3 take every slot; the next needs four, and small ones come after it.
    var desk = desk(slots: [4], sizes: [1, 1, 1, 1, 4, 1, 1, 1], trials: 8)
    for number in 0..<3 {
      desk.report(leg(number), epoch: 4, 0.5)
      #expect(desk.end(leg(number)).starts == [], "nobody takes a slot that is kept for it")
    }
    desk.report(leg(3), epoch: 4, 0.5)
    #expect(desk.end(leg(3)).starts == [leg(4)])
  }

  @Test func smallTrialsFillWhatALargeOneCannotUse() {
    // Trials 0 to 3 have agent 0, and 6 and 7 half of agent 1, the rest of which is kept for trial 4.
    var desk = desk(slots: [4, 4], sizes: [1, 1, 1, 1, 4, 4, 1, 1, 1, 1], trials: 10)
    #expect(desk.coordinator.waiting == TrialID(4))
    #expect(desk.coordinator.free.map(\.worker) == [WorkerID(1), WorkerID(1)])
    desk.report(leg(0), epoch: 4, 0.5)
    #expect(desk.end(leg(0)).starts == [leg(8)], "not trial 5, which is as large")
    desk.report(leg(6), epoch: 4, 0.5)
    #expect(desk.end(leg(6)).starts == [])
    desk.report(leg(7), epoch: 4, 0.5)
    #expect(desk.end(leg(7)).starts == [leg(4)])
    #expect(desk.coordinator.ready == [TrialID(5)])
  }

  @Test func whatFallsFreeTowardsTheEndGoesToThePromotedTrialsThatAreLeft() {
    /// How many slots each of so many trials of one GPU has after the first rung, of sixteen slots.
    func widths(trials: Int, limit: Int? = nil) -> [Int] {
      var desk = Desk(slots: [16]) {
        $0.algorithm = Algorithm(.rasda)
        $0.algorithm.schedule.growthLimit = limit
        $0.trial.gpus = 1
        $0.stop.trials = trials
      }
      for number in 0..<trials {
        desk.report(leg(number), epoch: 1, Double(number))
        desk.end(leg(number), keeping: 1)
        desk.store("a\(number)", [entry(leg(number), epoch: 1)])
      }
      return desk.coordinator.trials.compactMap { $0.running?.slots.count }
    }
    #expect(widths(trials: 2) == [8], "it is the only one left")
    #expect(widths(trials: 2, limit: 4) == [4], "no more than the study allows")
    // The first promoted leaves what the two that still run would need besides their own slots; so
    // does the next, which finds nothing more.
    #expect(widths(trials: 4) == [8, 2, 2])
  }

  /// A trial grows as it is promoted: what it has it keeps for its leg, and one that was never promoted has
  /// its own size, whatever falls free.
  @Test(arguments: seeds(100, from: 912_000))
  func aRunningTrialIsNeverResized(seed: UInt64) throws {
    var study = Study.random(seed: seed)
    var random = SeededGenerator(seed, 923)
    study.algorithm = Algorithm(.rasda)
    study.trial.gpus = 1
    study.trial.launch = random.chance(0.5) ? .ranks : .plain
    var settings = World.Settings.random(seed: seed, study: study)
    settings.losses = 0
    settings.slots = settings.slots.map { $0 * random.integer(1...4) }
    var world = World(study: study, settings: settings)
    var held: [LegID: [SlotID]] = [:]
    world.inspect = { coordinator in
      var wrong = WorldTests.inspection(coordinator)
      for case let running? in coordinator.trials.map(\.running) {
        if held[running.leg, default: running.slots] != running.slots {
          wrong.append("\(running.leg) has other slots than it began with")
        }
        held[running.leg] = running.slots
      }
      return wrong
    }
    try world.live()
    #expect(world.violations == [])
    let largest =
      study.trial.launch == .plain ? settings.slots.max() ?? 1 : settings.slots.reduce(0, +)
    let drawn = world.journal.lastIndex { if case .proposed = $0.event { true } else { false } }
    for (place, entry) in world.journal.enumerated() {
      for case .start(let leg) in entry.commands {
        let promised = study.width(upTo: Budget(leg.until))
        if promised == 1 { #expect(leg.width == 1) }
        #expect(leg.width >= min(promised, largest))
        // Freed slots go to those that are left once nobody else is to begin.
        if let drawn, place < drawn { #expect(leg.width == min(promised, largest)) }
      }
    }
  }

  @Test func aRunWithoutRoomForItsNextTrialEnds() {
    var desk = Desk(slots: [2, 2]) {
      $0.algorithm = Algorithm(.random)
      $0.trial.gpus = 4
      $0.trial.launch = .ranks
      $0.stop.trials = 3
    }
    #expect(desk.coordinator.trials[0].place != nil)
    let commands = desk.lose(1)
    #expect(commands.ends == [leg(0)])
    let left = desk.end(leg(0), .endedByRung)
    #expect(left.contains { $0.isLeave })
  }

  @Test func anotherRunMayGiveTrialsAnotherSize() throws {
    var desk = Desk(slots: [4]) {
      $0.trial.gpus = 1
      $0.stop.trials = 6
    }
    /// Begins a run; a second passes, with its GPU-time by the former size.
    func begin(_ size: TrialSize, slots: Int, gpusBefore: Double) -> [Command] {
      let hours = desk.coordinator.gpuHours
      desk.absorb(
        .runBegan(
          Run(
            number: 2, host: "host", process: 1, processStart: 2, job: nil, wallTime: 0,
            version: "0", size: size)))
      #expect(abs(desk.coordinator.gpuHours - hours - gpusBefore / 3600) < 1e-9)
      return desk.join(0, slots: slots)
    }
    // Two GPUs a trial: of the four that were cut two go on.
    #expect(begin(TrialSize(gpus: 2), slots: 4, gpusBefore: 4).starts.count == 2)
    // Four trials on each of two GPUs: all four go on, and two others start.
    #expect(begin(TrialSize(sharing: 4), slots: 8, gpusBefore: 4).starts.count == 6)
    #expect(desk.coordinator.busyCount == 6)
    let hours = desk.coordinator.gpuHours
    desk.wait()
    #expect(abs(desk.coordinator.gpuHours - hours - 6.0 / 4 / 3600) < 1e-9)
  }
}
