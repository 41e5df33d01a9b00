import StudyModel

/// Reads ConfigSpace's JSON.
///
/// Source: ConfigSpace 1.2, `ConfigurationSpace.to_json`, format version 0.4; `q` of earlier versions.
struct ConfigSpaceReader {
  private let file: ForeignValue
  private var space = ForeignSpace(.configSpace)

  init(_ file: ForeignValue) { self.file = file }

  /// The space.
  consuming func read() throws(ForeignSpaceError) -> ForeignSpace {
    var domains: [(name: String, domain: Parameter.Domain)] = []
    for entry in file["hyperparameters"]?.list ?? [] {
      guard let name = entry["name"]?.word, let type = entry["type"]?.word else {
        throw .parameter("?", "it has no 'name' or no 'type'")
      }
      domains.append((name, try domain(name, type, entry)))
      if let first = (entry["default_value"] ?? entry["default"])?.scalar {
        space.tryFirst(name, first)
      }
    }
    let conditions = readConditions(domains)
    // A parameter stands behind those that it depends on.
    var left = domains
    var placed: Set<String> = []
    while !left.isEmpty {
      let place =
        left.firstIndex { entry in
          conditions[entry.name, default: []].allSatisfy { placed.contains($0.parameter) }
        } ?? 0
      let (name, domain) = left.remove(at: place)
      placed.insert(name)
      space.parameters.append(
        Parameter(name: name, domain: domain, conditions: conditions[name] ?? []))
    }
    readForbidden()
    return space
  }

  private mutating func domain(
    _ name: String, _ type: String, _ entry: ForeignValue
  ) throws(ForeignSpaceError) -> Parameter.Domain {
    let log = entry["log"]?.truth ?? false
    let step = (entry["q"])?.number
    switch type {
    case "constant", "unparametrized":
      guard let value = entry["value"]?.scalar else { throw .parameter(name, "it has no 'value'") }
      return .constant(value)
    case "categorical":
      guard let values = entry["choices"]?.scalars, !values.isEmpty else {
        throw .parameter(name, "its 'choices' are no words, numbers or truth values")
      }
      if entry["weights"]?.list != nil || entry["probabilities"]?.list != nil {
        space.notes.append("'\(name)' is drawn with equal chances, not by its weights")
      }
      return values.domain
    case "ordinal":
      guard let values = entry["sequence"]?.scalars, !values.isEmpty else {
        throw .parameter(name, "its 'sequence' has other things than words and numbers")
      }
      if case .categorical = values.domain {
        space.notes.append("'\(name)' has an order that Rung does not know of words")
      }
      return values.domain
    case "uniform_float", "normal_float", "beta_float":
      guard let low = entry["lower"]?.number, let high = entry["upper"]?.number else {
        throw .parameter(name, "it has no 'lower' and 'upper', without which Rung cannot search it")
      }
      noteShape(name, type)
      return .real(low: low, high: high, step: log ? nil : step, log: log)
    case "uniform_int", "normal_int", "beta_int":
      guard let low = entry["lower"]?.integer, let high = entry["upper"]?.integer else {
        throw .parameter(name, "it has no 'lower' and 'upper', without which Rung cannot search it")
      }
      noteShape(name, type)
      return .integer(low: low, high: high, step: log ? 1 : Int(step ?? 1), log: log)
    default:
      throw .parameter(name, "type '\(type)' is none that Rung knows of ConfigSpace's")
    }
  }

  private mutating func noteShape(_ name: String, _ type: String) {
    guard !type.hasPrefix("uniform") else { return }
    space.notes.append("'\(name)' is drawn uniformly between its bounds, not as '\(type)'")
  }

  private mutating func readConditions(
    _ domains: [(name: String, domain: Parameter.Domain)]
  ) -> [String: [Parameter.Condition]] {
    var conditions: [String: [Parameter.Condition]] = [:]
    for entry in file["conditions"]?.list ?? [] {
      guard let child = entry["child"]?.word else { continue }
      let parts = entry["type"]?.word == "AND" ? entry["conditions"]?.list ?? [] : [entry]
      for part in parts {
        if let condition = condition(part, domains) {
          conditions[child, default: []].append(condition)
        } else {
          space.notes.append(
            "'\(child)' is always active: Rung has no word for one of its conditions")
        }
      }
    }
    return conditions
  }

  /// A condition on one parent; of several with 'or', those that have the same.
  private func condition(
    _ entry: ForeignValue, _ domains: [(name: String, domain: Parameter.Domain)]
  ) -> Parameter.Condition? {
    if entry["type"]?.word == "OR" {
      let parts = (entry["conditions"]?.list ?? []).map { condition($0, domains) }
      guard let first = parts.first ?? nil, parts.allSatisfy({ $0?.parameter == first.parameter })
      else { return nil }
      return .init(
        parameter: first.parameter, values: parts.flatMap { $0?.values ?? [] }.withoutRepeats)
    }
    guard let parent = entry["parent"]?.word,
      let domain = domains.first(where: { $0.name == parent })?.domain
    else { return nil }
    let value = entry["value"]?.scalar
    // Of few values those that fit are listed.
    let all =
      (domain.count ?? .max) <= 1000
      ? (0..<(domain.count ?? 0)).compactMap { domain.value(at: $0) } : []
    let values: [ParameterValue]
    switch entry["type"]?.word {
    case "EQ": values = value.map { [$0] } ?? []
    case "IN": values = entry["values"]?.scalars ?? []
    case "NEQ": values = all.filter { $0 != value }
    case "GT": values = all.filter { ($0.number ?? .nan) > (value?.number ?? .nan) }
    case "LT": values = all.filter { ($0.number ?? .nan) < (value?.number ?? .nan) }
    default: return nil
    }
    if case .real = domain { return nil }
    return values.isEmpty ? nil : .init(parameter: parent, values: values)
  }

  private mutating func readForbidden() {
    for entry in file["forbiddens"]?.list ?? [] {
      if let expression = expression(entry) {
        space.constraints.append("not (\(expression))")
      } else {
        space.notes.append("a forbidden clause is left out: Rung has no word for it")
      }
    }
  }

  private func expression(_ entry: ForeignValue) -> String? {
    let relations = [
      "RELATION_GT": ">", "RELATION_LT": "<", "RELATION_EQ": "==", "RELATION_GE": ">=",
      "RELATION_LE": "<=",
    ]
    let type = entry["type"]?.word ?? ""
    if let sign = relations[type] {
      guard let left = entry["left"]?.word, let right = entry["right"]?.word else { return nil }
      return "\(left) \(sign) \(right)"
    }
    let name = entry["name"]?.word
    switch type {
    case "EQUALS":
      guard let name, let value = entry["value"]?.scalar else { return nil }
      return "\(name) == \(value.expression)"
    case "IN":
      guard let name, let values = entry["values"]?.scalars else { return nil }
      return "(" + values.map { "\(name) == \($0.expression)" }.joined(separator: " or ") + ")"
    case "AND":
      let parts = (entry["clauses"]?.list ?? []).map { expression($0) }
      guard !parts.isEmpty, parts.allSatisfy({ $0 != nil }) else { return nil }
      return parts.compactMap { $0 }.joined(separator: " and ")
    default: return nil
    }
  }
}
