import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Whole studies of every named method in a scripted world: with failures, values that are no
/// numbers, late reports, lost agents and models that take their time.
struct MethodTests {
  /// A world in which a study of a method is about to begin.
  static func world(_ name: Algorithm.Name, seed: UInt64, cuts: Set<Int> = []) -> World {
    let study = Study.small(name, seed: seed)
    var random = SeededGenerator(seed, 911)
    var settings = World.Settings.random(seed: seed, study: study)
    settings.cuts = cuts
    settings.fitTime = random.element(of: [0, 1_000_000, 30_000_000])
    if random.chance(0.3) { settings.known = study.earlierResults(seed: seed) }
    return World(study: study, settings: settings)
  }

  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 500_000))
  func itEndsAndNoSlotIdlesWhileThereIsWork(name: Algorithm.Name, seed: UInt64) throws {
    var world = Self.world(name, seed: seed)
    world.inspect = WorldTests.inspection
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
  }

  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 510_000))
  func itEndsThoughRunsAreCut(name: Algorithm.Name, seed: UInt64) throws {
    var random = SeededGenerator(seed, 912)
    let cuts = Set((0..<random.integer(1...4)).map { _ in random.integer(1...200) })
    var world = Self.world(name, seed: seed, cuts: cuts)
    world.inspect = WorldTests.inspection
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
  }

  /// Checks how a study without other rules than `trials` ended.
  static func expectTheEnd(_ world: World) {
    let coordinator = world.coordinator
    let trials = coordinator.trials.filter { $0.finalSeed == nil }
    let study = coordinator.study
    guard case .finished(let ending) = coordinator.phase else {
      Issue.record("the study has not ended")
      return
    }
    let isUntrained = study.algorithm.schedule.kind == .untrained
    switch ending {
    case .everythingFailed:
      #expect(coordinator.reports.count == 0 || trials.allSatisfy { $0.state == .failed })
    case .nothingLeft: #expect(trials.count == (isUntrained ? 1 : study.stop.trials))
    case .exhausted:
      #expect(study.space.isCountable || study.algorithm.search.kind == .grid)
      #expect(trials.contains { $0.reason == .noConfiguration })
    case .rule: Issue.record("\(ending)")
    }
    #expect(coordinator.trials.allSatisfy { $0.state != .running })
    if study.finish != nil, coordinator.choice != nil {
      let finals = coordinator.trials.filter { $0.finalSeed != nil }
      #expect(finals.map(\.finalSeed) == (1...(study.finish?.seeds ?? 1)).map { $0 })
    }
  }

  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 520_000))
  func aReplayEqualsTheRun(name: Algorithm.Name, seed: UInt64) throws {
    var world = Self.world(name, seed: seed, cuts: seed.isMultiple(of: 3) ? [60] : [])
    try world.live()
    #expect(world.violations == [])
    var coordinator = Coordinator(study: try roundTrip(world.coordinator.study))
    for entry in world.journal {
      // As the journal file has it.
      #expect(coordinator.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
    }
    #expect(try json(coordinator) == json(world.coordinator))
  }

  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 530_000))
  func aRestartAtAnyPointGoesOnAsTheRunDid(name: Algorithm.Name, seed: UInt64) throws {
    var world = Self.world(name, seed: seed)
    try world.live()
    var other = Self.world(name, seed: seed)
    var random = SeededGenerator(seed, 913)
    other.replace = { random.chance(0.1) ? try throughSnapshot($0) : nil }
    try other.live()
    #expect(other.violations == [])
    #expect(other.journal == world.journal)
    #expect(try json(other.coordinator) == json(world.coordinator))
  }
}
