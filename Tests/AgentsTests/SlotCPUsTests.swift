import StudyModel
import TestSupport
import Testing

@testable import Agents

@Suite struct SlotCPUsTests {
  /// Two sockets of four cores with two hardware threads each: CPUs n and n + 8 are a core.
  private let small = NodeTopologyTests.topology(
    NodeTopologyTests.tree(sockets: 2, cores: 4, threads: 2), usable: Array(0..<16))

  private func chosen(
    _ amount: SlotCPUs.Amount, _ domains: [Int?], together: Int = 1
  ) -> [[Int]]? {
    SlotCPUs(small, amount: amount, together: together).cpus(beside: domains)
  }

  @Test func aSlotHasWholeCoresBesideItsGPU() {
    let four = [[4, 5, 12, 13], [6, 7, 14, 15], [0, 1, 8, 9], [2, 3, 10, 11]]
    #expect(chosen(.cores(2), [1, 1, 0, 0]) == four)
    #expect(chosen(.cores(1), [1, nil, 0]) == [[4, 12], [1, 9], [0, 8]])
  }

  @Test func slotsWithoutAGPUAreSpreadOverTheDomains() {
    #expect(chosen(.cores(1), [nil, nil, nil, nil]) == [[0, 8], [4, 12], [1, 9], [5, 13]])
    #expect(chosen(.cores(3), [nil, nil]) == [[0, 1, 2, 8, 9, 10], [4, 5, 6, 12, 13, 14]])
    // Slots of one trial stay together.
    #expect(
      chosen(.cores(1), [nil, nil, nil, nil], together: 2) == [
        [0, 8], [1, 9], [4, 12], [5, 13],
      ])
  }

  @Test func aDomainThatRunsOutIsFilledUpFromAnother() {
    #expect(
      chosen(.cores(3), [0, 0]) == [[0, 1, 2, 8, 9, 10], [3, 4, 5, 11, 12, 13]])
    // A domain that has no CPU of the job's.
    #expect(chosen(.cores(1), [7]) == [[0, 8]])
  }

  @Test func hardwareThreadsAreSharedOutWhereCoresAreTooFew() {
    let slots = chosen(.cores(1), Array(repeating: nil, count: 12))
    #expect(slots?.count == 12)
    #expect(slots?.allSatisfy { $0.count == 1 } == true)
    #expect(Set(slots?.joined().map { $0 } ?? []).count == 12)
  }

  @Test func whereThereAreTooFewNothingIsBound() {
    #expect(chosen(.cores(1), Array(repeating: nil, count: 17)) == nil)
    #expect(chosen(.cores(9), [nil, nil]) == nil)
    #expect(chosen(.share(atLeast: 17), [nil]) == nil)
    #expect(chosen(.cores(3), []) == [])
  }

  @Test func aShareIsOfAllThereIs() {
    #expect(chosen(.share(atLeast: 1), [nil]) == [Array(0..<16)])
    #expect(chosen(.share(atLeast: 1), [1, 0])?.map(\.count) == [8, 8])
    #expect(chosen(.share(atLeast: 1), [1, 0])?[0] == [4, 5, 6, 7, 12, 13, 14, 15])
    #expect(chosen(.share(atLeast: 2), [nil, nil, nil])?.map(\.count) == [4, 4, 4])
  }

  /// Whatever the machine and the slots, no CPU is given twice, none is made up, and cores are whole.
  @Test(arguments: 0..<200 as Range<UInt64>) func noTwoSlotsMeet(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let (sockets, cores, threads) = (draw(1...2), 4 * draw(1...6), draw(1...2))
    let files = NodeTopologyTests.tree(
      sockets: sockets, cores: cores, threads: threads, domains: draw(0...1) == 0 ? 1 : 4)
    let usable = (0..<(sockets * cores * threads)).filter { _ in draw(0...9) > 0 }
    let topology = NodeTopologyTests.topology(files, usable: usable)
    let domains = (0..<draw(1...12)).map { _ in draw(0...2) == 0 ? nil : draw(0...(sockets)) }
    let each = draw(1...6)
    let choice = SlotCPUs(
      topology, amount: draw(0...1) == 0 ? .cores(each) : .share(atLeast: each),
      together: draw(1...4))
    let slots = choice.cpus(beside: domains)
    guard let slots else {
      #expect(each * domains.count > usable.count, "there were enough threads")
      return
    }
    let all = slots.flatMap { $0 }
    #expect(Set(all).count == all.count && Set(all).isSubset(of: usable))
    #expect(slots.count == domains.count && slots.allSatisfy { $0.count >= each })
    if each * domains.count <= topology.cores.count {
      for core in topology.cores {
        let owners = slots.indices.filter { !Set(slots[$0]).isDisjoint(with: core.cpus) }
        #expect(owners.count <= 1, "core \(core) is torn apart")
      }
    }
    #expect(slots == choice.cpus(beside: domains))
  }

  @Test func aProcessWithSeveralSlotsHasThemAllAndRanksOneShareEach() {
    let cpus = [[0], [1], [2, 3], [4]]
    #expect(SlotCPUs.shares(of: [1, 2], among: 1, cpus) == [[1, 2, 3]])
    #expect(SlotCPUs.shares(of: [0, 2], among: 2, cpus) == [[0], [2, 3]])
    #expect(SlotCPUs.shares(of: [0, 1, 2, 3], among: 2, cpus) == [[0, 1], [2, 3, 4]])
  }

  @Test func whatATrialAsksForIsHalvedOverTheSlotsOfOneProcess() {
    func amount(_ isGranted: Bool = true, _ change: (inout TrialSettings) -> Void) -> SlotCPUs
      .Amount?
    {
      var trial = TrialSettings(command: ["x"], gpus: 2, cpus: 5)
      change(&trial)
      return SlotCPUs(for: trial, on: small, isGranted: isGranted)?.amount
    }
    #expect(amount { _ in } == .cores(3))
    #expect(amount { $0.launch = .ranks } == .cores(5))
    #expect(amount(false) { _ in } == .share(atLeast: 3))
    #expect(amount(false) { $0.affinity = .cores } == .cores(3))
    #expect(amount { $0.cpus = 1 } == .share(atLeast: 1))
    #expect(amount { ($0.cpus, $0.affinity) = (1, .cores) } == .cores(1))
    #expect(amount { $0.affinity = .share } == .share(atLeast: 3))
    #expect(amount { $0.affinity = .unbound } == nil)
  }
}
