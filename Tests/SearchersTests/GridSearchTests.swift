import StudyModel
import TestSupport
import Testing

@testable import Searchers

struct GridSearchTests {
  /// A random space that a grid takes whole and a test can list.
  private func space(_ seed: UInt64) throws -> SearchSpace {
    let space = try SearchSpace.random(seed: seed)
    var parameters: [Parameter] = []
    for parameter in space.parameters {
      let domain: Parameter.Domain =
        switch parameter.domain {
        case .real(_, _, nil, _): .ordinal([.real(0.5), .real(1)])
        case .real(let low, _, let step?, let log):
          .real(low: low, high: low + 2 * step, step: step, log: log)
        case .integer(let low, let high, let step, let log):
          .integer(low: low, high: min(high, low + 3 * step), step: step, log: log)
        case .ordinal, .categorical, .constant: parameter.domain
        }
      parameters.append(
        Parameter(name: parameter.name, domain: domain, conditions: parameter.conditions))
    }
    return SearchSpace(parameters: parameters, constraints: space.constraints)
  }

  @Test(arguments: seeds(300, from: 200_000))
  func everyConfigurationIsProposedExactlyOnce(seed: UInt64) throws {
    let space = try space(seed)
    var search = Searcher.of(.grid, space)
    let proposals = search.proposals(atMost: 100_000).map(\.configuration)
    #expect(Set(proposals).count == proposals.count, "seed \(seed)")
    #expect(Set(proposals) == Set(space.all()), "seed \(seed)")
  }

  @Test(arguments: seeds(100, from: 201_000))
  func pointsComeFirstAndAreNotRepeated(seed: UInt64) throws {
    let space = try space(seed)
    let all = space.all()
    var random = SeededGenerator(seed, 4)
    let points = Array(all.shuffled(using: &random).prefix(4))
    var search = Searcher.of(.grid, space, points: points)
    let proposals = search.proposals(atMost: 100_000).map(\.configuration)
    #expect(Array(proposals.prefix(points.count)) == points)
    #expect(proposals.count == all.count, "seed \(seed)")
    #expect(Set(proposals) == Set(all), "seed \(seed)")
  }

  @Test(arguments: seeds(100, from: 202_000))
  func aCopyGoesOnAsTheOriginal(seed: UInt64) throws {
    var search = Searcher.of(.grid, try SearchSpace.random(seed: seed))
    var random = SeededGenerator(seed, 5)
    let count = random.integer(0...30)
    let first = search.proposals(atMost: count).count
    var copy = try roundTrip(search)
    #expect(
      copy.proposals(from: first, atMost: 30) == search.proposals(from: first, atMost: 30))
  }

  @Test(arguments: seeds(80, from: 203_000))
  func everyProposalLiesInItsSpace(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = Searcher.of(.grid, space)
    let proposals = search.proposals(atMost: 50)
    #expect(Set(proposals).count == proposals.count)
    for proposal in proposals {
      #expect(space.conforming(proposal.configuration) == proposal.configuration)
    }
  }

  @Test func repeatedAndLateEventsChangeNothing() throws {
    var search = Searcher.of(.grid, try space(3))
    let proposals = search.proposals(atMost: 3)
    let next = search.propose(for: TrialID(3))
    search.absorb(.proposed(TrialID(1), proposals[1].configuration))
    search.absorb(.proposed(TrialID(2), proposals[2].configuration))
    #expect(search.propose(for: TrialID(3)) == next)
  }

  @Test func placesCountFromZeroAndPassOverWhatAConstraintForbids() throws {
    let x = Parameter(name: "x", domain: .integer(low: 0, high: 4, step: 1, log: false))
    var free = Searcher.of(.grid, SearchSpace(parameters: [x]))
    let all = free.proposals(atMost: 9)
    #expect(all.map(\.origin) == (0..<5).map { .sequence(place: $0) })
    let constraint = try Expression("x != 3")
    var search = Searcher.of(.grid, SearchSpace(parameters: [x], constraints: [constraint]))
    #expect(
      search.proposals(atMost: 9) == all.filter { $0.configuration["x"] != .integer(3) })
  }

  @Test func rowsAreProposedInTheirOrder() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let rows = [0.9, 0.1, 0.4, 0.2].map { Configuration([("x", .real($0))]) }
    var search = Searcher.of(.grid, space.restricted(to: rows), points: [rows[2]])
    #expect(
      search.proposals(atMost: 9).map(\.configuration) == [rows[2], rows[0], rows[1], rows[3]])
  }

  @Test(arguments: [
    (Parameter.Domain.real(low: -1, high: 3, step: nil, log: false), [-1, 0, 1, 2, 3]),
    (.real(low: 1e-4, high: 1, step: nil, log: true), [1e-4, 1e-3, 1e-2, 1e-1, 1]),
    (.real(low: 0, high: 500, step: 2, log: false), [0, 126, 250, 376, 500]),
    (.integer(low: 1, high: 10_000, step: 1, log: true), [1, 10, 100, 1000, 10_000]),
    (.integer(low: 0, high: 1001, step: 4, log: false), [0, 252, 500, 752, 1000]),
    (.integer(low: 3, high: 9, step: 2, log: false), [3, 5, 7, 9]),
    (.real(low: 2, high: 2, step: nil, log: false), [2]),
  ])
  func rangesAreTakenAtEvenlySpacedValues(domain: Parameter.Domain, expected: [Double]) {
    let values = domain.gridValues(5).compactMap(\.number)
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect((value - expected).magnitude <= 1e-9 * max(1, expected.magnitude), "\(values)")
    }
    #expect(domain.gridValues(5).allSatisfy { domain.conforming($0) == $0 })
  }

  @Test func longListsAreTakenWhole() {
    let words = (0..<391).map { ParameterValue.word("layer\($0)") }
    #expect(Parameter.Domain.categorical(words).gridValues(5) == words)
    #expect(
      Parameter.Domain.integer(low: 1, high: 120, step: 1, log: false).gridValues(120).count == 120)
  }

  @Test func aMillionMillionCombinationsCostNoMoreThanAFew() {
    let space = SearchSpace(
      parameters: (0..<12).map {
        Parameter(name: "p\($0)", domain: .integer(low: 0, high: 9, step: 1, log: false))
      })
    #expect(Grid(space, points: 5).count == 1_000_000_000_000)
    var search = Searcher.of(.grid, space)
    let proposals = search.proposals(atMost: 1000).map(\.configuration)
    #expect(Set(proposals).count == 1000)
    // Spread from the beginning: no value of any parameter is rare or frequent.
    for parameter in space.parameters {
      let counts = (0..<10).map { value in
        proposals.count { $0[parameter.name] == .integer(value) }
      }
      #expect(counts.allSatisfy { (50...150).contains($0) }, "\(parameter.name): \(counts)")
    }
  }

  @Test func manyConditionsAreCountedAndNotListed() {
    // Eight methods, each with three parameters of its own: 8 * 10^3 of 8 * 10^24 combinations.
    let methods = (0..<8).map { ParameterValue.word("m\($0)") }
    let kind = Parameter(name: "kind", domain: .categorical(methods))
    let own = (0..<24).map { number in
      Parameter(
        name: "p\(number)", domain: .integer(low: 0, high: 9, step: 1, log: false),
        conditions: [.init(parameter: "kind", values: [methods[number % 8]])])
    }
    var search = Searcher.of(.grid, SearchSpace(parameters: [kind] + own))
    let proposals = search.proposals(atMost: 10_000).map(\.configuration)
    #expect(proposals.count == 8000)
    #expect(Set(proposals).count == 8000)
  }

  @Test func aConstraintThatHardlyAnythingMeetsEndsTheSearch() throws {
    let parameters = (0..<12).map {
      Parameter(name: "p\($0)", domain: .integer(low: 0, high: 9, step: 1, log: false))
    }
    let space = SearchSpace(
      parameters: Array(parameters.prefix(4)), constraints: [try Expression("p0 + p1 + p2 < 1")])
    var search = Searcher.of(.grid, space)
    #expect(search.proposals(atMost: 100).count == 10)
  }

  @Test func moreCombinationsThanThereAreNumbersAreNoTrouble() {
    let space = SearchSpace(
      parameters: (0..<80).map {
        Parameter(name: "p\($0)", domain: .real(low: 0, high: 1, step: nil, log: false))
      })
    var search = Searcher.of(.grid, space)
    #expect(Set(search.proposals(atMost: 100).map(\.configuration)).count == 100)
  }
}
