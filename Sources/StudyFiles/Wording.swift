import StudyModel

/// The text of every message: what is wrong; what to write instead.
///
/// Users' text stands in single quotes, and so do keys.
enum Wording {
  /// A value of another kind than expected, `expected` being what to write.
  static func unfit(_ path: String, _ node: YAMLNode, expected: String) -> String {
    let subject = path.isEmpty ? "the file" : visible(path)
    return "\(subject) is \(found(node)); write \(expected)"
  }

  /// A value as a message names it.
  static func found(_ node: YAMLNode) -> String {
    switch node.content {
    case .list(let items): items.isEmpty ? "an empty list" : "a list"
    case .mapping(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
    case .scalar(.null, _), .unreadable: "empty"
    case .scalar(.word(""), _): "an empty text"
    case .scalar(.word(let text), _) where Scalar(plain: text) != .word(text):
      "the text \(visible(text)) in quotes"
    case .scalar(_, let text): visible(text)
    }
  }

  static func missing(_ path: String, example: String) -> String {
    "\(visible(path)) is missing; write for example '\(example)'"
  }

  static func unknownKey(_ key: String, _ path: String, write word: String) -> String {
    "\(unknown(key, path)); write \(word.contains("'") ? word : "'\(word)'")"
  }

  static func unknownKey(_ key: String, _ path: String, home: String) -> String {
    "\(unknown(key, path)); write it within '\(home)'"
  }

  static func unknownKey(_ key: String, _ path: String, known: [String]) -> String {
    "\(unknown(key, path)); write \(oneOf(known))"
  }

  private static func unknown(_ key: String, _ path: String) -> String {
    path.isEmpty ? "unknown key \(visible(key))" : "unknown key \(visible(key)) in \(visible(path))"
  }

  static func misspelt(_ path: String, _ word: String, near: String) -> String {
    "\(visible(path)) is \(visible(word)); write '\(near)'"
  }

  static func badName(_ name: String, of owner: String, _ rule: String) -> String {
    "\(visible(name)) cannot be the name of a \(owner); write \(rule)"
  }

  static func controlCharacter(_ path: String, _ text: String) -> String {
    "\(visible(path)) holds a control character or a line break in \(visible(text)); write one line"
  }

  static func emptyList(_ path: String) -> String {
    "\(visible(path)) is an empty list; write at least one item"
  }

  static func tooMany(_ path: String, _ most: Int) -> String {
    "'\(path)' has more than \(most) items; write fewer"
  }

  static func unknownParameter(_ name: String, known: [String]) -> String {
    "there is no parameter \(visible(name)); write \(oneOfNames(name, known))"
  }

  /// The nearest of some names, or all of them.
  static func oneOfNames(_ name: String, _ known: [String]) -> String {
    if let near = nearestWord(to: name, among: known) { return "'\(near)'" }
    return oneOf(known)
  }
}

// What to write: the ends of messages.
extension Wording {
  static let number = "a decimal number, such as 0.01 or 1e-3"
  static let truth = "true or false"
  static let text = "a text"
  static let value = "a number, true, false or a word"
  static let duration = "a time, such as 90s, 30m, 12h or 1-00:00:00"
  static let size = "a size with its unit, such as 8GiB or 512MiB"
  static let positive = "a number above 0"
  static let share = "a number above 0, at most 1"
  static let secondsOrDuration = "seconds, such as 0.5, or a time such as 30s or 2m"
  static let program = "a program, such as python3"
  static let argument = "an argument, in quotes where it is empty"
  static let expression = "an expression in quotes, such as \"width * batch_size <= 8192\""
  static let variableValue = "a text, in quotes where it is empty"
  static let studyName =
    "letters, digits, '-', '_' and '.', beginning with a letter, a digit or '_'"
  static let parameterName =
    "letters, digits, '_', '-', '.' and '/', beginning with a letter or '_'"
  static let variableName = "letters, digits and '_', beginning with a letter or '_'"
  static let partitionName = "letters, digits, '_', '-' and '.'"

  static func example(_ text: String) -> String { "for example '\(text)'" }

  static func oneOf(_ words: [String]) -> String {
    let shown = words.prefix(20).map(bare).joined(separator: ", ")
    return words.count == 1 ? "'\(shown)'" : "one of \(shown)\(words.count > 20 ? ", ..." : "")"
  }

  /// A user's text as ``visible(_:)`` shows it, without quotes.
  static func bare(_ text: String) -> String { String(visible(text).dropFirst().dropLast()) }

  static func wholeNumber(from low: Int) -> String {
    "a whole number, at least \(low)"
  }

  static func wholeNumber(from low: Int, through high: Int) -> String {
    "a whole number from \(low) to \(high)"
  }

  static func number(
    _ low: Double, isLowIncluded: Bool, _ high: Double, isHighIncluded: Bool
  ) -> String {
    func plain(_ bound: Double) -> String {
      bound == bound.rounded() ? "\(Int(bound))" : "\(bound)"
    }
    let from = isLowIncluded ? "from \(plain(low))" : "above \(plain(low))"
    guard high < .infinity else { return "a number \(from)" }
    return "a number \(from) \(isHighIncluded ? "to" : "and below") \(plain(high))"
  }

  static func badCount(_ path: String, _ key: String, example: String) -> String {
    "\(visible(key)) in \(visible(path)) is no whole number from 1; write for example '\(example)'"
  }

  static func numberOfType(_ type: String) -> String {
    type == "real" ? number : "a whole number, such as 16"
  }
}
