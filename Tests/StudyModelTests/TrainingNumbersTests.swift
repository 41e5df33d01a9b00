import Foundation
import StudyModel
import TestSupport
import Testing

/// Which training a number is.
@Suite struct TrainingNumbersTests {
  private func space(_ counts: [Int]) -> SearchSpace {
    SearchSpace(
      parameters: [
        Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
      ]
        + counts.enumerated().map { place, count in
          Parameter(
            name: "f\(place)",
            domain: place % 2 == 0
              ? .integer(low: 1, high: count, step: 1, log: false)
              : .ordinal((0..<count).map { .real(Double($0) / 4) }), isFidelity: true)
        })
  }

  @Test func theLastFidelityAndThenTheSeedVaryFastest() {
    let numbers = TrainingNumbers(space([2, 3]), seeds: [7, 9])
    #expect(numbers.perConfiguration == 12)
    #expect((0..<4).map { numbers.seed(of: $0) } == [7, 9, 7, 9])
    #expect(numbers.values(of: 0) == [.integer(1), .real(0)])
    #expect(numbers.values(of: 2) == [.integer(1), .real(0.25)])
    #expect(numbers.values(of: 5) == [.integer(1), .real(0.5)])
    #expect(numbers.values(of: 6) == [.integer(2), .real(0)])
    #expect(numbers.values(of: 12) == numbers.values(of: 0))
    #expect((0..<30).map { numbers.configuration(of: $0) } == (0..<30).map { $0 / 12 })
  }

  /// Every combination once, whatever the fidelities.
  @Test(arguments: seeds(100, from: 910_000))
  func eachCombinationHasOneNumber(seed: UInt64) {
    var random = SeededGenerator(seed, 3)
    let counts = (0..<random.integer(0...4)).map { _ in random.integer(1...4) }
    let told = (0..<random.integer(1...3)).map { $0 * 10 }
    let numbers = TrainingNumbers(space(counts), seeds: told)
    let each = counts.reduce(told.count, *)
    #expect(numbers.perConfiguration == each)
    let all = (0..<3 * each).map { number in
      "\(numbers.configuration(of: number)) \(numbers.values(of: number)) \(numbers.seed(of: number))"
    }
    #expect(Set(all).count == 3 * each)
  }

  @Test func aSearchHasTheLastValueOfAFidelity() throws {
    let full = space([4, 2]).atFullFidelity
    #expect(full.parameter(named: "f0")?.domain == .constant(.integer(4)))
    #expect(full.parameter(named: "f1")?.domain == .constant(.real(0.25)))
    #expect(full.parameters.map(\.isFidelity) == [false, true, true])
    #expect(full.withoutFidelities.parameters.map(\.name) == ["x"])
  }

  /// Snapshots from before there were fidelities.
  @Test func aParameterThatDoesNotSayWhetherItIsAFidelityIsNone() throws {
    let parameter = Parameter(name: "x", domain: .constant(.integer(3)), isFidelity: true)
    let text = String(decoding: try JSONEncoder().encode(parameter), as: UTF8.self)
    #expect(try JSONDecoder().decode(Parameter.self, from: Data(text.utf8)) == parameter)
    let old = text.replacingOccurrences(of: "\"isFidelity\":true", with: "\"since\":1")
    #expect(try !JSONDecoder().decode(Parameter.self, from: Data(old.utf8)).isFidelity)
  }

  @Test func shardsAreRangesThatLeaveNothingOut() {
    let campaign = CollectionCampaign(
      name: "c", study: "s.yaml", configurations: .generated(.sobol(9)), trainings: 40)
    let shards = campaign.shards(of: 101)
    #expect(shards.map(\.trainings) == [0..<40, 40..<80, 80..<101])
    #expect(shards.map(\.name) == ["shard-0001", "shard-0002", "shard-0003"])
    #expect(campaign.studyName(of: shards[2]) == "c-shard-0003")
    #expect(CollectionShard(number: 12345, trainings: 0..<1).name == "shard-12345")
  }
}
