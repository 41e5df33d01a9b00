import StudyModel

extension [ParameterValue] {
  /// What a study file makes of a list: numbers are ordered and ascend, all else has no order; one alone
  /// is a constant.
  var domain: Parameter.Domain {
    let values = withoutRepeats
    if values.count == 1, let value = values.first { return .constant(value) }
    let numbers = values.compactMap(\.number)
    guard numbers.count == values.count else { return .categorical(values) }
    return .ordinal(values.sorted { ($0.number ?? 0) < ($1.number ?? 0) })
  }

  /// Each value once, in the order of its first place.
  var withoutRepeats: [ParameterValue] {
    var seen: Set<ParameterValue> = []
    return filter { seen.insert($0).inserted }
  }
}

extension ParameterValue {
  /// As it stands in YAML: a word that would be read as something else is quoted.
  var yaml: String {
    switch self {
    case .integer(let value): return String(value)
    case .real(let value):
      let text = value.description
      // Swift writes 1e-05; a study file takes a number with an exponent for real as it is.
      return text.contains(".") || text.contains("e") ? text : text + ".0"
    case .truth(let value): return value ? "true" : "false"
    case .word(let value):
      let plain = value.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || ["_", ".", "-", "/"].contains(scalar))
      }
      let reserved = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
      let isPlain =
        plain && value.first?.isLetter == true && !reserved.contains(value.lowercased())
        && Double(value) == nil
      return isPlain ? value : Self.quoted(value)
    }
  }

  /// As it stands in an expression of `constraints`.
  var expression: String {
    switch self {
    case .word(let value): "'\(value)'"
    case .integer, .real, .truth: yaml
    }
  }

  /// A text in double quotes. Source: YAML 1.2.2, section 5.7.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
