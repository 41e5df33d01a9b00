// What the tokens that hold no others say.
extension JSONDocument {
  func isNull(_ place: Int) -> Bool { tokens[place].kind == .null }

  func truth(_ place: Int) throws -> Bool {
    guard tokens[place].kind == .truth else { throw mismatch(Bool.self, place) }
    return bytes[Int(tokens[place].begin)] == UInt8(ascii: "t")
  }

  /// A whole number; one with a fraction of zero or an exponent too.
  func integer<Number: FixedWidthInteger>(_ type: Number.Type, _ place: Int) throws -> Number {
    let token = tokens[place]
    guard token.kind == .number else { throw mismatch(type, place) }
    if let number = small(token).flatMap({ Number(exactly: $0) }) { return number }
    let text = String(decoding: text(token), as: UTF8.self)
    if let number = Number(text) { return number }
    guard let real = Double(text), let number = Number(exactly: real) else {
      throw Self.error("\(text) is no \(type)", at: Int(token.begin))
    }
    return number
  }

  /// A whole number of at most 18 digits.
  private func small(_ token: Token) -> Int? {
    var digits = text(token)
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    guard digits.count <= 18 else { return nil }
    var number = 0
    for digit in digits {
      guard Self.isDigit(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return isNegative ? -number : number
  }

  /// A number, or the word of one that is not finite.
  func real<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ type: Number.Type, _ place: Int
  ) throws -> Number {
    let token = tokens[place]
    switch token.kind {
    case .number:
      // Zero may be negative.
      if let number = small(token), number != 0, abs(number) < 1 << 24 { return Number(number) }
      let text = String(decoding: text(token), as: UTF8.self)
      guard let number = Number(text), number.isFinite else {
        throw Self.error("\(text) is no \(type)", at: Int(token.begin))
      }
      return number
    case .text:
      switch String(decoding: text(token), as: UTF8.self) {
      case "NaN": return .nan
      case "Infinity": return .infinity
      case "-Infinity": return -.infinity
      default: throw mismatch(type, place)
      }
    default: throw mismatch(type, place)
    }
  }

  func string(_ place: Int) throws -> String {
    let token = tokens[place]
    guard token.kind == .text else { throw mismatch(String.self, place) }
    return try string(token)
  }

  /// A text, whose escapes were found to be JSON's when the document was read.
  private func string(_ token: Token) throws -> String {
    guard token.isEscaped else { return String(decoding: text(token), as: UTF8.self) }
    var result: [UInt8] = []
    var at = Int(token.begin)
    while at < token.end {
      if bytes[at] == UInt8(ascii: "\\") {
        result += String(Character(try readEscape(&at))).utf8
      } else {
        result.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Reads an escape, RFC 8259, section 7: of two halves of a character, both.
  func readEscape(_ at: inout Int) throws -> Unicode.Scalar {
    let begin = at
    at += 2
    switch byte(begin + 1) ?? 0 {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw Self.error("an escape is not one of JSON's", at: begin)
    }
    let first = try readUnit(&at)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first), byte(at) == UInt8(ascii: "\\"),
      byte(at + 1) == UInt8(ascii: "u")
    else { throw Self.error("half a character is escaped", at: begin) }
    at += 2
    let second = try readUnit(&at)
    guard UTF16.isTrailSurrogate(second) else {
      throw Self.error("half a character is escaped", at: begin)
    }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  /// Reads the four digits of an escape.
  private func readUnit(_ at: inout Int) throws -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let value = Character(Unicode.Scalar(byte(at) ?? 0)).hexDigitValue else {
        throw Self.error("an escape has not four digits", at: at)
      }
      unit = unit << 4 | UInt16(value)
      at += 1
    }
    return unit
  }

  /// Whether a text is this one.
  func isText(_ place: Int, _ wanted: String) -> Bool {
    let token = tokens[place]
    guard !token.isEscaped else { return (try? string(token)) == wanted }
    return text(token).elementsEqual(wanted.utf8)
  }

  /// Whether a text without escapes is this one.
  func isText(_ place: Int, _ wanted: StaticString) -> Bool {
    let token = tokens[place]
    guard Int(token.end - token.begin) == wanted.utf8CodeUnitCount else { return false }
    return wanted.withUTF8Buffer { unsafe text(token).elementsEqual($0) }
  }

  func mismatch(_ type: Any.Type, _ place: Int) -> DecodingError {
    .typeMismatch(
      type,
      .init(
        codingPath: [],
        debugDescription:
          "\(type) is wanted where \(tokens[place].kind) is, at byte \(tokens[place].begin)"))
  }
}
