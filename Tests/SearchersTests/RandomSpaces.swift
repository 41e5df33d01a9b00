import StudyModel
import TestSupport

extension SearchSpace {
  /// A space of every kind of parameter, with conditions on earlier ones and some constraints.
  static func random(seed: UInt64) throws -> SearchSpace {
    var random = SeededGenerator(seed, 77)
    var parameters: [Parameter] = []
    for number in 0..<random.integer(1...8) {
      var conditions: [Parameter.Condition] = []
      if let parent = parameters.randomElement(using: &random), random.chance(0.4) {
        let values: [ParameterValue] =
          switch parent.domain {
          case .ordinal(let values), .categorical(let values): Array(values.prefix(2))
          case .constant(let value): [value]
          case .integer(let low, _, let step, _): [.integer(low), .integer(low + step)]
          case .real: []
          }
        if !values.isEmpty {
          conditions.append(.init(parameter: parent.name, values: values))
        }
      }
      parameters.append(
        Parameter(name: "p\(number)", domain: .random(using: &random), conditions: conditions))
    }
    var constraints: [Expression] = []
    for parameter in parameters where random.chance(0.2) {
      switch parameter.domain {
      case .real(let low, let high, _, _):
        constraints.append(try Expression("\(parameter.name) <= \((low + high) / 2)"))
      case .integer(let low, let high, _, _):
        constraints.append(try Expression("\(parameter.name) * 2 <= \(low + high)"))
      default: continue
      }
    }
    return SearchSpace(parameters: parameters, constraints: constraints)
  }
}

extension Parameter.Domain {
  /// A domain of any kind.
  static func random(using random: inout SeededGenerator) -> Self {
    switch random.integer(0...8) {
    case 0:
      let low = random.real(-10...10)
      return .real(low: low, high: low + random.real(0...5), step: nil, log: false)
    case 1:
      let low = random.real(1e-6...1)
      return .real(low: low, high: low * random.real(1...1e4), step: nil, log: true)
    case 2:
      let low = random.real(-3...3)
      let step = random.real(0.01...1)
      return .real(low: low, high: low + step * random.real(1...20), step: step, log: false)
    case 3:
      let low = random.real(0.01...3)
      let step = random.real(0.01...1)
      return .real(low: low, high: low + step * random.real(1...20), step: step, log: true)
    case 4:
      let low = random.integer(-20...20)
      return .integer(
        low: low, high: low + random.integer(1...40), step: random.integer(1...5), log: false)
    case 5:
      let low = random.integer(1...20)
      return .integer(
        low: low, high: low + random.integer(1...2000), step: random.integer(1...5), log: true)
    case 6: return .ordinal([.real(0.5), .real(1), .real(2)])
    case 7: return .categorical([.word("a"), .word("b"), .truth(true)])
    default: return .constant(.integer(7))
    }
  }
}
