import Searchers
import StudyModel
import TestSupport
import Testing

struct RandomSearchTests {
  @Test(arguments: seeds(400, from: 170_000))
  func everyProposalLiesInItsSpace(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    let search = RandomSearch(space: space, points: [], seed: seed)
    for trial in 0..<25 {
      let proposal = try #require(search.propose(for: TrialID(trial)))
      #expect(space.conforming(proposal) == proposal, "seed \(seed), trial \(trial)")
      #expect(space.satisfiesConstraints(proposal))
    }
  }

  @Test(arguments: seeds(100, from: 180_000))
  func aProposalDependsOnSeedAndTrialAlone(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    let search = RandomSearch(space: space, points: [], seed: seed)
    let proposals = (0..<20).map { search.propose(for: TrialID($0)) }
    var random = SeededGenerator(seed)
    for trial in (0..<20).shuffled(using: &random) {
      #expect(search.propose(for: TrialID(trial)) == proposals[trial])
      #expect(
        RandomSearch(space: space, points: [], seed: seed).propose(for: TrialID(trial))
          == proposals[trial])
    }
    #expect(try roundTrip(search) == search)
  }

  @Test func proposalsDifferBetweenTrialsAndSeeds() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let proposals = (UInt64(0)..<30).flatMap { seed in
      (0..<30).map { RandomSearch(space: space, points: [], seed: seed).propose(for: TrialID($0)) }
    }
    #expect(Set(proposals).count == 900)
  }

  @Test func pointsComeFirstInTheirOrderAndInTheirParametersTypes() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 10, step: nil, log: false)),
      Parameter(name: "y", domain: .integer(low: 0, high: 10, step: 1, log: false)),
    ])
    let points = [
      Configuration([("x", .integer(3)), ("y", .integer(1))]),
      Configuration([("x", .real(1)), ("y", .real(2))]),
    ]
    let search = RandomSearch(space: space, points: points, seed: 1)
    #expect(
      search.propose(for: TrialID(0)) == Configuration([("x", .real(3)), ("y", .integer(1))]))
    #expect(
      search.propose(for: TrialID(1)) == Configuration([("x", .real(1)), ("y", .integer(2))]))
    #expect(
      search.propose(for: TrialID(2))
        == RandomSearch(space: space, points: [], seed: 1).propose(for: TrialID(2)))
  }

  @Test func whatAPointLeavesOutIsDrawn() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 10, step: nil, log: false)),
      Parameter(name: "y", domain: .integer(low: 0, high: 1000, step: 1, log: false)),
    ])
    let points = (0..<50).map { Configuration([("x", .integer($0 % 10))]) }
    let search = RandomSearch(space: space, points: points, seed: 1)
    let proposals = points.indices.compactMap { search.propose(for: TrialID($0)) }
    #expect(proposals.map { $0["x"] } == points.indices.map { .real(Double($0 % 10)) })
    #expect(Set(proposals.map { $0["y"] }).count > 40)
    #expect(proposals.allSatisfy { space.conforming($0) == $0 })
  }

  @Test func aSpaceThatItsConstraintsEmptyIsExhausted() throws {
    let space = SearchSpace(
      parameters: [Parameter(name: "x", domain: .integer(low: 1, high: 9, step: 1, log: false))],
      constraints: [try Expression("x > 9")])
    let point = Configuration([("x", .integer(3))])
    let search = RandomSearch(space: space, points: [point], seed: 1)
    #expect(search.propose(for: TrialID(1)) == nil)
  }

  @Test func aConstraintKeepsTheDistributionOfWhatItAllows() throws {
    let space = SearchSpace(
      parameters: [Parameter(name: "x", domain: .integer(low: 0, high: 19, step: 1, log: false))],
      constraints: [try Expression("x % 2 == 0")])
    let search = RandomSearch(space: space, points: [], seed: 6)
    var counts = Array(repeating: 0, count: 10)
    for trial in 0..<4000 {
      let number = try #require(search.propose(for: TrialID(trial))?["x"]?.number)
      counts[Int(number) / 2] += 1
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 9))
  }
}
