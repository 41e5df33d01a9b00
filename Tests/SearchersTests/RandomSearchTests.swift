import Searchers
import StudyModel
import TestSupport
import Testing

struct RandomSearchTests {
  private func searcher(
    _ space: SearchSpace, points: [Configuration] = [], seed: UInt64
  ) -> Searcher {
    Searcher(
      for: Study(
        name: "study", metric: Metric(name: "loss", goal: .minimize),
        fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
        points: points, trial: TrialSettings(command: ["train"]), seed: seed))
  }

  @Test func aCountableSpaceIsTriedOnceAndThenExhausted() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .integer(low: 0, high: 9, step: 1, log: false)),
      Parameter(
        name: "y", domain: .categorical([.word("a"), .word("b")]),
        conditions: [.init(parameter: "x", values: [.integer(3), .integer(4)])]),
    ])
    var search = searcher(space, seed: 4)
    var seen: Set<Configuration> = []
    for trial in 0..<12 {
      let proposal = try #require(search.propose(for: TrialID(trial)))
      #expect(seen.insert(proposal.configuration).inserted)
      search.absorb(.proposed(TrialID(trial), proposal.configuration))
    }
    #expect(search.propose(for: TrialID(12)) == nil)
  }

  @Test func onlyGivenRowsAreProposed() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let rows = [0.25, 0.5, 0.75].map { Configuration([("x", .real($0))]) }
    var search = searcher(space.restricted(to: rows), points: [rows[2]], seed: 4)
    var proposals: [Configuration] = []
    for trial in 0..<3 {
      let proposal = try #require(search.propose(for: TrialID(trial)))
      proposals.append(proposal.configuration)
      search.absorb(.proposed(TrialID(trial), proposal.configuration))
    }
    #expect(proposals[0] == rows[2])
    #expect(Set(proposals) == Set(rows))
    #expect(search.propose(for: TrialID(3)) == nil)
  }

  @Test(arguments: seeds(400, from: 170_000))
  func everyProposalLiesInItsSpace(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    let search = searcher(space, seed: seed)
    for trial in 0..<25 {
      let proposal = try #require(search.propose(for: TrialID(trial))).configuration
      #expect(space.conforming(proposal) == proposal, "seed \(seed), trial \(trial)")
      #expect(space.satisfiesConstraints(proposal))
    }
  }

  @Test(arguments: seeds(100, from: 180_000))
  func aProposalDependsOnSeedAndTrialAlone(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    let search = searcher(space, seed: seed)
    let proposals = (0..<20).map { search.propose(for: TrialID($0))?.configuration }
    var random = SeededGenerator(seed)
    for trial in (0..<20).shuffled(using: &random) {
      #expect(search.propose(for: TrialID(trial))?.configuration == proposals[trial])
      #expect(
        searcher(space, seed: seed).propose(for: TrialID(trial))?.configuration
          == proposals[trial])
    }
    let copy = try roundTrip(search)
    #expect((0..<20).map { copy.propose(for: TrialID($0))?.configuration } == proposals)
  }

  @Test func proposalsDifferBetweenTrialsAndSeeds() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let proposals = (UInt64(0)..<30).flatMap { seed in
      (0..<30).map { searcher(space, seed: seed).propose(for: TrialID($0)) }
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
    let search = searcher(space, points: points, seed: 1)
    #expect(
      search.propose(for: TrialID(0))?.configuration
        == Configuration([("x", .real(3)), ("y", .integer(1))]))
    #expect(
      search.propose(for: TrialID(1))?.configuration
        == Configuration([("x", .real(1)), ("y", .integer(2))]))
    #expect(
      search.propose(for: TrialID(2))
        == searcher(space, seed: 1).propose(for: TrialID(2)))
  }

  @Test func whatAPointLeavesOutIsDrawn() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 10, step: nil, log: false)),
      Parameter(name: "y", domain: .integer(low: 0, high: 1000, step: 1, log: false)),
    ])
    let points = (0..<50).map { Configuration([("x", .integer($0 % 10))]) }
    let search = searcher(space, points: points, seed: 1)
    let proposals = points.indices.compactMap { search.propose(for: TrialID($0))?.configuration }
    #expect(proposals.map { $0["x"] } == points.indices.map { .real(Double($0 % 10)) })
    #expect(Set(proposals.map { $0["y"] }).count > 40)
    #expect(proposals.allSatisfy { space.conforming($0) == $0 })
  }

  @Test func aSpaceThatItsConstraintsEmptyIsExhausted() throws {
    let space = SearchSpace(
      parameters: [Parameter(name: "x", domain: .integer(low: 1, high: 9, step: 1, log: false))],
      constraints: [try Expression("x > 9")])
    let point = Configuration([("x", .integer(3))])
    let search = searcher(space, points: [point], seed: 1)
    #expect(search.propose(for: TrialID(0)) == nil)
    #expect(search.propose(for: TrialID(1)) == nil)
  }

  @Test func aConstraintKeepsTheDistributionOfWhatItAllows() throws {
    let space = SearchSpace(
      parameters: [Parameter(name: "x", domain: .integer(low: 0, high: 19, step: 1, log: false))],
      constraints: [try Expression("x % 2 == 0")])
    let search = searcher(space, seed: 6)
    var counts = Array(repeating: 0, count: 10)
    for trial in 0..<4000 {
      let number = try #require(search.propose(for: TrialID(trial))?.configuration["x"]?.number)
      counts[Int(number) / 2] += 1
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 9))
  }
}
