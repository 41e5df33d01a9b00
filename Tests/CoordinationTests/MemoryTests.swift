import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// How many trials share a node, or a GPU, by what their like have had of its memory.
struct MemoryTests {
  /// A random study whose trials have one size or several, in a world whose nodes rarely hold as many as
  /// they have slots.
  static func world(seed: UInt64, cuts: Set<Int> = []) throws -> World {
    let base = try SizesTests.world(seed: seed, cuts: cuts)
    var study = base.coordinator.study
    var random = SeededGenerator(seed, 940)
    if random.chance(0.4) {
      (study.trial.sizes, study.trial.gpus, study.trial.trialsPerGPU) = (nil, 1, 1)
      study.space = Study.random(seed: seed).space
    }
    study.trial.retries = random.integer(0...3)
    var settings = base.settings
    if study.trial.sizes == nil, study.trial.gpus == 1, study.trial.trialsPerGPU == 1 {
      settings.slots = settings.slots.map { _ in random.integer(1...6) }
    }
    let knowsDevices = random.chance(0.7)
    settings.memory = settings.slots.map { _ in
      NodeMemory(
        hostMiB: random.integer(440...1500), deviceMiB: knowsDevices ? 16_000 : nil)
    }
    return World(study: study, settings: settings)
  }

  private static func expectTheEnd(_ world: World) {
    // So many may have run out of memory before the first report that the study is given up.
    if world.coordinator.reports.count == 0,
      world.coordinator.trials.count(where: { $0.state == .failed }) >= Coordinator.hopelessFailures
    {
      #expect(world.coordinator.phase == .finished(.everythingFailed))
    } else {
      WorldTests.expectTheEnd(world)
    }
  }

  /// Compares each placement with what was known of memory when it was made.
  final class Inspector {
    private var places: [Int: [SlotID]] = [:]
    private(set) var shared = 0
    private(set) var onDevice = 0
    private(set) var alone = 0
    private(set) var waits = 0

    func inspect(_ coordinator: Coordinator) -> [String] {
      var wrong = WorldTests.inspection(coordinator)
      guard let book = coordinator.memory else { return wrong }
      var held: [Int: [SlotID]] = [:]
      var kept: [(number: Int, slots: [SlotID])] = []
      for trial in coordinator.trials {
        // Slots that wait for its former process to end, beside those of that process.
        if let running = trial.running { kept.append((trial.id.number, running.slots)) }
        if !trial.reserved.isEmpty { kept.append((trial.id.number, trial.reserved)) }
        held[trial.id.number] = trial.reserved.isEmpty ? trial.running?.slots : trial.reserved
      }
      for (number, slots) in held.sorted(by: { $0.key < $1.key })
      where places[number].map({ $0 != slots }) ?? true {
        for rank in Set(slots.map(\.worker.rank)).sorted() {
          wrong += check(number, on: rank, kept, book, coordinator)
        }
      }
      places = held
      if let waiting = coordinator.waiting { wrong += check(waiting, coordinator) }
      return wrong
    }

    /// Never above a node's memory, as far as peaks are known, unless somebody is alone.
    private func check(
      _ number: Int, on rank: Int, _ kept: [(number: Int, slots: [SlotID])], _ book: MemoryBook,
      _ coordinator: Coordinator
    ) -> [String] {
      let shares = coordinator.study.trial.trialsPerGPU
      let here = kept.map { ($0.number, $0.slots, $0.slots.filter { $0.worker.rank == rank }) }
        .filter { !$0.2.isEmpty }
      guard here.count > 1, let limit = book.nodes[rank]?.memory.hostMiB else {
        alone += 1
        return []
      }
      if book.isLonely(TrialID(number)) { return ["trial \(number) is to have node \(rank) alone"] }
      func need(_ slots: [SlotID]) -> Int? {
        book.shapes.first { $0.width == slots.count && $0.shares == shares }?.needMiB
      }
      guard let placed = here.first(where: { $0.0 == number }), need(placed.1) != nil else {
        return []
      }
      let sum = here.reduce(0) { sum, leg in
        let processes =
          coordinator.study.trial.launch == .plain ? 1 : Set(leg.2.map { $0.index / shares }).count
        return sum + (need(leg.1) ?? 0) * processes
      }
      shared += 1
      let wrong = sum > limit ? ["\(sum) MiB on node \(rank), more than \(limit)"] : []
      return wrong + checkDevice(placed.1, here.map(\.1), book, coordinator)
    }

    /// Never above a GPU's memory either, nor more than share one since one more ran out of it.
    private func checkDevice(
      _ slots: [SlotID], _ legs: [[SlotID]], _ book: MemoryBook, _ coordinator: Coordinator
    ) -> [String] {
      let shares = coordinator.study.trial.trialsPerGPU
      func shape(_ slots: [SlotID]) -> MemoryBook.Shape? {
        book.shapes.first { $0.width == slots.count && $0.shares == shares }
      }
      guard slots.count < shares else { return [] }
      let device = slots[0].index / shares
      let beside = legs.filter { $0.contains { $0.index / shares == device } }
      guard beside.count > 1 else { return [] }
      onDevice += 1
      var wrong: [String] = []
      if let most = beside.compactMap({ shape($0)?.mostOnDevice }).min(), beside.count > most {
        wrong.append("\(beside.count) on a GPU, more than \(most)")
      }
      if let limit = book.nodes[slots[0].worker.rank]?.memory.deviceMiB,
        shape(slots)?.deviceNeedMiB != nil
      {
        let sum = beside.reduce(0) { $0 + (shape($1)?.deviceNeedMiB ?? 0) }
        if sum > limit { wrong.append("\(sum) MiB on a GPU, more than \(limit)") }
      }
      return wrong
    }

    /// Nobody waits for memory where nobody runs.
    private func check(_ waiting: TrialID, _ coordinator: Coordinator) -> [String] {
      var other = coordinator
      other.memory = nil
      guard coordinator.phase == .running, !coordinator.isComingToItsEnd,
        let slots = other.freeSlots(for: waiting, among: other.free),
        !other.isTooLate(for: waiting, width: slots.count)
      else { return [] }
      waits += 1
      let isIdle = coordinator.workers.indices.contains { rank in
        coordinator.trials.allSatisfy { trial in
          ((trial.running?.slots ?? []) + trial.reserved).allSatisfy { $0.worker.rank != rank }
        } && other.free.contains { $0.worker.rank == rank }
          && other.freeSlots(
            for: waiting, among: other.free.filter { $0.worker.rank == rank }) != nil
      }
      return isIdle ? ["trial \(waiting) waits beside an idle node"] : []
    }
  }

  @Test(arguments: seeds(250, from: 940_000))
  func everyTrialIsPlacedAndNoneBeyondTheMemoryOfItsNode(seed: UInt64) throws {
    var world = try Self.world(seed: seed)
    let inspector = Inspector()
    world.inspect = inspector.inspect
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
  }

  @Test(arguments: seeds(120, from: 941_000))
  func aReplayEqualsTheRunAndARunThatIsCutGoesOn(seed: UInt64) throws {
    var random = SeededGenerator(seed, 942)
    let cuts = Set((0..<random.integer(1...4)).map { _ in random.integer(1...200) })
    var world = try Self.world(seed: seed, cuts: cuts)
    let inspector = Inspector()
    world.inspect = inspector.inspect
    world.replace = { random.chance(0.1) ? try throughSnapshot($0) : nil }
    try world.live()
    #expect(world.violations == [])
    Self.expectTheEnd(world)
    var coordinator = Coordinator(study: try roundTrip(world.coordinator.study))
    for entry in world.journal {
      #expect(coordinator.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
    }
    #expect(try json(coordinator) == json(world.coordinator))
  }

  @Test func theWorldsOfTheseTestsLetTrialsShareWaitAndBeAlone() throws {
    let inspector = Inspector()
    var starved = (host: 0, device: 0)
    for seed in UInt64(940_000)..<940_080 {
      var world = try Self.world(seed: seed)
      world.inspect = inspector.inspect
      try world.live()
      for entry in world.journal {
        guard case .legEnded(let end) = entry.event else { continue }
        if end.lacked == .host { starved.host += 1 }
        if end.lacked == .device { starved.device += 1 }
      }
    }
    #expect(inspector.shared > 200 && inspector.alone > 200, "\(inspector.shared)")
    #expect(inspector.waits > 200 && inspector.onDevice > 50, "\(inspector.onDevice)")
    #expect(starved.host > 50 && starved.device > 10, "\(starved)")
  }

  /// Journals from before agents told what their nodes have decide as they did.
  @Test(arguments: seeds(60, from: 943_000))
  func whereNoMemoryIsKnownNothingIsDecidedByIt(seed: UInt64) throws {
    var world = try Self.world(seed: seed)
    try world.live()
    var settings = world.settings
    settings.memory = []
    var without = World(study: try Self.world(seed: seed).coordinator.study, settings: settings)
    try without.live()
    #expect(without.violations == [])
    // The same events, but with what processes have had of memory.
    var coordinator = Coordinator(study: without.coordinator.study)
    for entry in without.journal {
      var event = entry.event
      if case .legEnded(var end) = event {
        (end.peakMemoryMiB, end.peakDeviceMemoryMiB, end.lacked) = (1 << 30, 1 << 30, .host)
        event = .legEnded(end)
      }
      #expect(coordinator.absorb(event, at: entry.time) == entry.commands)
    }
    #expect(coordinator.memory == nil && coordinator.memoryPeaks == [])
  }

  // MARK: One by one

  /// A study of one rung on one node, trials of one slot each.
  private func desk(
    slots: Int, memory: NodeMemory?, peaks: [MemoryPeak]? = nil,
    _ edit: (inout Study) -> Void = { _ in }
  ) -> Desk {
    var desk = Desk(slots: []) { study in
      study.algorithm = Algorithm(.random)
      study.stop.trials = 20
      edit(&study)
    }
    desk.absorb(
      .runBegan(
        Run(
          number: 2, host: "host", process: 1, processStart: 2, job: nil, wallTime: 0, version: "0",
          peaks: peaks)))
    desk.absorb(.workerJoined(WorkerID(0), host: "node0", slots: slots, memory: memory))
    return desk
  }

  /// Ends a leg that has trained out, with what it had.
  private func finish(
    _ desk: inout Desk, _ leg: LegID, peak: Int?, device: Int? = nil,
    _ outcome: LegEnd.Outcome = .exited(status: 0)
  ) -> [LegID] {
    desk.report(leg, epoch: 4, 0.5)
    return desk.absorb(
      .legEnded(
        LegEnd(
          leg: leg, outcome: outcome, peakMemoryMiB: peak, peakDeviceMemoryMiB: device))
    ).starts
  }

  private func running(_ desk: Desk) -> Int {
    desk.coordinator.trials.count { $0.running != nil }
  }

  @Test func asManyShareANodeAsItsMemoryHoldsOnceOneHasEnded() {
    var desk = desk(slots: 4, memory: NodeMemory(hostMiB: 1000))
    #expect(running(desk) == 4, "nothing was measured")
    // With a tenth more 330 MiB each: three fit, and three run.
    #expect(finish(&desk, leg(0), peak: 300) == [])
    #expect(running(desk) == 3)
    #expect(finish(&desk, leg(1), peak: 250) == [leg(4)], "the most counts, not the last")
    #expect(desk.coordinator.memoryPeaks == [MemoryPeak(gpus: 0, slots: 1, hostMiB: 300)])
  }

  @Test func whatWasMeasuredBeforeCountsFromTheBeginning() {
    let peaks = [MemoryPeak(gpus: 0, slots: 1, hostMiB: 460)]
    #expect(running(desk(slots: 4, memory: NodeMemory(hostMiB: 1000), peaks: peaks)) == 1)
    #expect(running(desk(slots: 4, memory: NodeMemory(hostMiB: 1012), peaks: peaks)) == 2)
    #expect(running(desk(slots: 4, memory: nil, peaks: peaks)) == 4)
    // Larger than the node: alone, not never.
    #expect(running(desk(slots: 4, memory: NodeMemory(hostMiB: 100), peaks: peaks)) == 1)
  }

  @Test func whatIsNotKnownGoesBesideWhatFitsAndNotBesideWhatDoesNot() {
    func running(_ peak: Int) -> Int {
      let peaks = [MemoryPeak(gpus: 2, slots: 2, hostMiB: peak)]
      let desk = desk(slots: 4, memory: NodeMemory(hostMiB: 1000), peaks: peaks) { study in
        study.trial.gpus = 1
        study.trial.sizes = .chosen([.integer(1), .integer(2)])
        study.space = study.space.with(
          Parameter(
            name: TrialSizes.parameterName, domain: .ordinal([.integer(1), .integer(2)])))
        study.points = [2, 1, 1].enumerated().map { place, size in
          Configuration([
            ("x", .real(Double(place) / 10)), (TrialSizes.parameterName, .integer(size)),
          ])
        }
        study.stop.trials = 3
      }
      return self.running(desk)
    }
    #expect(running(900) == 3)
    // They were there before it, and the node is kept for it.
    #expect(running(1000) == 2)
  }

  @Test func otherNodesAreTriedFirst() {
    let peaks = [MemoryPeak(gpus: 0, slots: 1, hostMiB: 100)]
    var desk = desk(slots: 3, memory: NodeMemory(hostMiB: 120), peaks: peaks)
    let starts = desk.absorb(
      .workerJoined(
        WorkerID(1), host: "node1", slots: 3, memory: NodeMemory(hostMiB: 230)))
    #expect(starts.starts == [leg(1), leg(2)])
    #expect(desk.coordinator.trials.compactMap { $0.place?.slot.worker.rank } == [0, 1, 1])
  }

  @Test func aWarmProcessHoldsItsMemoryWhileItWaits() {
    let peaks = [MemoryPeak(gpus: 0, slots: 1, hostMiB: 100)]
    var desk = desk(slots: 4, memory: NodeMemory(hostMiB: 240), peaks: peaks)
    #expect(desk.coordinator.trials.compactMap { $0.place?.slot.index } == [0, 1])
    // The next trial is the warm process's own: any other slot would make a third process.
    #expect(finish(&desk, leg(1), peak: nil, .askedForNext) == [leg(2)])
    #expect(desk.trial(2).place?.slot.index == 1)
    #expect(finish(&desk, leg(0), peak: nil) == [leg(3)])
    #expect(desk.trial(3).place?.slot.index == 0)
  }

  @Test func afterOneRanOutOfMemoryFewerShareTheNodeAndItIsRetriedAlone() {
    var desk = desk(slots: 4, memory: NodeMemory(hostMiB: 1000)) { $0.trial.retries = 1 }
    func starve(_ leg: LegID) -> [LegID] {
      desk.absorb(.legEnded(LegEnd(leg: leg, outcome: .outOfMemory, lacked: .host))).starts
    }
    // It is to be alone, so that the node is emptied for it.
    #expect(starve(leg(0)) == [])
    #expect(starve(leg(1)) == [], "it fell with the first: four were too many, not three")
    #expect(finish(&desk, leg(2), peak: nil) == [])
    #expect(finish(&desk, leg(3), peak: nil) == [leg(0, 2)])
    #expect(finish(&desk, leg(0, 2), peak: nil) == [leg(1, 2)])
    #expect(finish(&desk, leg(1, 2), peak: nil) == [leg(4), leg(5), leg(6)], "not four")
    // Three are too many as well.
    #expect(starve(leg(4)) == [])
    #expect(finish(&desk, leg(5), peak: nil) == [leg(7)], "which was at the head of the line")
    #expect(finish(&desk, leg(6), peak: nil) == [])
    #expect(finish(&desk, leg(7), peak: nil) == [leg(4, 2)])
    #expect(finish(&desk, leg(4, 2), peak: nil) == [leg(8), leg(9)])
  }

  @Test func whoRanOutOfMemoryAmongOthersIsRetriedOnceWhateverTheStudySays() {
    var desk = desk(slots: 2, memory: NodeMemory(hostMiB: 1000))
    desk.absorb(.legEnded(LegEnd(leg: leg(0), outcome: .outOfMemory, lacked: .host)))
    #expect(desk.trial(0).state == .running && desk.trial(0).failures == 0)
    #expect(finish(&desk, leg(1), peak: nil) == [leg(0, 2)])
    // Alone it has itself to blame.
    desk.absorb(.legEnded(LegEnd(leg: leg(0, 2), outcome: .outOfMemory, lacked: .host)))
    #expect(desk.trial(0).state == .failed && desk.trial(0).failures == 1)

    // Where nothing is known of the node it is as it was.
    var other = self.desk(slots: 2, memory: nil)
    other.absorb(.legEnded(LegEnd(leg: leg(0), outcome: .outOfMemory, lacked: .host)))
    #expect(other.trial(0).state == .failed)
  }

  @Test func othersGoOnOnOtherNodesWhileOneIsEmptied() {
    var desk = desk(slots: 3, memory: NodeMemory(hostMiB: 1000)) { $0.trial.retries = 1 }
    desk.absorb(
      .workerJoined(WorkerID(1), host: "node1", slots: 3, memory: NodeMemory(hostMiB: 1000)))
    let end = LegEnd(leg: leg(0), outcome: .outOfMemory, lacked: .host)
    #expect(desk.absorb(.legEnded(end)).starts == [])
    #expect(finish(&desk, leg(3), peak: nil) == [], "three are too many")
    #expect(finish(&desk, leg(4), peak: nil) == [leg(6)])
    #expect(finish(&desk, leg(1), peak: nil) == [])
    #expect(finish(&desk, leg(2), peak: nil) == [leg(0, 2)])
    #expect(finish(&desk, leg(0, 2), peak: nil) == [leg(7), leg(8)])
  }

  @Test func asManyShareAGPUAsItsMemoryHolds() {
    func shared(_ edit: (inout Study) -> Void = { _ in }) -> Desk {
      desk(slots: 8, memory: NodeMemory(hostMiB: 100_000, deviceMiB: 40_000)) {
        ($0.trial.gpus, $0.trial.trialsPerGPU) = (1, 4)
        edit(&$0)
      }
    }
    var known = shared()
    #expect(running(known) == 8)
    #expect(finish(&known, leg(0), peak: 10, device: 12_000) == [])
    let first = known.coordinator.trials.filter { ($0.place?.slot.index ?? 9) < 4 }.map(\.id)
    #expect(first.count == 3, "39,600 MiB of three are there")
    #expect(
      finish(&known, LegID(first[0], attempt: 1), peak: 10, device: 9) == [leg(8)])

    // Nobody looked at the GPU, and a trial ran out of it.
    var unknown = shared { $0.trial.retries = 1 }
    unknown.absorb(.legEnded(LegEnd(leg: leg(0), outcome: .outOfMemory, lacked: .device)))
    let slot = unknown.coordinator.memory?.shapes.first
    #expect(slot?.mostOnDevice == 3 && slot?.floorMiB == nil)
  }

  @Test func eventsThatLieAboutMemoryAreNoCalamity() {
    for figure in [Int.min, -1, 0, 1, .max] {
      var desk = desk(slots: 3, memory: NodeMemory(hostMiB: figure, deviceMiB: figure)) {
        ($0.trial.gpus, $0.trial.trialsPerGPU, $0.trial.retries) = (1, 3, 5)
      }
      for number in 0..<3 {
        _ = finish(&desk, leg(number), peak: figure, device: figure)
        desk.absorb(
          .legEnded(
            LegEnd(
              leg: leg(number + 3), outcome: .outOfMemory, peakMemoryMiB: figure, lacked: .host)))
      }
      #expect(running(desk) > 0)
    }
  }
}
