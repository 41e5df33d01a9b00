import StudyModel

/// What was read of `space`, `parameters` and `constraints`.
struct SpaceReading {
  /// All names that the file declares, those with mistakes too, after those of `space`.
  let names: [String]
  /// The parameters without mistakes.
  let space: SearchSpace
}

extension StudyReader {
  static let parameterKeys = [
    "min", "max", "step", "scale", "type", "values", "value", "when", "architecture", "fidelity",
  ]
  /// More would make a space that nothing can search, and the checks slow.
  static let mostParameters = 1000

  /// A parameter whose conditions are still unread, because they may name later parameters.
  struct Draft {
    let name: String
    let domain: Parameter.Domain
    let isArchitecture: Bool
    var isFidelity = false
  }

  /// Reads `space`, `parameters` and `constraints`.
  func space(_ top: Fields, isRequired: Bool) -> SpaceReading? {
    let example = "parameters: {learning_rate: {min: 1e-4, max: 1e-1, scale: log}}"
    guard let ready = readyMade(top["space"]) else { return nil }
    let isRequired = isRequired && ready.isEmpty
    let field = isRequired ? top.required("parameters", example: example) : top["parameters"]
    guard field != nil || !isRequired,
      let entries = field.map({ $0.entries(Wording.example(example)) }) ?? []
    else { return nil }
    if let field, entries.isEmpty {
      field.mistake(Wording.noParameters)
      return nil
    }
    guard ready.count + entries.count <= Self.mostParameters else {
      field?.mistake(Wording.tooMany("parameters", Self.mostParameters))
      return nil
    }
    let names = ready.map(\.name) + entries.map(\.key)
    var drafts = ready.map { Draft($0) }
    var conditions: [String: Field] = [:]
    for (name, place, field) in entries {
      guard !ready.contains(where: { $0.name == name }) else {
        ledger.mistake(at: place, Wording.repeatedParameter(name))
        continue
      }
      if !isParameterName(name) {
        ledger.mistake(at: place, Wording.badName(name, of: "parameter", Wording.parameterName))
      }
      guard let fields = parameterFields(field) else { continue }
      conditions[name] = fields["when"]
      let isArchitecture = fields["architecture"].map { $0.truth() } ?? false
      let isFidelity = fields["fidelity"].map { $0.truth() } ?? false
      guard let domain = domain(fields, name: name), let isArchitecture, let isFidelity else {
        continue
      }
      if isFidelity { checkFidelity(fields, name: name, domain) }
      drafts.append(
        Draft(
          name: name, domain: domain, isArchitecture: isArchitecture, isFidelity: isFidelity))
    }
    let parameters = parameters(drafts, conditions: conditions, names: names)
    let constraints = constraints(top, parameters: parameters, names: names)
    let space = SearchSpace(
      parameters: SearchSpace.ordered(parameters) ?? [], constraints: constraints)
    return SpaceReading(names: names, space: space)
  }

  private func parameterFields(_ field: Field) -> Fields? {
    switch field.node.content {
    case .list(let items):
      let texts = items.compactMap { item in
        if case .scalar(_, let text) = item.content { text } else { nil }
      }
      field.mistake(Wording.bareList(field.path, texts))
      return nil
    case .scalar(let scalar, let text) where scalar != .null:
      field.mistake(Wording.bareValue(field.path, text))
      return nil
    default:
      return Fields(field, keys: Self.parameterKeys, example: "{min: 0.0, max: 1.0}")
    }
  }

  /// Reads the values a parameter can take.
  private func domain(_ fields: Fields, name: String) -> Parameter.Domain? {
    let forms = [["min", "max"], ["values"], ["value"]].filter { keys in
      keys.contains { fields[$0] != nil }
    }
    guard forms.count == 1 else {
      let given = forms.flatMap { $0 }.filter { fields[$0] != nil }
      if given.isEmpty, fields.hasUnknownKeys { return nil }
      ledger.mistake(
        at: fields.place, given.isEmpty ? Wording.noValues(name) : Wording.mixed(name, given))
      return nil
    }
    if forms[0][0] == "min" { return RangeReader(fields: fields, name: name).domain() }
    for key in ["step", "scale"] {
      if let field = fields[key] { field.mistake(Wording.onlyOfRange(field.path)) }
    }
    return forms[0][0] == "values"
      ? ValuesReader(fields: fields).domain() : ValuesReader(fields: fields).constant()
  }
}

/// Whether a name can stand on a command line as `--name`, and as `name=value` for Hydra, whose
/// groups have `.` and `/` in their names.
private func isParameterName(_ name: String) -> Bool {
  isWord(name, extra: "_-./") && name.utf8.count <= 200 && !"-./".contains(name.first ?? "-")
    && !("0"..."9").contains(name.first ?? "0")
}
