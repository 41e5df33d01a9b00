/// The text of a file, checked before any parser sees it.
struct SourceText {
  /// The largest file, in bytes; a study file has a few thousand.
  static let mostBytes = 1 << 20

  /// The characters, without a byte-order mark.
  let scalars: [Unicode.Scalar]
  /// Where each line begins.
  private let lineStarts: [Int]

  /// Checks size and characters.
  ///
  /// - Returns: `nil` after noting a mistake.
  init?(_ text: String, _ ledger: Ledger) {
    guard text.utf8.count <= Self.mostBytes else {
      ledger.mistake(at: .wholeFile, Wording.fileTooLarge)
      return nil
    }
    var scalars = Array(text.unicodeScalars)
    if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    var lineStarts = [0]
    for (index, scalar) in scalars.enumerated() where Self.isBreak(scalar) {
      let isHalf = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if !isHalf { lineStarts.append(index + 1) }
    }
    self.scalars = scalars
    self.lineStarts = lineStarts
    if let index = scalars.firstIndex(where: { !Self.isAllowed($0) }) {
      ledger.mistake(at: place(of: index), Wording.forbiddenCharacter(scalars[index]))
      return nil
    }
    if let index = firstAnchor(), aliasCount > Self.mostAliases {
      ledger.mistake(at: place(of: index), Wording.anchor)
      return nil
    }
  }

  /// The place, or the last line's where it lies behind the text.
  func within(_ place: Place) -> Place {
    let last = lineStarts.last == scalars.count ? max(1, lineStarts.count - 1) : lineStarts.count
    return place.line > last ? Place(line: last, column: 0) : place
  }

  /// The index of the character at a place, if there is one.
  func index(of place: Place) -> Int? {
    guard lineStarts.indices.contains(place.line - 1), place.column > 0 else { return nil }
    let index = lineStarts[place.line - 1] + place.column - 1
    return index < scalars.count ? index : nil
  }

  private func place(of index: Int) -> Place {
    let line = lineStarts.lastIndex { $0 <= index } ?? 0
    return Place(line: line + 1, column: index - lineStarts[line] + 1)
  }

  /// The line breaks of libyaml, which counts YAML 1.1's.
  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// The printable characters of YAML 1.2.2, section 5.1.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x10000...0x10FFFF:
      true
    default: false
    }
  }

  // Anchors are refused in any case, with their exact line, once the document is composed. But
  // Yams hashes mapping keys while it composes, and a key made of aliases of aliases would take
  // for ever. A dozen aliases cannot multiply a text by more than 81, so what looks like more of
  // them is refused here, by a look at the text that knows nothing of quotes.
  private static let mostAliases = 12

  private func firstAnchor() -> Int? {
    scalars.indices.first { looksLikeReference(at: $0, "&") }
  }

  private var aliasCount: Int {
    scalars.indices.count { looksLikeReference(at: $0, "*") }
  }

  private func looksLikeReference(at index: Int, _ sign: Unicode.Scalar) -> Bool {
    guard scalars[index] == sign, index + 1 < scalars.count, Self.isName(scalars[index + 1])
    else { return false }
    // After a letter, or in `2>&1` and `a&&b`, it stands within a word.
    return index == 0 || !(Self.isName(scalars[index - 1]) || ")>&*".contains(scalars[index - 1]))
  }

  private static func isName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }
}

extension String {
  fileprivate func contains(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }
}
