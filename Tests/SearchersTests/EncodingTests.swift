import StudyModel
import TestSupport
import Testing

@testable import Searchers

struct EncodingTests {
  @Test(arguments: seeds(300, from: 190_000))
  func aConfigurationComesBackFromItsCoordinates(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    let encoding = Encoding(space)
    for trial in 0..<20 {
      var random = RandomStream(seed: seed, trial: TrialID(trial), purpose: .configuration)
      let configuration = space.sample(using: &random)
      let coordinates = encoding.coordinates(of: configuration)
      let back = encoding.configuration(at: coordinates, using: &random)
      #expect(back.settings.map(\.name) == configuration.settings.map(\.name))
      for (left, right) in zip(back.settings, configuration.settings) {
        guard let left = left.value.number, let right = right.value.number else {
          #expect(left == right)
          continue
        }
        #expect((left - right).magnitude <= 1e-9 * max(1, right.magnitude), "seed \(seed)")
      }
    }
  }

  @Test func everyValueOfACountableNumberHasItsShareOfTheScale() throws {
    let domain = Parameter.Domain.integer(low: 2, high: 11, step: 3, log: false)
    let values = stride(from: 0.0, to: 1, by: 1.0 / 64).map { domain.value(atCoordinate: $0) }
    #expect(values == (0..<64).map { .integer(2 + 3 * ($0 / 16)) })
    #expect(domain.coordinate(of: .integer(2)) == 0.125)
    #expect(domain.coordinate(of: .integer(11)) == 0.875)
  }

  @Test func inactiveParametersHaveNoCoordinate() {
    let space = SearchSpace(parameters: [
      Parameter(name: "kind", domain: .categorical([.word("a"), .word("b")])),
      Parameter(
        name: "rate", domain: .real(low: 1, high: 100, step: nil, log: true),
        conditions: [.init(parameter: "kind", values: [.word("b")])]),
    ])
    let encoding = Encoding(space)
    #expect(encoding.coordinates(of: Configuration([("kind", .word("a"))])) == [0, nil])
    let both = Configuration([("kind", .word("b")), ("rate", .real(10))])
    #expect(encoding.coordinates(of: both) == [1, 0.5])
  }
}
