import StudyModel

extension StudyReader {
  /// Reads `constraints`: expressions that are true or false, over the parameters' names.
  func constraints(_ top: Fields, parameters: [Parameter], names: [String]) -> [Expression] {
    let example = Wording.example("constraints: [\"width * batch_size <= 8192\"]")
    guard let items = top["constraints"]?.list(example) else { return [] }
    return items.compactMap { constraint($0, parameters: parameters, names: names) }
  }

  private func constraint(
    _ field: Field, parameters: [Parameter], names: [String]
  ) -> Expression? {
    guard let text = field.text(Wording.expression) else { return nil }
    do throws(ExpressionError) {
      let expression = try Expression(text)
      let unknown = expression.names.filter { !names.contains($0) }
      for name in unknown {
        field.mistake(Wording.unknownInConstraint(text, name, known: names, parameters))
      }
      let kind = try expression.kind { name in
        parameters.first { $0.name == name }?.domain.kind
      }
      guard kind ?? .truth == .truth else {
        field.mistake(Wording.noTruth(text))
        return nil
      }
      return unknown.isEmpty ? expression : nil
    } catch {
      field.mistake(Wording.badExpression(text, error))
      return nil
    }
  }
}

extension Parameter.Domain {
  /// What kind of values the parameter has; `nil` where of several.
  fileprivate var kind: Expression.Kind? {
    switch self {
    case .real, .integer, .ordinal: .number
    case .categorical(let values):
      values.dropFirst().allSatisfy { $0.kind == values.first?.kind } ? values.first?.kind : nil
    case .constant(let value): value.kind
    }
  }
}

extension ParameterValue {
  fileprivate var kind: Expression.Kind {
    switch self {
    case .integer, .real: .number
    case .word: .word
    case .truth: .truth
    }
  }
}
