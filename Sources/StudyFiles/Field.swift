import StudyModel

/// One value of a file, with the path of keys that leads to it, read as the type that is expected.
///
/// Each accessor notes a mistake and returns `nil` where the value is something else.
struct Field {
  /// The keys from the top of the file, such as `trial.cpus`.
  let path: String
  let node: YAMLNode
  let ledger: Ledger

  var place: Place { node.place }

  /// Notes that the value is not what `expected` says.
  func mistake(expected: String) {
    guard node.content != .unreadable else { return }
    ledger.mistake(at: place, Wording.unfit(path, node, expected: expected))
  }

  /// Notes a mistake at the value's place.
  func mistake(_ message: @autoclosure () -> String) { ledger.mistake(at: place, message()) }

  // MARK: Numbers

  /// A whole number within bounds.
  func whole(from low: Int, through high: Int = 1_000_000_000) -> Int? {
    if case .scalar(.hugeInteger, _) = node.content {
      mistake(expected: Wording.wholeNumber(from: low, through: high))
      return nil
    }
    guard case .scalar(.integer(let value), _) = node.content, low <= value else {
      mistake(expected: Wording.wholeNumber(from: low))
      return nil
    }
    guard value <= high else {
      mistake(expected: Wording.wholeNumber(from: low, through: high))
      return nil
    }
    return value
  }

  /// A finite number.
  func number() -> Double? {
    switch node.content {
    case .scalar(.integer(let value), _): return Double(value)
    case .scalar(.real(let value), _) where value.isFinite: return value
    case .scalar(.hugeInteger, let text):
      mistake(Wording.integerTooLarge(path, text))
      return nil
    default:
      mistake(expected: Wording.number)
      return nil
    }
  }

  // MARK: Words

  /// A truth value.
  func truth() -> Bool? {
    if case .scalar(.truth(let value), _) = node.content { return value }
    mistake(expected: Wording.truth)
    return nil
  }

  /// The text as written, whatever it could mean: `3.10` is a module's version.
  func text(_ expected: String = Wording.text) -> String? {
    guard case .scalar(let scalar, let text) = node.content, scalar != .null, !text.isEmpty else {
      mistake(expected: expected)
      return nil
    }
    return text
  }

  /// A text without control characters, line breaks among them.
  func line(_ expected: String = Wording.text) -> String? {
    guard let text = text(expected) else { return nil }
    guard !text.unicodeScalars.contains(where: isControl) else {
      mistake(Wording.controlCharacter(path, text))
      return nil
    }
    return text
  }

  /// One of some words.
  func choice(of words: [String]) -> String? {
    guard case .scalar(_, let text) = node.content, words.contains(text) else {
      if case .scalar(.word(let word), _) = node.content,
        let near = nearestWord(to: word, among: words)
      {
        mistake(Wording.misspelt(path, word, near: near))
      } else {
        mistake(expected: Wording.oneOf(words))
      }
      return nil
    }
    return text
  }

  /// One of the words of an enumeration.
  func choice<Words: RawRepresentable & CaseIterable>() -> Words? where Words.RawValue == String {
    choice(of: Words.allCases.map(\.rawValue)).flatMap(Words.init)
  }

  // MARK: Quantities

  /// A time of at least a second.
  func time() -> Duration? {
    guard case .scalar(_, let text) = node.content, let time = duration(text), time > .zero else {
      mistake(expected: Wording.duration)
      return nil
    }
    return time
  }

  /// A size of memory in MiB.
  func memory() -> Int? {
    guard case .scalar(_, let text) = node.content, let size = mebibytes(text) else {
      mistake(expected: Wording.size)
      return nil
    }
    return size
  }

  // MARK: Paths

  /// An absolute path.
  func absolutePath(_ example: String) -> String? {
    guard let path = line() else { return nil }
    guard path.hasPrefix("/") else {
      mistake(expected: Wording.absolutePath(example))
      return nil
    }
    return path
  }

  // MARK: Collections

  /// The items of a list.
  func list(_ expected: String) -> [Field]? {
    guard case .list(let items) = node.content else {
      mistake(expected: expected)
      return nil
    }
    return items.enumerated().map { index, item in
      Field(path: "\(path)[\(index)]", node: item, ledger: ledger)
    }
  }

  /// The texts of a list of single lines.
  func lines(_ expected: String) -> [String]? {
    guard let items = list(expected) else { return nil }
    let lines = items.compactMap { $0.line() }
    return lines.count == items.count ? lines : nil
  }

  /// The entries of a mapping with any keys.
  func entries(_ expected: String) -> [(key: String, place: Place, field: Field)]? {
    guard case .mapping(let entries) = node.content else {
      mistake(expected: expected)
      return nil
    }
    return entries.map { entry in
      (
        entry.key, entry.place,
        Field(path: joined(path, entry.key), node: entry.value, ledger: ledger)
      )
    }
  }
}

/// A path with one more key.
func joined(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

/// Whether a character is a control character, a line break or a line separator.
func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator, .format: true
  default: false
  }
}
