import RealModule
import Searchers
import StudyModel
import TestSupport
import Testing

/// The distributions that domains are drawn from, with fixed seeds.
struct SamplingTests {
  /// Draws from a domain, each from the stream of its own trial as a study does.
  private func draws(_ domain: Parameter.Domain, _ count: Int) -> [ParameterValue] {
    (0..<count).map { trial in
      var random = RandomStream(seed: 12, trial: TrialID(trial), purpose: .configuration)
      return domain.sample(using: &random)
    }
  }

  private func counts(_ domain: Parameter.Domain, _ values: [ParameterValue]) -> [Int] {
    var counts = Array(repeating: 0, count: values.count)
    for value in draws(domain, 20_000) {
      guard let place = values.firstIndex(of: value) else {
        Issue.record("\(value) is not a value of the domain")
        continue
      }
      counts[place] += 1
    }
    return counts
  }

  @Test func wholeNumbersAreUniformOverTheirSteps() {
    let counts = counts(
      .integer(low: -3, high: 17, step: 4, log: false),
      [-3, 1, 5, 9, 13, 17].map(ParameterValue.integer))
    #expect(chiSquare(counts) < chiSquareBound(degrees: 5))
  }

  @Test func realNumbersAreUniformOverTheirSteps() {
    let counts = counts(
      .real(low: 0.5, high: 1.6, step: 0.25, log: false),
      [0.5, 0.75, 1, 1.25, 1.5].map(ParameterValue.real))
    #expect(chiSquare(counts) < chiSquareBound(degrees: 4))
  }

  @Test func listedValuesAreUniform() {
    let words = ["a", "b", "c"].map(ParameterValue.word)
    #expect(chiSquare(counts(.categorical(words), words)) < chiSquareBound(degrees: 2))
    let numbers = [1, 2, 4, 8].map(ParameterValue.integer)
    #expect(chiSquare(counts(.ordinal(numbers), numbers)) < chiSquareBound(degrees: 3))
  }

  @Test func aConstantIsItsValue() {
    #expect(Set(draws(.constant(.word("relu")), 50)) == [.word("relu")])
  }

  @Test func realNumbersAreUniformBetweenTheirBounds() {
    var counts = Array(repeating: 0, count: 50)
    for value in draws(.real(low: -2, high: 3, step: nil, log: false), 20_000) {
      counts[Int(((value.number ?? 9) + 2) / 5 * 50)] += 1
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 49))
  }

  @Test func realNumbersOnALogarithmicScaleAreUniformInTheLogarithm() {
    var counts = Array(repeating: 0, count: 50)
    for value in draws(.real(low: 1e-4, high: 10, step: nil, log: true), 20_000) {
      let place = (Double.log10(value.number ?? 1) + 4) / 5 * 50
      counts[min(max(Int(place), 0), 49)] += 1
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 49))
  }

  /// Each value stands for what rounds to it: half a step on either side, the ends included.
  @Test(arguments: [(1, 10, 1), (2, 9, 1), (1, 100, 1), (16, 64, 16), (10, 99, 7), (5, 6, 1)])
  func theEndsOfWholeNumbersOnALogarithmicScaleHaveTheirWholeShare(
    low: Int, high: Int, step: Int
  ) {
    let values = Array(stride(from: low, through: high, by: step))
    let counts = counts(
      .integer(low: low, high: high, step: step, log: true), values.map(ParameterValue.integer))
    let half = Double(step) / 2
    let weights = values.map { Double.log((Double($0) + half) / (Double($0) - half)) }
    #expect(chiSquare(counts, weights: weights) < chiSquareBound(degrees: values.count - 1))
  }

  @Test(arguments: [(0.1, 1.0, 0.1), (0.5, 2.0, 0.5), (1.0, 10.0, 1.0)])
  func theEndsOfSteppedRealNumbersOnALogarithmicScaleHaveTheirWholeShare(
    low: Double, high: Double, step: Double
  ) {
    let domain = Parameter.Domain.real(low: low, high: high, step: step, log: true)
    let values = (0..<(domain.count ?? 0)).map { min(low + step * Double($0), high) }
    let counts = counts(domain, values.map(ParameterValue.real))
    let weights = values.map { Double.log(($0 + step / 2) / ($0 - step / 2)) }
    #expect(chiSquare(counts, weights: weights) < chiSquareBound(degrees: values.count - 1))
  }

  @Test func aLowEndWithoutRoomBelowItIsStillDrawn() {
    // Half a step below 1 would be 0, whose logarithm is none: the cell begins at 1 itself.
    let counts = counts(
      .integer(low: 1, high: 9, step: 2, log: true), [1, 3, 5, 7, 9].map(ParameterValue.integer))
    let weights = zip([1.0, 2, 4, 6, 8], [2.0, 4, 6, 8, 10]).map { Double.log($1 / $0) }
    #expect(chiSquare(counts, weights: weights) < chiSquareBound(degrees: 4))
  }

  @Test func boundsThatMeetAreTheValue() {
    #expect(
      Set(draws(.real(low: 0.3, high: 0.3, step: nil, log: true), 9)).count == 1)
    #expect(Set(draws(.integer(low: 4, high: 4, step: 1, log: true), 9)) == [.integer(4)])
    #expect(Set(draws(.integer(low: -4, high: -4, step: 1, log: false), 9)) == [.integer(-4)])
  }

  @Test(arguments: seeds(200, from: 190_000))
  func noDrawLeavesItsDomainAtTheEdges(seed: UInt64) {
    var random = SeededGenerator(seed, 3)
    for _ in 0..<20 {
      let domain = Parameter.Domain.random(using: &random)
      for value in draws(domain, 10) {
        #expect(domain.conforming(value) == value, "\(domain): \(value)")
      }
    }
  }

  @Test func drawsArePinnedSoThatStudiesRepeatUnderALaterToolchain() {
    // The standard library's way to a bounded number is part of what a seed means.
    var random = RandomStream(seed: 1, trial: TrialID(2), purpose: .configuration)
    let space = SearchSpace(parameters: [
      Parameter(name: "a", domain: .integer(low: 0, high: 999, step: 1, log: false)),
      Parameter(name: "b", domain: .real(low: 0, high: 1, step: nil, log: false)),
      Parameter(name: "c", domain: .integer(low: 1, high: 1000, step: 1, log: true)),
    ])
    let drawn = space.sample(using: &random)
    #expect(drawn.settings.map(\.value.description) == ["173", "0.11855148688649553", "8"])
  }
}
