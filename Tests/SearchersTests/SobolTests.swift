import StudyModel
import TestSupport
import Testing

@testable import Searchers

struct SobolTests {
  /// Points of SciPy 1.17.1's `qmc.Sobol(d=1000, scramble=False)`, by place and dimension.
  @Test func theSequenceAsPublishedIsThatOfSciPy() {
    let sequence = SobolSequence(dimensions: 1000, seed: nil)
    let dimensions = [0, 1, 2, 9, 39, 99, 255, 499, 999]
    let points: [(place: Int, coordinates: [Double])] = [
      (0, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
      (1, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
      (2, [0.75, 0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75]),
      (3, [0.25, 0.75, 0.75, 0.25, 0.75, 0.25, 0.25, 0.75, 0.25]),
      (
        100,
        [
          0.4140625, 0.2578125, 0.7734375, 0.6953125, 0.1328125, 0.8828125, 0.5703125, 0.4921875,
          0.9140625,
        ]
      ),
      (
        127,
        [
          0.0078125, 0.6640625, 0.5546875, 0.5390625, 0.6015625, 0.3515625, 0.4140625, 0.5859375,
          0.8203125,
        ]
      ),
      (
        123_456_789,
        [
          0.9758977368474007, 0.792431928217411, 0.006405912339687347, 0.40392694622278214,
          0.9974938705563545, 0.6261719837784767, 0.13123583048582077, 0.7449677661061287,
          0.055228568613529205,
        ]
      ),
    ]
    for (place, coordinates) in points {
      let point = sequence.point(at: place)
      #expect(dimensions.map { point[$0] } == coordinates, "place \(place)")
    }
    // Of all 128,000 coordinates, each weighted by its dimension: 31781750 in SciPy.
    let sum = (0..<128).reduce(0.0) { sum, place in
      sequence.point(at: place).enumerated().reduce(sum) {
        $0 + $1.element * Double($1.offset + 1)
      }
    }
    #expect(sum == 31_781_750)
  }

  @Test(arguments: seeds(20, from: 204_000))
  func everyPartOfAnAxisIsHitOnceUnderEverySeed(seed: UInt64) {
    let sequence = SobolSequence(dimensions: 50, seed: seed)
    for begin in [0, 64, 640] {
      let points = (begin..<(begin + 64)).map { sequence.point(at: $0) }
      for dimension in 0..<50 {
        #expect(Set(points.map { Int($0[dimension] * 64) }).count == 64, "seed \(seed)")
      }
      // The first two dimensions are a (0, m, 2)-net: so is every square of an 8 by 8 board.
      #expect(Set(points.map { [Int($0[0] * 8), Int($0[1] * 8)] }).count == 64)
    }
  }

  /// The squared centred L2 discrepancy. Source: Hickernell, Math. Comp. 67 (1998), equation (1.7).
  private func discrepancy(_ points: [[Double]]) -> Double {
    let dimensions = points.first?.count ?? 0
    var middle = 0.0
    var pairs = 0.0
    for first in points {
      middle += first.reduce(1) {
        let apart = ($1 - 0.5).magnitude
        return $0 * (1 + apart / 2 - apart * apart / 2)
      }
      for second in points {
        var product = 1.0
        for (left, right) in zip(first, second) {
          let middles = (left - 0.5).magnitude + (right - 0.5).magnitude
          product *= 1 + middles / 2 - (left - right).magnitude / 2
        }
        pairs += product
      }
    }
    let count = Double(points.count)
    let whole = (0..<dimensions).reduce(1.0) { product, _ in product * 13 / 12 }
    return whole - 2 * middle / count + pairs / (count * count)
  }

  @Test(arguments: seeds(8, from: 205_000), [2, 5, 10])
  func theSequenceIsMoreEvenThanRandomDraws(seed: UInt64, dimensions: Int) {
    let sequence = SobolSequence(dimensions: dimensions, seed: seed)
    var random = SeededGenerator(seed, 6)
    let drawn = (0..<100).map { _ in (0..<dimensions).map { _ in random.real(0...1) } }
    let points = (0..<100).map { sequence.point(at: $0) }
    #expect(discrepancy(points) < 0.7 * discrepancy(drawn), "seed \(seed)")
  }

  @Test func seedsDifferAndScramblingLeavesNoPointAtTheOrigin() {
    let first = (0..<100).map { SobolSequence(dimensions: 3, seed: $0).point(at: 0) }
    #expect(Set(first).count == 100)
    #expect(!first.contains([0, 0, 0]))
  }

  @Test(arguments: seeds(80, from: 206_000))
  func everyProposalLiesInItsSpace(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = Searcher.of(.sobol, space, seed: seed)
    for proposal in search.proposals(atMost: 50) {
      #expect(space.conforming(proposal.configuration) == proposal.configuration)
    }
  }

  @Test(arguments: seeds(60, from: 207_000))
  func aCountableSpaceIsTriedOnceAndThenExhausted(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    guard let bound = space.countBound, bound <= 2000 else { return }
    var search = Searcher.of(.sobol, space, seed: seed)
    let proposals = search.proposals(atMost: 3000).map(\.configuration)
    #expect(Set(proposals).count == proposals.count, "seed \(seed)")
    #expect(Set(proposals) == Set(space.all()), "seed \(seed)")
  }

  @Test(arguments: seeds(100, from: 208_000))
  func aCopyGoesOnAsTheOriginal(seed: UInt64) throws {
    var search = Searcher.of(.sobol, try SearchSpace.random(seed: seed), seed: seed)
    let first = search.proposals(atMost: Int(seed % 30)).count
    var copy = try roundTrip(search)
    #expect(
      copy.proposals(from: first, atMost: 30) == search.proposals(from: first, atMost: 30))
  }

  @Test func valuesAreProposedEquallyOften() {
    let space = SearchSpace(parameters: [
      Parameter(name: "a", domain: .categorical(["x", "y", "z", "w"].map(ParameterValue.word))),
      Parameter(name: "b", domain: .integer(low: 1, high: 8, step: 1, log: false)),
      Parameter(
        name: "c", domain: .real(low: 0, high: 1, step: nil, log: false),
        conditions: [.init(parameter: "a", values: [.word("x")])]),
      Parameter(name: "d", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
    ])
    var search = Searcher.of(.sobol, space)
    let proposals = search.proposals(atMost: 256).map(\.configuration)
    for word in ["x", "y", "z", "w"] {
      #expect(proposals.count { $0["a"] == .word(word) } == 64)
    }
    for number in 1...8 { #expect(proposals.count { $0["b"] == .integer(number) } == 32) }
    #expect(proposals.count { ($0["d"]?.number ?? 1) < 1e-2 } == 128)
    #expect(proposals.count { $0["c"] != nil } == 64)
  }

  @Test func anUncountableSpaceUsesOnePlaceATrial() throws {
    let x = Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    let point = Configuration([("x", .real(0.25))])
    var free = Searcher.of(.sobol, SearchSpace(parameters: [x]))
    let all = free.proposals(atMost: 64)
    #expect(all.map(\.origin) == (0..<64).map { .sequence(place: $0) })
    var pointed = Searcher.of(.sobol, SearchSpace(parameters: [x]), points: [point])
    #expect(Array(pointed.proposals(atMost: 65).dropFirst()) == all)
    var bounded = Searcher.of(
      .sobol, SearchSpace(parameters: [x], constraints: [try Expression("x <= 0.5")]))
    #expect(
      bounded.proposals(atMost: 32) == all.filter { ($0.configuration["x"]?.number ?? 1) <= 0.5 })
  }

  @Test func theNearestUntriedRowIsProposed() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
      Parameter(name: "y", domain: .categorical([.word("a"), .word("b")])),
    ])
    let rows = (0..<64).flatMap { number in
      ["a", "b"].map { word in
        Configuration([("x", .real((Double(number) + 0.5) / 64)), ("y", .word(word))])
      }
    }
    var search = Searcher.of(.sobol, space.restricted(to: rows), points: [rows[3]])
    let proposals = search.proposals(atMost: 1000).map(\.configuration)
    #expect(proposals.count == rows.count)
    #expect(Set(proposals) == Set(rows))
    // The first 16 after the point hit each sixteenth of the axis.
    #expect(Set(proposals[1...16].map { Int(($0["x"]?.number ?? 0) * 16) }).count == 16)
  }
}
