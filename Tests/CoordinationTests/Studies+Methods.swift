import Coordination
import StudyModel
import TestSupport

extension Study {
  /// A small study of a named method, whose models are in use within some thirty trials.
  static func small(_ name: Algorithm.Name, seed: UInt64) -> Study {
    var study = Study.random(seed: seed)
    var random = SeededGenerator(seed, 909)
    study.stop.trials = random.integer(18...36)
    study.algorithm = Algorithm(name)
    study.algorithm.schedule.eta = random.integer(2...4)
    study.algorithm.search.shrink()
    study.fidelity = Fidelity(
      name: "epoch", minimum: Budget(random.integer(1...2)),
      maximum: Budget(random.element(of: [4, 9, 10, 16])))
    switch random.integer(0...2) {
    case 0: study.space = .uncountable
    case 1:
      study.space = .countable
      study.points = [Configuration([("layers", .integer(2)), ("kind", .word("plain"))])]
    default:
      study.space = .broad
      study.points = []
    }
    if study.algorithm.takesSeveralMetrics, random.chance(0.4) {
      study.metrics.append(
        Metric(name: "cost", goal: random.chance(0.5) ? .maximize : .minimize))
    }
    if random.chance(0.3) { study.finish = FinishSettings(seeds: random.integer(1...3)) }
    return study
  }

  /// Results of an earlier study of the same space.
  func earlierResults(seed: UInt64) -> [KnownResult] {
    var random = SeededGenerator(seed, 910)
    return (0..<random.integer(1...12)).map { _ in
      KnownResult(
        configuration: space.draw(using: &random),
        values: metrics.map { _ in random.real(0...1) },
        epoch: random.element(of: comparedBudgets).epochs)
    }
  }
}

extension Search {
  /// Makes models small, and early.
  mutating func shrink() {
    evolution.population = 6
    evolution.sample = 3
    forest.trees = 5
    forest.candidates = 50
    forest.initialRandom = 4
    process.initialRandom = 4
    process.maximumData = 20
    process.candidates = 20
    process.fantasies = 3
    density.samples = 8
    grid.points = 3
  }
}

extension SearchSpace {
  /// A space that nobody exhausts, with a conditional parameter.
  static let uncountable = SearchSpace(parameters: [
    Parameter(name: "rate", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
    Parameter(
      name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false), isArchitecture: true),
    Parameter(
      name: "factor", domain: .ordinal([.real(0.5), .real(1), .real(2)]), isArchitecture: true),
    Parameter(
      name: "momentum", domain: .real(low: 0, high: 1, step: 0.25, log: false),
      conditions: [.init(parameter: "factor", values: [.real(1)])]),
  ])

  /// A space of eighteen configurations, which a study may exhaust.
  static let countable = SearchSpace(parameters: [
    Parameter(name: "layers", domain: .integer(low: 1, high: 3, step: 1, log: false)),
    Parameter(
      name: "kind", domain: .categorical([.word("plain"), .word("residual")]), isArchitecture: true),
    Parameter(
      name: "drop", domain: .real(low: 0, high: 1, step: 0.25, log: false),
      conditions: [.init(parameter: "kind", values: [.word("residual")])]),
  ])

  /// A countable space that is larger than a study.
  static let broad = SearchSpace(parameters: [
    Parameter(
      name: "units", domain: .integer(low: 1, high: 256, step: 1, log: true), isArchitecture: true),
    Parameter(name: "depth", domain: .ordinal((1...9).map { .integer($0) }), isArchitecture: true),
    Parameter(name: "batch", domain: .integer(low: 16, high: 256, step: 16, log: false)),
    Parameter(name: "format", domain: .constant(.word("half"))),
  ])

  /// A configuration of uniformly drawn values.
  func draw(using random: inout SeededGenerator) -> Configuration {
    var configuration = Configuration()
    for parameter in parameters where isActive(parameter, in: configuration) {
      if let count = parameter.domain.count {
        configuration[parameter.name] = parameter.domain.value(at: random.integer(0...count - 1))
      } else {
        configuration[parameter.name] = .real(random.real(1e-4...1))
      }
    }
    return configuration
  }
}
