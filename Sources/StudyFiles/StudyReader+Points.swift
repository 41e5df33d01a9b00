import StudyModel

extension StudyReader {
  private static let mostPoints = 1000

  /// Reads `points`: configurations to try first. What one leaves out, the searcher draws.
  func points(_ top: Fields, in reading: SpaceReading?) -> [Configuration] {
    let example = Wording.example("points: [{learning_rate: 0.01, width: 32}]")
    guard let field = top["points"], let items = field.list(example), let reading else {
      return []
    }
    guard items.count <= Self.mostPoints else {
      field.mistake(Wording.tooMany("points", Self.mostPoints))
      return []
    }
    return items.compactMap { point($0, in: reading, example: example) }
  }

  private func point(_ field: Field, in reading: SpaceReading, example: String) -> Configuration? {
    guard let entries = field.entries(example) else { return nil }
    let space = reading.space
    var given: [String: (place: Place, value: ParameterValue)] = [:]
    for (name, place, field) in entries {
      guard reading.names.contains(name) else {
        ledger.mistake(at: place, Wording.unknownParameter(name, known: reading.names))
        continue
      }
      guard let parameter = space.parameter(named: name) else { continue }
      guard let value = parameterValue(field) else { continue }
      guard let conforming = parameter.domain.conforming(value) else {
        field.mistake(Wording.notAmong(name, value, parameter.domain))
        continue
      }
      given[name] = (place, conforming)
    }
    return configuration(given, at: field, in: space)
  }

  /// Sets the given values in the order of the space, so that conditions are known before them.
  private func configuration(
    _ given: [String: (place: Place, value: ParameterValue)], at field: Field, in space: SearchSpace
  ) -> Configuration? {
    var point = Configuration()
    var known = Configuration()  // With the constants, which need not be given.
    var isSound = true
    for parameter in space.parameters {
      guard let (place, value) = given[parameter.name] else {
        if case .constant(let value) = parameter.domain, space.isActive(parameter, in: known) {
          known[parameter.name] = value
        }
        continue
      }
      if let unmet = parameter.conditions.first(where: { condition in
        !(known[condition.parameter].map(condition.values.contains) ?? false)
      }) {
        ledger.mistake(
          at: place, Wording.inactive(parameter.name, unmet, is: known[unmet.parameter]))
        isSound = false
      }
      point[parameter.name] = value
      known[parameter.name] = value
    }
    for constraint in space.constraints where constraint.truth(where: { known[$0] }) == false {
      field.mistake(Wording.violated(constraint.text, by: known, names: constraint.names))
      isSound = false
    }
    return isSound ? point : nil
  }
}
