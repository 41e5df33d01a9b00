extension YAMLNode {
  /// The node as YAML on one line, which means the same: texts in quotes, everything else as written.
  var flow: String {
    switch content {
    case .scalar(.word(let text), _): quoted(text)
    case .scalar(_, let text): text.isEmpty ? "null" : text
    case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\(key($0.key)): \($0.value.flow)" }.joined(separator: ", ") + "}"
    case .unreadable: "null"
    }
  }

  /// A mapping as lines, and its mappings of mappings too, so that people can read it.
  var block: String {
    guard case .mapping(let entries) = content else { return flow + "\n" }
    return entries.map { entry in
      guard case .mapping(let inner) = entry.value.content, entry.value.flow.utf8.count > 90 else {
        return "\(key(entry.key)): \(entry.value.flow)\n"
      }
      let lines = inner.map { "  \(key($0.key)): \($0.value.flow)\n" }
      return "\(key(entry.key)):\n" + lines.joined()
    }.joined()
  }

  private func key(_ text: String) -> String {
    let isPlain = isWord(text, extra: "_-") && Scalar(plain: text) == .word(text)
    return isPlain && text.first != "-" ? text : quoted(text)
  }

  /// In double quotes, with the escapes of YAML 1.2.2, section 5.7.
  private func quoted(_ text: String) -> String {
    if isWord(text, extra: "_./"), Scalar(plain: text) == .word(text), text.first != "." {
      return text
    }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if isControl(scalar) {
          let digits = String(scalar.value, radix: 16)
          result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
