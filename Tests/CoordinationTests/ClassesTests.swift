import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Trials whose classes have agents of their own.
struct ClassesTests {
  // MARK: - Whole studies

  /// A study whose trials have no GPU, one, several, or more than a node has, with a component for each
  /// class of them.
  static func world(seed: UInt64, cuts: Set<Int> = [], losses: Bool = true) throws -> World {
    var study = Study.random(seed: seed)
    var random = SeededGenerator(seed, 931)
    study.trial.launch = random.chance(0.5) ? .ranks : .plain
    let isSpread = study.trial.launch == .ranks && random.chance(0.5)
    study.trial.gpus = 1
    var slots: [Int] = []
    var classes: [TrialClass] = []
    /// A component of agents with so many slots each.
    func add(_ sizes: SizeClass, _ agents: Int, _ count: Int) {
      classes.append(TrialClass(sizes, firstRank: slots.count, agents: agents))
      slots += Array(repeating: count, count: agents)
    }
    if random.chance(0.3) { slots.append(0) }
    let shares = random.chance(0.3) ? 4 : 1
    switch random.integer(0...3) {
    case 0:
      study.trial.sizes = .calculated(try Expression("max(1, width / 16) * factor"))
      add(SizeClass(TrialSize(gpus: 1), through: TrialSize(gpus: 2)), random.integer(1...2), 2)
      add(SizeClass(TrialSize(gpus: 3), through: nil), random.integer(1...2), 4)
    default:
      var values: [TrialSize] = [TrialSize(gpus: 1), TrialSize(gpus: 2), TrialSize(gpus: 4)]
      if shares == 4 { values.insert(TrialSize(sharing: 4), at: 0) }
      if random.chance(0.6) { values.insert(TrialSize(gpus: 0), at: 0) }
      if isSpread { values.append(TrialSize(gpus: 8)) }
      study.trial.trialsPerGPU = shares
      let settings: [ParameterValue] = values.map {
        shares == 1 ? .integer($0.gpus) : .real($0.number)
      }
      study.trial.sizes = .chosen(settings)
      study.space = study.space.with(
        Parameter(name: TrialSizes.parameterName, domain: .ordinal(settings)))
      if values[0].gpus == 0 {
        add(SizeClass(values[0], through: values[0]), random.integer(1...2), random.integer(1...3))
      }
      let small = values.first { $0.gpus > 0 } ?? TrialSize(gpus: 1)
      add(
        SizeClass(small, through: TrialSize(gpus: 2)), random.integer(1...2),
        shares * random.integer(2...4))
      add(
        SizeClass(TrialSize(gpus: 4), through: nil), isSpread ? 2 : random.integer(1...2),
        4 * shares)
    }
    var settings = World.Settings.random(seed: seed, study: study)
    settings.slots = slots
    settings.classes = classes
    settings.cuts = cuts
    if !losses { settings.losses = 0 }
    var world = World(study: study, settings: settings)
    world.inspect = { WorldTests.inspection($0) + Self.inspection($0) }
    return world
  }

  /// What must hold of where trials of classes are.
  static func inspection(_ coordinator: Coordinator) -> [String] {
    var wrong: [String] = []
    let trial = coordinator.trial
    for record in coordinator.trials {
      guard let slots = record.running?.slots, let first = slots.first else { continue }
      let home = coordinator.classes.first { $0.ranks.contains(first.worker.rank) }
      guard let home else {
        wrong.append("trial \(record.id) is where no class is")
        continue
      }
      if !slots.allSatisfy({ home.ranks.contains($0.worker.rank) }) {
        wrong.append("trial \(record.id) is on two classes")
      }
      if !home.sizes.needsGPUs, !trial.isWithoutGPUs(record.configuration) {
        wrong.append("trial \(record.id) has GPUs, and is where there are none")
      }
    }
    // Of those in line nobody could have room of its own class, but for what the head is kept.
    let kept = coordinator.keptWorkers ?? []
    let open = coordinator.free.filter { !kept.contains($0.worker) }
    guard coordinator.phase == .running, !coordinator.isComingToItsEnd else { return wrong }
    for id in coordinator.ready.prefix(60) {
      guard let width = coordinator.width(of: id),
        !coordinator.isTooLate(for: id, width: width)
      else { continue }
      if let slots = coordinator.freeSlots(for: id, among: open) {
        wrong.append("trial \(id) could have \(slots) of its own class")
      }
    }
    return wrong
  }

  @Test(arguments: seeds(200, from: 920_000))
  func everyStudyEndsWithTheTrialsItPromised(seed: UInt64) throws {
    var world = try Self.world(seed: seed)
    try world.live()
    #expect(world.violations == [])
    WorldTests.expectTheEnd(world)
  }

  @Test(arguments: seeds(60, from: 921_000))
  func aReplayEqualsTheRunAndARunThatIsCutGoesOn(seed: UInt64) throws {
    var random = SeededGenerator(seed, 932)
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

  /// A trial that begins on nodes of another class begins while nobody of that class is in line.
  @Test(arguments: seeds(100, from: 922_000))
  func nobodyIsPassedOverOnNodesOfItsClass(seed: UInt64) throws {
    var world = try Self.world(seed: seed, losses: false)
    try world.live()
    #expect(world.violations == [])
    var coordinator = Coordinator(study: world.coordinator.study)
    for entry in world.journal {
      let line = [coordinator.waiting].compactMap(\.self) + coordinator.ready
      _ = coordinator.absorb(entry.event, at: entry.time)
      let left = Set([coordinator.waiting].compactMap(\.self) + coordinator.ready)
      for case .start(let leg) in entry.commands {
        guard let ranks = coordinator.homeRanks(of: leg.id.trial, width: leg.width),
          !leg.workers.allSatisfy({ ranks.contains($0.rank) })
        else { continue }
        for other in line where left.contains(other) {
          guard let width = coordinator.width(of: other),
            let own = coordinator.homeRanks(of: other, width: width)
          else { continue }
          #expect(
            !leg.workers.contains { own.contains($0.rank) },
            "\(leg.id) began on nodes of the class of trial \(other), which waited")
        }
      }
    }
  }

  // MARK: - One trial after the other

  private static let one = SizeClass(TrialSize(gpus: 1), through: TrialSize(gpus: 2))
  private static let four = SizeClass(TrialSize(gpus: 4), through: TrialSize(gpus: 4))
  private static let none = SizeClass(TrialSize(gpus: 0), through: TrialSize(gpus: 0))
  private static let two = [
    TrialClass(one, firstRank: 0, agents: 1), TrialClass(four, firstRank: 1, agents: 1),
  ]

  /// A study of one rung whose first trials have GPUs as `sizes` says.
  private func desk(
    slots: [Int] = [4, 4], classes: [TrialClass] = two, sizes: [Int],
    _ edit: (inout Study) -> Void = { _ in }
  ) -> Desk {
    Desk(slots: slots, classes: classes) { study in
      study.algorithm = Algorithm(.random)
      study.trial.gpus = 1
      let values: [ParameterValue] = [.integer(0), .integer(1), .integer(2), .integer(4)]
      study.trial.sizes = .chosen(values)
      study.space = study.space.with(
        Parameter(name: TrialSizes.parameterName, domain: .ordinal(values)))
      study.points = sizes.enumerated().map { place, gpus in
        Configuration([
          ("x", .real(Double(place) / 100)), (TrialSizes.parameterName, .integer(gpus)),
        ])
      }
      study.stop.trials = sizes.count
      edit(&study)
    }
  }

  private func ranks(_ desk: Desk, _ number: Int) -> [Int] {
    desk.trial(number).running?.workers.map(\.rank) ?? []
  }

  private func finish(_ number: Int, _ desk: inout Desk) -> [LegID] {
    desk.report(leg(number), epoch: 4, 0.5)
    return desk.end(leg(number)).starts
  }

  @Test func aTrialHasRoomOfItsClassFirst() {
    // Nine small trials and one large one, which comes last: its node is kept for none, and lent to none
    // while it is in line.
    let desk = desk(sizes: [1, 1, 2, 4])
    #expect((0..<4).map { ranks(desk, $0) } == [[0], [0], [0], [1]])
  }

  @Test func wholeNodesAreNotBrokenUpWhileATrialOfThemIsInLine() {
    var desk = desk(sizes: [4, 1, 1, 1, 1, 1, 1, 4])
    #expect(ranks(desk, 0) == [1])
    #expect((1...4).allSatisfy { ranks(desk, $0) == [0] })
    // Trials 5 and 6 came before 7, which is the one that the node is for.
    #expect(finish(0, &desk) == [leg(7)])
    #expect(finish(1, &desk) == [leg(5)])
    #expect(ranks(desk, 5) == [0])
  }

  @Test func roomThatNobodyOfItsClassWaitsForIsLent() {
    var desk = desk(sizes: [4, 1, 1, 1, 1, 1, 1])
    // Nothing more is to come.
    #expect(finish(0, &desk) == [leg(5), leg(6)])
    #expect(ranks(desk, 5) == [1] && ranks(desk, 6) == [1])
  }

  @Test func aLargeTrialIsLentANodeOfSmallOnes() {
    let desk = desk(sizes: [4, 4])
    #expect(ranks(desk, 0) == [1] && ranks(desk, 1) == [0])
  }

  @Test func nothingIsLentBeforeEveryAgentHasJoined() {
    var desk = desk(slots: [], sizes: [4, 4])
    desk.join(0, slots: 4)
    #expect(desk.coordinator.busyCount == 0)
    desk.join(1, slots: 4)
    #expect(Set([ranks(desk, 0), ranks(desk, 1)]) == [[0], [1]])
  }

  @Test func aTrialWithGPUsNeverGoesWhereThereAreNone() {
    let classes = [
      TrialClass(Self.none, firstRank: 0, agents: 1), TrialClass(Self.one, firstRank: 1, agents: 1),
    ]
    var desk = desk(slots: [4, 2], classes: classes, sizes: [1, 1, 1, 0, 0, 0, 0, 0])
    #expect((0..<2).allSatisfy { ranks(desk, $0) == [1] })
    #expect((3..<7).allSatisfy { ranks(desk, $0) == [0] }, "those without have the cores")
    #expect(ranks(desk, 2) == [] && desk.trial(2).isProposed)
    #expect(finish(0, &desk) == [leg(2)])
    // The last one without a GPU is lent a slot once nobody wants it.
    #expect(finish(1, &desk) == [leg(7)])
    #expect(ranks(desk, 7) == [1])
  }

  @Test func coresAreNoGPUHours() {
    let classes = [
      TrialClass(Self.none, firstRank: 0, agents: 1), TrialClass(Self.one, firstRank: 1, agents: 1),
    ]
    var desk = desk(slots: [2, 2], classes: classes, sizes: [0, 0, 1])
    let hours = desk.coordinator.gpuHours
    desk.wait()
    #expect(abs(desk.coordinator.gpuHours - hours - 1.0 / 3600) < 1e-9, "one of three slots")
  }

  @Test func howLongTrialsWithoutGPUsTakeSaysNothingOfOthers() {
    let classes = [
      TrialClass(Self.none, firstRank: 0, agents: 1), TrialClass(Self.one, firstRank: 1, agents: 1),
    ]
    var desk = desk(slots: [1, 1], classes: classes, sizes: [0, 1])
    desk.report(leg(1), epoch: 1, 0.5)
    for _ in 0..<50 { desk.wait() }
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.coordinator.pace.shapes.map(\.width) == [0, 1])
    let times = [0, 1].map { desk.coordinator.pace.first(of: $0) ?? 0 }
    #expect(times[0] > 10 * times[1])
  }

  @Test func whereAClassHasLostItsAgentsAnotherThatCanHoldItsTrialsServesThem() {
    var desk = desk(sizes: [4, 1, 4, 1])
    #expect(ranks(desk, 0) == [1])
    desk.lose(1)
    #expect(finish(1, &desk) == [], "the next has four GPUs")
    #expect(finish(3, &desk) == [leg(2)])
    // Trial 0 was interrupted.
    #expect(finish(2, &desk) == [leg(0, 2)])
    desk.report(leg(0, 2), epoch: 4, 0.5)
    desk.end(leg(0, 2))
    #expect(desk.coordinator.trials.allSatisfy { $0.state == .completed })
    #expect(desk.coordinator.phase == .finished(.nothingLeft))
  }

  @Test func aTrialThatGrowsChangesItsClass() {
    var desk = Desk(
      slots: [8, 4, 4],
      classes: [
        TrialClass(Self.one, firstRank: 0, agents: 1),
        TrialClass(SizeClass(TrialSize(gpus: 3), through: nil), firstRank: 1, agents: 2),
      ]
    ) {
      $0.algorithm = Algorithm(.rasda)
      $0.trial.gpus = 1
      $0.trial.launch = .ranks
      $0.stop.trials = 4
      $0.algorithm.schedule.growthLimit = 4
    }
    #expect((0..<4).allSatisfy { ranks(desk, $0) == [0] })
    for number in 0..<4 {
      desk.report(leg(number), epoch: 1, Double(number))
      desk.end(leg(number), keeping: 1)
      desk.store("a\(number)", [entry(leg(number), epoch: 1)])
    }
    // Those that were promoted have two GPUs, of the same class, or four, of the other.
    let running = desk.coordinator.trials.compactMap(\.running)
    #expect(Set(running.map(\.slots.count)).isSuperset(of: [2, 4]))
    for running in running {
      let isSmall = running.slots.count <= 2
      #expect(running.workers.allSatisfy { ($0.rank == 0) == isSmall }, "\(running.slots)")
    }
  }
}
