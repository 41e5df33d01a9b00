import StudyModel
import TestSupport
import Testing

struct ParetoFrontTests {
  @Test(arguments: seeds(300, from: 210_000))
  func theFrontHoldsWhoeverIsNotDominated(seed: UInt64) throws {
    var random = SeededGenerator(seed, 7)
    let metrics = random.integer(1...4)
    let members = (0..<random.integer(0...60)).map { trial in
      ParetoFront.Member(
        trial: TrialID(trial),
        losses: (0..<metrics).map { _ in Double(random.integer(0...9)) })
    }
    var front = ParetoFront()
    for member in members.shuffled(using: &random) { front.insert(member) }
    let expected = members.filter { member in
      !members.contains { other in
        let pairs = zip(other.losses, member.losses)
        return pairs.allSatisfy { $0 <= $1 } && pairs.contains { $0 < $1 }
      }
    }
    #expect(Set(front.members) == Set(expected))
    #expect(front.members.count == expected.count)
    for (one, other) in zip(front.members, front.members.dropFirst()) {
      #expect(
        one.losses.lexicographicallyPrecedes(other.losses)
          || (one.losses == other.losses && one.trial < other.trial))
    }
    #expect(try roundTrip(front) == front)
  }

  @Test func anEntryThatIsDominatedDoesNotJoin() {
    var front = ParetoFront()
    func insert(_ trial: Int, _ losses: [Double]) -> Bool {
      front.insert(ParetoFront.Member(trial: TrialID(trial), losses: losses))
    }
    #expect(insert(0, [1, 1]))
    #expect(!insert(1, [1, 2]))
    #expect(insert(2, [1, 1]))
    #expect(insert(3, [0, 1]))
    #expect(front.members.map(\.trial) == [TrialID(3)])
  }
}
