import RealModule
public import StudyModel

extension SearchSpace {
  /// Draws every active parameter independently, without regard to the constraints; of a space of
  /// given rows, one of those that agree with `point`, or any where none does.
  ///
  /// - Parameters:
  ///   - random: Where the draws come from.
  ///   - point: Settings that are given and not drawn.
  /// - Returns: A value for each active parameter.
  public func sample(
    using random: inout RandomStream, fixing point: Configuration = Configuration()
  ) -> Configuration {
    if let rows {
      let agreeing =
        point.settings.isEmpty
        ? rows
        : rows.filter { row in
          point.settings.allSatisfy { row[$0.name] == $0.value }
        }
      let eligible = agreeing.isEmpty ? rows : agreeing
      return eligible.isEmpty ? Configuration() : eligible[random.index(below: eligible.count)]
    }
    var configuration = Configuration(minimumCapacity: parameters.count)
    // By place, so that no parameter is copied.
    for index in parameters.indices where isActive(parameters[index], in: configuration) {
      let name = parameters[index].name
      configuration[name] =
        point[name].map { parameters[index].domain.conforming($0) ?? $0 }
        ?? parameters[index].domain.sample(using: &random)
    }
    return configuration
  }
}

extension Parameter.Domain {
  /// Draws one value: uniformly, or uniformly in the logarithm on a logarithmic scale.
  ///
  /// On a logarithmic scale with steps, as whole numbers have, real numbers are drawn from half a
  /// step below the lowest to half a step above the highest and rounded to the grid, so that the
  /// ends are not under-represented.
  ///
  /// - Parameter random: Where the draw comes from.
  /// - Returns: One of the domain's values.
  public func sample(using random: inout RandomStream) -> ParameterValue {
    switch self {
    case .real(let low, let high, let step?, let log):
      let last = (count ?? 1) - 1
      let place =
        log
        ? Self.logarithmicPlace(low, step, last, random.unit()) : random.index(below: last + 1)
      return .real(min(low + step * Double(place), high))
    case .real(let low, let high, nil, let log):
      let unit = random.unit()
      guard log else { return .real(min(max(Self.between(low, high, unit), low), high)) }
      let drawn = Double.exp(Self.between(Double.log(low), Double.log(high), unit))
      return .real(min(max(drawn, low), high))
    case .integer(let low, let high, let step, let log):
      let last = (high - low) / step
      let place =
        log
        ? Self.logarithmicPlace(Double(low), Double(step), last, random.unit())
        : random.index(below: last + 1)
      return .integer(low + step * place)
    case .ordinal(let values), .categorical(let values):
      return values[random.index(below: values.count)]
    case .constant(let value):
      return value
    }
  }

  private static func between(_ low: Double, _ high: Double, _ unit: Double) -> Double {
    low + (high - low) * unit
  }

  /// The step, from 0 to `last`, that a number drawn on the logarithmic scale rounds to.
  private static func logarithmicPlace(
    _ low: Double, _ step: Double, _ last: Int, _ unit: Double
  ) -> Int {
    // Half a step below `low` only where the logarithm stays defined.
    let margin = low > step / 2 ? step / 2 : 0
    let high = low + step * Double(last) + step / 2
    let drawn = Double.exp(between(Double.log(low - margin), Double.log(high), unit))
    return min(max(Int(((drawn - low) / step).rounded()), 0), last)
  }
}
