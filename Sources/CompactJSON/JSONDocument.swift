/// A JSON text with the places of its values: read once from front to back, decoded from there.
final class JSONDocument {
  let bytes: [UInt8]
  /// Values in the order of the text: an object is followed by its keys, each with its value, an array by its
  /// elements.
  private(set) var tokens: [Token] = []
  /// Whether a key has escapes, so that it does not stand there as it is called.
  private(set) var hasEscapedKeys = false

  struct Token {
    let kind: Kind
    /// Whether a text has escapes.
    var isEscaped = false
    /// Where it is; a text without its quotes.
    var begin: UInt32
    var end: UInt32
    /// The token after it and all that lies in it.
    var next: UInt32 = 0
  }

  enum Kind: UInt8 { case null, truth, number, text, array, object }

  /// Reads a text.
  ///
  /// - Parameter bytes: UTF-8.
  /// - Throws: `DecodingError` where it is not one JSON value.
  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard bytes.count < UInt32.max else { throw Self.error("it is larger than 4 GiB", at: 0) }
    guard !bytes.contains(where: { $0 >= 0x80 }) || String(validating: bytes, as: UTF8.self) != nil
    else {
      throw Self.error("it is not UTF-8", at: 0)
    }
    tokens.reserveCapacity(bytes.count / 8 + 1)
    try read()
  }

  private func read() throws {
    var at = 0
    // Arrays and objects that have not ended, by their tokens.
    var open: [Int] = []
    skipSpace(&at)
    try readValue(&at, &open)
    while let last = open.last {
      let isObject = tokens[last].kind == .object
      let isFirst = tokens.count == last + 1
      skipSpace(&at)
      if byte(at) == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        at += 1
        tokens[last].end = UInt32(at)
        tokens[last].next = UInt32(tokens.count)
        open.removeLast()
        continue
      }
      if !isFirst {
        try expect(UInt8(ascii: ","), &at)
        skipSpace(&at)
      }
      if isObject {
        guard byte(at) == UInt8(ascii: "\"") else { throw Self.error("a key is missing", at: at) }
        try readText(&at)
        if tokens[tokens.count - 1].isEscaped { hasEscapedKeys = true }
        skipSpace(&at)
        try expect(UInt8(ascii: ":"), &at)
        skipSpace(&at)
      }
      try readValue(&at, &open)
    }
    skipSpace(&at)
    guard at == bytes.count else { throw Self.error("something follows the value", at: at) }
  }

  func byte(_ at: Int) -> UInt8? { at < bytes.count ? bytes[at] : nil }

  private func skipSpace(_ at: inout Int) {
    while let byte = byte(at), byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D {
      at += 1
    }
  }

  private func expect(_ wanted: UInt8, _ at: inout Int) throws {
    guard byte(at) == wanted else {
      throw Self.error("'\(Character(Unicode.Scalar(wanted)))' is missing", at: at)
    }
    at += 1
  }

  /// Reads a value; of an array or object only its beginning.
  private func readValue(_ at: inout Int, _ open: inout [Int]) throws {
    let begin = at
    switch byte(at) ?? 0 {
    case UInt8(ascii: "\""): try readText(&at)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < CompactJSON.deepest else {
        throw Self.error("it is nested too deep", at: at)
      }
      open.append(tokens.count)
      at += 1
      add(bytes[begin] == UInt8(ascii: "{") ? .object : .array, begin, at)
    case UInt8(ascii: "t"): try readWord("true", .truth, &at)
    case UInt8(ascii: "f"): try readWord("false", .truth, &at)
    case UInt8(ascii: "n"): try readWord("null", .null, &at)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      guard skipNumber(&at) else {
        throw Self.error("a number is not written as in JSON", at: begin)
      }
      add(.number, begin, at)
    default: throw Self.error("a value is missing", at: at)
    }
  }

  private func add(_ kind: Kind, _ begin: Int, _ end: Int, isEscaped: Bool = false) {
    tokens.append(
      Token(
        kind: kind, isEscaped: isEscaped, begin: UInt32(begin), end: UInt32(end),
        next: UInt32(tokens.count + 1)))
  }

  private func readWord(_ word: StaticString, _ kind: Kind, _ at: inout Int) throws {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[at..<end].elementsEqual(word.description.utf8) else {
      throw Self.error("a value is missing", at: at)
    }
    add(kind, at, end)
    at = end
  }

  private func readText(_ at: inout Int) throws {
    let begin = at + 1
    var isEscaped = false
    at = begin
    while let byte = byte(at) {
      switch byte {
      case UInt8(ascii: "\""):
        add(.text, begin, at, isEscaped: isEscaped)
        at += 1
        return
      case UInt8(ascii: "\\"):
        isEscaped = true
        _ = try readEscape(&at)
      case 0..<0x20: throw Self.error("a control character is not escaped", at: at)
      default: at += 1
      }
    }
    throw Self.error("a text does not end", at: begin - 1)
  }

  /// Goes behind a number, RFC 8259, section 6.
  private func skipNumber(_ at: inout Int) -> Bool {
    func skipDigits() -> Bool {
      let begin = at
      while let byte = byte(at), Self.isDigit(byte) { at += 1 }
      return at > begin
    }
    if byte(at) == UInt8(ascii: "-") { at += 1 }
    if byte(at) == UInt8(ascii: "0") {
      at += 1
      if let byte = byte(at), Self.isDigit(byte) { return false }
    } else if !skipDigits() {
      return false
    }
    if byte(at) == UInt8(ascii: ".") {
      at += 1
      if !skipDigits() { return false }
    }
    if byte(at) == UInt8(ascii: "e") || byte(at) == UInt8(ascii: "E") {
      at += 1
      if byte(at) == UInt8(ascii: "-") || byte(at) == UInt8(ascii: "+") { at += 1 }
      if !skipDigits() { return false }
    }
    return true
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func error(_ text: String, at place: Int) -> DecodingError {
    .dataCorrupted(.init(codingPath: [], debugDescription: "\(text), at byte \(place)"))
  }

  /// The bytes of a token.
  func text(_ token: Token) -> ArraySlice<UInt8> { bytes[Int(token.begin)..<Int(token.end)] }
}
