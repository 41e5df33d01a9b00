import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Which slots a trial gets.
struct SlotChoiceTests {
  /// A machine of which some slots are taken, and a wish.
  private struct Case {
    var choice: SlotChoice
    var free: [SlotID]
    var width: Int

    init(seed: UInt64) {
      var random = SeededGenerator(seed, 920)
      let shares = random.element(of: [1, 1, 2, 4, 3])
      let slots = (0..<random.integer(1...4)).map { _ in
        random.chance(0.8) ? shares * random.integer(0...8) : random.integer(0...9)
      }
      choice = SlotChoice(shares: shares, slotsByRank: slots, packs: random.chance(0.5))
      let taken = random.real(0...1)
      free = []
      for rank in slots.indices {
        for index in 0..<slots[rank] where !random.chance(taken) {
          free.append(SlotID(WorkerID(rank), index))
        }
      }
      free.sort(by: >)
      width = random.chance(0.5) ? random.integer(1...shares) : shares * random.integer(1...12)
    }

    /// Free devices as a whole of an agent.
    func wholeDevices(_ rank: Int) -> Int {
      let slots = choice.slotsByRank[rank]
      return (0..<choice.devices(slots)).count { device in
        let all = (device * choice.shares)..<min((device + 1) * choice.shares, slots)
        return all.allSatisfy { free.contains(SlotID(WorkerID(rank), $0)) }
      }
    }

    /// The most free slots of any one device.
    var mostOfOneDevice: Int {
      Dictionary(grouping: free) { [$0.worker.rank, $0.index / choice.shares] }
        .values.map(\.count).max() ?? 0
    }
  }

  @Test(arguments: seeds(2000, from: 900_000))
  func slotsAreGivenExactlyWhereTheyAreFreeAndBelongTogether(seed: UInt64) throws {
    let example = Case(seed: seed)
    let (choice, width, shares) = (example.choice, example.width, example.choice.shares)
    let ranks = choice.slotsByRank.indices
    let slots = choice.slots(width, among: example.free)
    // What is possible, counted otherwise.
    let isPossible: Bool
    if width < shares {
      isPossible = example.mostOfOneDevice >= width
    } else {
      let free = ranks.map { example.wholeDevices($0) }.sorted(by: >)
      let sizes = choice.slotsByRank.map { choice.devices($0) }.sorted(by: >)
      let wanted = choice.devices(width)
      let fewest = (1...sizes.count).first { sizes.prefix($0).reduce(0, +) >= wanted }
      isPossible = fewest.map { free.prefix($0).reduce(0, +) >= wanted } ?? false
    }
    #expect((slots != nil) == isPossible)
    guard let slots else { return }
    #expect(Set(slots).count == slots.count)
    #expect(Set(slots).isSubset(of: Set(example.free)))
    let devices = Set(slots.map { [$0.worker.rank, $0.index / shares] })
    #expect(devices.count == choice.devices(width))
    if width < shares {
      #expect(slots.count == width)
    } else {
      for device in devices {
        let whole = min(shares, choice.slotsByRank[device[0]] - device[1] * shares)
        #expect(slots.count { [$0.worker.rank, $0.index / shares] == device } == whole)
      }
    }
    #expect(Set(slots.map(\.worker)).count <= choice.agentsNeeded(width))
  }

  private func slots(_ indices: [Int], of rank: Int = 0) -> [SlotID] {
    indices.map { SlotID(WorkerID(rank), $0) }.sorted(by: >)
  }

  @Test func neighboursAreTakenFromAMultipleOfTheirNumberOn() {
    let choice = SlotChoice(shares: 1, slotsByRank: [8], packs: true)
    #expect(choice.slots(2, among: slots([1, 2, 3, 4, 5])) == slots([2, 3]).reversed())
    #expect(choice.slots(4, among: slots([1, 2, 3, 4, 5])) == slots([1, 2, 3, 4]).reversed())
    #expect(choice.slots(2, among: slots([1, 4, 6])) == slots([1, 4]).reversed())
  }

  @Test func sharesAreSpreadUnlessWholeDevicesAreWantedToo() {
    let free = slots([1, 2, 3])
    func first(packs: Bool) -> [SlotID]? {
      SlotChoice(shares: 2, slotsByRank: [4], packs: packs).slots(1, among: free)
    }
    #expect(first(packs: false) == slots([2]))
    #expect(first(packs: true) == slots([1]))
  }

  @Test func aLargeTrialLeavesTheRoomiestAgentAlone() {
    let choice = SlotChoice(shares: 1, slotsByRank: [4, 4, 4], packs: true)
    let free = slots([0, 1, 2, 3]) + slots([0, 1], of: 1) + slots([0, 1, 2], of: 2)
    #expect(choice.slots(2, among: free.sorted(by: >))?.first?.worker == WorkerID(1))
  }
}
