import StudyModel

extension StudyReader {
  /// Joins the parameters to their conditions, which may name later parameters.
  ///
  /// - Parameters:
  ///   - drafts: The parameters that were read without mistakes, in the file's order.
  ///   - conditions: The values of `when`, by parameter.
  ///   - names: All names that the file declares.
  /// - Returns: No parameters where the conditions go round in a circle.
  func parameters(
    _ drafts: [Draft], conditions: [String: Field], names: [String]
  ) -> [Parameter] {
    let domains = Dictionary(
      drafts.map { ($0.name, $0.domain) }, uniquingKeysWith: { first, _ in first })
    var read: [String: [Parameter.Condition]] = [:]
    var parents: [String: [String]] = [:]
    for name in names {
      guard let field = conditions[name],
        let entries = field.entries(Wording.example("when: {optimizer: sgd}"))
      else { continue }
      if entries.isEmpty { field.mistake(expected: Wording.example("when: {optimizer: sgd}")) }
      parents[name] = entries.map(\.key)
      read[name] = entries.compactMap { condition($0, domains: domains, names: names) }
    }
    guard !hasCircle(parents, conditions: conditions, names: names) else { return [] }
    return drafts.map { draft in
      Parameter(
        name: draft.name, domain: draft.domain, conditions: read[draft.name] ?? [],
        isArchitecture: draft.isArchitecture, isFidelity: draft.isFidelity)
    }
  }

  private func condition(
    _ entry: (key: String, place: Place, field: Field), domains: [String: Parameter.Domain],
    names: [String]
  ) -> Parameter.Condition? {
    guard names.contains(entry.key) else {
      ledger.mistake(at: entry.place, Wording.unknownParameter(entry.key, known: names))
      return nil
    }
    guard let domain = domains[entry.key] else { return nil }  // Its own mistake is noted.
    if case .real = domain {
      ledger.mistake(at: entry.place, Wording.conditionOnReal(entry.key))
      return nil
    }
    let isList = if case .list = entry.field.node.content { true } else { false }
    let items = isList ? entry.field.list("") ?? [] : [entry.field]
    if items.isEmpty { entry.field.mistake(Wording.emptyList(entry.field.path)) }
    let values = items.compactMap { item -> ParameterValue? in
      guard let value = parameterValue(item) else { return nil }
      if let conforming = domain.conforming(value) { return conforming }
      item.mistake(Wording.notAmong(entry.key, value, domain))
      return nil
    }
    return Parameter.Condition(parameter: entry.key, values: values)
  }

  /// Notes the circles among conditions, each once.
  private func hasCircle(
    _ parents: [String: [String]], conditions: [String: Field], names: [String]
  ) -> Bool {
    var done: Set<String> = []
    var hasCircle = false
    for start in names where !done.contains(start) {
      // Depth first, without recursion: a chain may be as long as there are parameters.
      var path: [(name: String, next: Int)] = [(start, 0)]
      var onPath: Set<String> = [start]
      while let (name, next) = path.last {
        let above = parents[name] ?? []
        guard next < above.count else {
          done.insert(name)
          onPath.remove(name)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let parent = above[next]
        if onPath.contains(parent) {
          let members = path.map(\.name).drop { $0 != parent }
          conditions[parent]?.mistake(Wording.circle(Array(members)))
          hasCircle = true
        } else if !done.contains(parent), parents[parent] != nil {
          path.append((parent, 0))
          onPath.insert(parent)
        }
      }
    }
    return hasCircle
  }
}
