import RealModule
public import StudyModel

extension SearchSpace {
  /// Draws every active parameter independently, without regard to the constraints.
  ///
  /// - Parameters:
  ///   - random: Where the draws come from.
  ///   - point: Settings that are given and not drawn.
  /// - Returns: A value for each active parameter.
  public func sample(
    using random: inout RandomStream, fixing point: Configuration = Configuration()
  ) -> Configuration {
    var configuration = Configuration()
    for parameter in parameters where isActive(parameter, in: configuration) {
      configuration[parameter.name] =
        point[parameter.name] ?? parameter.domain.sample(using: &random)
    }
    return configuration
  }
}

extension Parameter.Domain {
  /// Draws one value: uniformly, or uniformly in the logarithm on a logarithmic scale.
  ///
  /// Whole numbers on a logarithmic scale are drawn as real numbers from half a step below the
  /// lowest to half a step above the highest and rounded to the grid, so that the ends are not
  /// under-represented.
  ///
  /// - Parameter random: Where the draw comes from.
  /// - Returns: One of the domain's values.
  public func sample(using random: inout RandomStream) -> ParameterValue {
    switch self {
    case .real(let low, let high, let step?, let log):
      let last = (count ?? 1) - 1
      let drawn =
        log
        ? Double.exp(Self.between(Double.log(low), Double.log(high), random.unit()))
        : low + step * Double(random.index(below: last + 1))
      let place = min(max(((drawn - low) / step).rounded(), 0), Double(last))
      return .real(min(low + step * place, high))
    case .real(let low, let high, nil, let log):
      let unit = random.unit()
      guard log else { return .real(min(max(Self.between(low, high, unit), low), high)) }
      let drawn = Double.exp(Self.between(Double.log(low), Double.log(high), unit))
      return .real(min(max(drawn, low), high))
    case .integer(let low, let high, let step, let log):
      let last = (high - low) / step
      guard log else { return .integer(low + step * random.index(below: last + 1)) }
      let half = Double(step) / 2
      let drawn = Double.exp(
        Self.between(
          Double.log(Double(low) - half * Self.margin(low, step)),
          Double.log(Double(low + last * step) + half), random.unit()))
      let place = ((drawn - Double(low)) / Double(step)).rounded()
      return .integer(low + step * min(max(Int(place), 0), last))
    case .ordinal(let values), .categorical(let values):
      return values[random.index(below: values.count)]
    case .constant(let value):
      return value
    }
  }

  private static func between(_ low: Double, _ high: Double, _ unit: Double) -> Double {
    low + (high - low) * unit
  }

  /// The share of half a step that may be taken below `low` while the logarithm stays defined.
  private static func margin(_ low: Int, _ step: Int) -> Double {
    Double(low) > Double(step) / 2 ? 1 : 0
  }
}
