/// What a scalar of a YAML file means.
///
/// Source: YAML 1.2.2, section 10.3.2 (core schema), narrowed as the documentation of the study
/// file says: `True`, `TRUE`, `Null` and `NULL` are words, as are `0x1F` and `0o17`, so that a
/// number is always decimal. Only scalars without quotes are resolved.
enum Scalar: Hashable, Sendable {
  /// `null`, `~` or nothing.
  case null
  /// `true` or `false`.
  case truth(Bool)
  /// `[-+]?[0-9]+`; `010` is ten.
  case integer(Int)
  /// A whole number that 64 bits do not hold.
  case hugeInteger
  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, `.inf` or `.nan`; may be not finite.
  case real(Double)
  /// Anything else, or anything in quotes.
  case word(String)

  /// Resolves the text of a scalar written without quotes.
  init(plain text: String) {
    switch text {
    case "", "~", "null": self = .null
    case "true": self = .truth(true)
    case "false": self = .truth(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .real(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .real(-.infinity)
    case ".nan", ".NaN", ".NAN": self = .real(.nan)
    default: self = Self.number(text) ?? .word(text)
    }
  }

  private static func number(_ text: String) -> Self? {
    var rest = text.utf8[...]
    if let sign = rest.first, "+-".utf8.contains(sign) { rest.removeFirst() }
    let whole = digits(&rest)
    if rest.isEmpty {
      guard whole > 0 else { return nil }
      return Int(text).map { .integer($0) } ?? .hugeInteger
    }
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = digits(&rest)
    }
    guard whole + fraction > 0 else { return nil }
    if let letter = rest.first, "eE".utf8.contains(letter) {
      rest.removeFirst()
      if let sign = rest.first, "+-".utf8.contains(sign) { rest.removeFirst() }
      guard digits(&rest) > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    return Double(text).map { .real($0) }
  }

  /// Drops leading digits and counts them.
  private static func digits(_ rest: inout Substring.UTF8View) -> Int {
    let after = rest.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    defer { rest = after }
    return rest.count - after.count
  }
}
