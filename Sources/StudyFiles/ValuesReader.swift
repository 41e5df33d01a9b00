import StudyModel

/// Reads a parameter with `values` or `value`.
struct ValuesReader {
  let fields: Fields

  private enum NumberType: String, CaseIterable { case integer, real }

  /// Numbers make an ordered parameter, ascending; anything else one without order.
  func domain() -> Parameter.Domain? {
    guard let field = fields["values"],
      let items = field.list(Wording.example("values: [16, 32, 64]"))
    else { return nil }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return nil
    }
    let values = items.compactMap { parameterValue($0) }
    guard values.count == items.count, var values = typed(values, items) else { return nil }
    let isNumeric = values.allSatisfy { $0.number != nil }
    if isNumeric, values.contains(where: { if case .real = $0 { true } else { false } }) {
      // One real number makes all of them real.
      values = values.map { $0.number.map(ParameterValue.real) ?? $0 }
    }
    guard areDistinct(values, items) else { return nil }
    return isNumeric
      ? .ordinal(values.sorted { ($0.number ?? 0) < ($1.number ?? 0) }) : .categorical(values)
  }

  /// One value, which is not searched.
  func constant() -> Parameter.Domain? {
    guard let field = fields["value"], let value = parameterValue(field),
      let values = typed([value], [field])
    else { return nil }
    return .constant(values[0])
  }

  /// Applies `type`.
  private func typed(_ values: [ParameterValue], _ items: [Field]) -> [ParameterValue]? {
    guard let field = fields["type"] else { return values }
    guard let type: NumberType = field.choice() else { return nil }
    let typed = zip(values, items).compactMap { value, item -> ParameterValue? in
      guard let number = value.number else {
        item.mistake(expected: Wording.numberOfType(type.rawValue))
        return nil
      }
      if type == .real { return .real(number) }
      guard let whole = Int(exactly: number) else {
        item.mistake(Wording.notWhole(item.path, value.description))
        return nil
      }
      return .integer(whole)
    }
    return typed.count == values.count ? typed : nil
  }

  /// Refuses values that a trial could not tell apart, such as `1` and `"1"`.
  private func areDistinct(_ values: [ParameterValue], _ items: [Field]) -> Bool {
    var seen: Set<String> = []
    var areDistinct = true
    for (value, item) in zip(values, items) {
      let text = value.number.map(shortNumber) ?? value.description
      if !seen.insert(text).inserted {
        item.mistake(Wording.repeatedValue(fields.path, value.description))
        areDistinct = false
      }
    }
    return areDistinct
  }
}

/// A scalar as a parameter's value: a finite number, a truth value, or a word in one line.
func parameterValue(_ field: Field) -> ParameterValue? {
  switch field.node.content {
  case .scalar(.integer(let value), let text):
    guard value.magnitude <= RangeReader.largestInteger else {
      field.mistake(Wording.integerTooLarge(field.path, text))
      return nil
    }
    return .integer(value)
  case .scalar(.real(let value), _) where value.isFinite: return .real(value)
  case .scalar(.truth(let value), _): return .truth(value)
  case .scalar(.word(let text), _):
    guard !text.unicodeScalars.contains(where: isControl) else {
      field.mistake(Wording.controlCharacter(field.path, text))
      return nil
    }
    return .word(text)
  default:
    field.mistake(expected: Wording.value)
    return nil
  }
}
