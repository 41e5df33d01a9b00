import StudyModel
import TestSupport
import Testing

struct SearchSpaceTests {
  static let space = SearchSpace(
    parameters: [
      Parameter(name: "optimizer", domain: .categorical([.word("sgd"), .word("adam")])),
      Parameter(
        name: "momentum", domain: .real(low: 0, high: 0.99, step: nil, log: false),
        conditions: [.init(parameter: "optimizer", values: [.word("sgd")])]),
      Parameter(
        name: "nesterov", domain: .categorical([.truth(true), .truth(false)]),
        conditions: [.init(parameter: "momentum", values: [.real(0.5)])]),
      Parameter(name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false)),
      Parameter(name: "batch", domain: .ordinal([.integer(32), .integer(64)])),
      Parameter(name: "activation", domain: .constant(.word("relu"))),
    ],
    constraints: [try? Expression("width * batch <= 2048 and momentum < 0.9")].compactMap(\.self))

  private func conforming(_ settings: (String, ParameterValue)...) -> Configuration? {
    Self.space.conforming(Configuration([("activation", .word("relu"))] + settings))
  }

  @Test func aConfigurationTakesTheTypesOfItsParameters() {
    let configuration = conforming(
      ("optimizer", .word("sgd")), ("momentum", .integer(0)), ("width", .real(16)),
      ("batch", .real(64)))
    #expect(configuration?["momentum"] == .real(0))
    #expect(configuration?["width"] == .integer(16))
    #expect(configuration?["batch"] == .integer(64))
  }

  @Test func aConditionalParameterIsThereExactlyWhenItIsActive() {
    let adam: [(String, ParameterValue)] = [
      ("activation", .word("relu")), ("optimizer", .word("adam")), ("width", .integer(8)),
      ("batch", .integer(32)),
    ]
    let space = Self.space
    #expect(space.conforming(Configuration(adam)) != nil)
    #expect(space.conforming(Configuration(adam + [("momentum", .real(0.1))])) == nil)
    #expect(
      conforming(("optimizer", .word("sgd")), ("width", .integer(8)), ("batch", .integer(32)))
        == nil)
    // Nested: active only under a momentum of 0.5, which a whole number may not become.
    #expect(
      conforming(
        ("optimizer", .word("sgd")), ("momentum", .real(0.5)), ("nesterov", .truth(true)),
        ("width", .integer(8)), ("batch", .integer(32))) != nil)
    #expect(
      conforming(
        ("optimizer", .word("sgd")), ("momentum", .real(0.4)), ("nesterov", .truth(true)),
        ("width", .integer(8)), ("batch", .integer(32))) == nil)
    #expect(
      space.parameters.map {
        space.isActive($0, in: Configuration([("optimizer", .word("sgd"))]))
      } == [true, true, false, true, true, true])
  }

  @Test(arguments: [
    ("width", ParameterValue.integer(12)), ("width", .integer(72)), ("width", .integer(0)),
    ("width", .real(8.5)), ("width", .word("8")), ("width", .truth(true)), ("batch", .integer(48)),
    ("activation", .word("tanh")), ("unknown", .integer(1)),
  ])
  func aValueOutsideItsDomainDoesNotConform(name: String, value: ParameterValue) {
    var configuration = Configuration([
      ("activation", .word("relu")), ("optimizer", .word("adam")), ("width", .integer(8)),
      ("batch", .integer(32)),
    ])
    #expect(Self.space.conforming(configuration) == configuration)
    configuration[name] = value
    #expect(Self.space.conforming(configuration) == nil)
  }

  @Test func aViolatedConstraintDoesNotConform() {
    func momentum(_ value: Double, width: Int) -> Configuration? {
      conforming(
        ("optimizer", .word("sgd")), ("momentum", .real(value)), ("width", .integer(width)),
        ("batch", .integer(64)))
    }
    #expect(momentum(0.1, width: 32) != nil)
    #expect(momentum(0.1, width: 40) == nil)
    #expect(momentum(0.95, width: 8) == nil)
  }

  @Test func aConstraintThatNamesAnInactiveParameterHolds() {
    #expect(
      conforming(
        ("optimizer", .word("adam")), ("width", .integer(64)), ("batch", .integer(64))) != nil)
  }

  @Test func theGridOfARealParameterIsItsDomain() {
    let domain = Parameter.Domain.real(low: 0.1, high: 0.75, step: 0.1, log: false)
    #expect(domain.count == 7)
    #expect(domain.conforming(.real(0.15)) == nil)
    #expect(domain.conforming(.real(0.75)) == nil, "no step reaches it")
    #expect(domain.conforming(.real(0.05)) == nil)
    #expect(domain.conforming(.integer(0)) == nil)
    #expect(domain.conforming(.real(0.1)) == .real(0.1))
    // As a user writes it, and as the grid has it: 0.1 + 0.1 * 2 is not 0.3.
    #expect(domain.conforming(.real(0.3)) == domain.conforming(.real(0.1 + 0.1 * 2)))
    #expect(domain.conforming(.real(0.3)) != nil)
    let wide = Parameter.Domain.real(low: 1e6, high: 1e6 + 1, step: 1e-3, log: false)
    #expect(wide.conforming(.real(1_000_000.123)) != nil)
    #expect(wide.conforming(.real(1_000_000.1235)) == nil)
  }

  @Test func domainsCountTheirValues() {
    #expect(Parameter.Domain.real(low: 0, high: 1, step: nil, log: false).count == nil)
    #expect(Parameter.Domain.real(low: 1, high: 1, step: nil, log: false).count == 1)
    #expect(Parameter.Domain.real(low: 0, high: 1, step: 0.1, log: false).count == 11)
    #expect(Parameter.Domain.integer(low: 8, high: 64, step: 8, log: false).count == 8)
    #expect(Parameter.Domain.integer(low: 1, high: 10, step: 4, log: true).count == 3)
    #expect(Parameter.Domain.ordinal([.integer(1), .integer(2)]).count == 2)
    #expect(Parameter.Domain.constant(.integer(1)).count == 1)
  }

  @Test(arguments: seeds(100, from: 230_000))
  func parametersAreOrderedAfterThoseTheirConditionsName(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let count = random.integer(1...12)
    var parameters = (0..<count).map { number in
      let parents = number == 0 ? 0 : random.integer(0...min(number, 2))
      return Parameter(
        name: "p\(number)", domain: .ordinal([.integer(0), .integer(1)]),
        conditions: (0..<parents).map { _ in
          .init(parameter: "p\(random.integer(0...(number - 1)))", values: [.integer(1)])
        })
    }
    let sorted = parameters
    parameters.shuffle(using: &random)
    let ordered = try #require(SearchSpace.ordered(parameters))
    #expect(Set(ordered) == Set(parameters))
    for (place, parameter) in ordered.enumerated() {
      for condition in parameter.conditions {
        #expect(ordered[..<place].contains { $0.name == condition.parameter })
      }
    }
    #expect(SearchSpace.ordered(sorted) == sorted, "what is in order stays as given")
    if let last = sorted.last, count > 1 {
      let circle =
        [
          Parameter(
            name: "p0", domain: last.domain,
            conditions: [.init(parameter: last.name, values: [.integer(1)])])
        ] + sorted.dropFirst().dropLast()
        + [
          Parameter(
            name: last.name, domain: last.domain,
            conditions: [.init(parameter: "p0", values: [.integer(1)])])
        ]
      #expect(SearchSpace.ordered(circle) == nil)
    }
  }

  @Test func anUnknownNameInAConditionHasNoOrder() {
    let parameter = Parameter(
      name: "a", domain: .constant(.integer(1)),
      conditions: [.init(parameter: "b", values: [.integer(1)])])
    #expect(SearchSpace.ordered([parameter]) == nil)
  }

  @Test func settingsAreListedAsTheStudyFileListsThem() {
    let configuration = Configuration([
      ("width", .integer(8)), ("batch", .integer(32)), ("optimizer", .word("adam")),
    ])
    #expect(Self.space.inOrder(configuration).map(\.name) == ["optimizer", "width", "batch"])
  }

  @Test func aSpaceTravelsThroughJSONWithTheTypesOfItsValues() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "a", domain: .ordinal([.real(1), .real(2)])),
      Parameter(name: "b", domain: .categorical([.real(1), .word("1"), .truth(true)])),
      Parameter(
        name: "c", domain: .constant(.real(0)),
        conditions: [.init(parameter: "a", values: [.real(2)])]),
      Parameter(name: "d", domain: .real(low: 1, high: 2, step: nil, log: true)),
    ])
    #expect(try roundTrip(space) == space)
    #expect(try roundTrip(Self.space) == Self.space)
  }
}
