/// All configurations a study may try: its parameters and the constraints among them.
public struct SearchSpace: Hashable, Sendable, Codable {
  /// The parameters, each after those its conditions name.
  public let parameters: [Parameter]
  /// Every one must hold; one that names an inactive parameter holds.
  public let constraints: [Expression]
  /// The only configurations that may be tried, such as the rows of a table, distinct; `nil` where
  /// every combination may.
  public let rows: [Configuration]?

  /// A space of these parameters.
  ///
  /// - Parameters:
  ///   - parameters: With distinct names; conditions name earlier parameters only, which
  ///     ``ordered(_:)`` establishes.
  ///   - constraints: Truth-valued expressions over the parameters' names.
  ///   - rows: The only configurations that may be tried, distinct, each conforming to the
  ///     parameters; `nil` for all.
  public init(
    parameters: [Parameter], constraints: [Expression] = [], rows: [Configuration]? = nil
  ) {
    self.parameters = parameters
    self.constraints = constraints
    self.rows = rows
  }

  /// Reads a space; the rows' values get their types back, as JSON writes 1.0 as 1.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      parameters: try container.decode([Parameter].self, forKey: .parameters),
      constraints: try container.decode([Expression].self, forKey: .constraints))
    if let rows = try container.decodeIfPresent([Configuration].self, forKey: .rows) {
      self = restricted(to: rows.map { typed($0) })
    }
  }

  private enum CodingKeys: CodingKey {
    case parameters, constraints, rows
  }

  /// The same space, of which only these configurations may be tried.
  public func restricted(to rows: [Configuration]) -> SearchSpace {
    SearchSpace(parameters: parameters, constraints: constraints, rows: rows)
  }

  /// The same space with one more parameter, the last.
  public func with(_ parameter: Parameter) -> SearchSpace {
    SearchSpace(parameters: parameters + [parameter], constraints: constraints, rows: rows)
  }

  /// Orders parameters so that each comes after those its conditions name, otherwise as given.
  ///
  /// - Returns: `nil` where the conditions go round in a circle or name an unknown parameter.
  public static func ordered(_ parameters: [Parameter]) -> [Parameter]? {
    var placed: [Parameter] = []
    var names: Set<String> = []
    var waiting = parameters
    while !waiting.isEmpty {
      guard
        let next = waiting.firstIndex(where: { parameter in
          parameter.conditions.allSatisfy { names.contains($0.parameter) }
        })
      else { return nil }
      let parameter = waiting.remove(at: next)
      names.insert(parameter.name)
      placed.append(parameter)
    }
    return placed
  }

  /// The parameter of this name.
  public func parameter(named name: String) -> Parameter? {
    parameters.first { $0.name == name }
  }

  /// Whether `parameter`'s conditions hold among the settings made so far.
  public func isActive(_ parameter: Parameter, in configuration: Configuration) -> Bool {
    parameter.conditions.allSatisfy { condition in
      guard let value = configuration[condition.parameter] else { return false }
      return condition.values.contains(value)
    }
  }

  /// Whether every constraint holds; one that names an inactive parameter, or divides by zero,
  /// does not exclude the configuration.
  public func satisfiesConstraints(_ configuration: Configuration) -> Bool {
    constraints.allSatisfy { constraint in
      constraint.truth(where: { configuration[$0] }) ?? true
    }
  }

  /// The configuration with every value in its parameter's own type.
  ///
  /// - Returns: `nil` where a value does not belong to its parameter, an active parameter is
  ///   missing, an inactive or unknown one is set, or a constraint is violated.
  public func conforming(_ configuration: Configuration) -> Configuration? {
    var result = configuration
    var count = 0
    // By place, so that no parameter is copied.
    for index in parameters.indices where isActive(parameters[index], in: result) {
      guard let value = result[parameters[index].name],
        let conforming = parameters[index].domain.conforming(value)
      else { return nil }
      if conforming != value { result[parameters[index].name] = conforming }
      count += 1
    }
    // One that is set though it is inactive is not counted, whatever it makes active.
    guard count == configuration.settings.count, satisfiesConstraints(result) else { return nil }
    return result
  }

  /// The configuration with every value that belongs to its parameter in that parameter's own type.
  public func typed(_ configuration: Configuration) -> Configuration {
    var result = configuration
    for parameter in parameters {
      result[parameter.name] = configuration[parameter.name].map {
        parameter.domain.conforming($0) ?? $0
      }
    }
    return result
  }

  /// Whether the space holds a countable number of configurations.
  public var isCountable: Bool {
    rows != nil || parameters.allSatisfy { $0.domain.count != nil }
  }

  /// An upper bound of the number of configurations: exact without conditions and constraints.
  ///
  /// - Returns: `nil` where there are uncountably many, or more than `Int.max`.
  public var countBound: Int? {
    if let rows { return rows.count }
    var bound = 1
    for parameter in parameters {
      guard let count = parameter.domain.count else { return nil }
      let (product, overflow) = bound.multipliedReportingOverflow(by: count)
      if overflow { return nil }
      bound = product
    }
    return bound
  }

  /// The settings in the order in which the study file lists the parameters.
  public func inOrder(_ configuration: Configuration) -> [Configuration.Setting] {
    parameters.compactMap { parameter in
      configuration[parameter.name].map { .init(name: parameter.name, value: $0) }
    }
  }
}
