/// JSON that is being written from front to back.
///
/// A comma is due wherever the last byte neither opens something nor ends a name.
public struct JSONWriter {
  /// UTF-8.
  public var bytes: [UInt8] = []

  /// Nothing so far.
  public init() {}

  /// Writes an object.
  ///
  /// - Parameter members: Writes each member, by its name and its value.
  /// - Throws: What that throws.
  public mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
    bytes.append(UInt8(ascii: "{"))
    try members(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes an array.
  ///
  /// - Parameters:
  ///   - elements: What it has.
  ///   - write: Writes one of them.
  /// - Throws: What that throws.
  public mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) throws -> Void
  ) rethrows {
    bytes.append(UInt8(ascii: "["))
    for element in elements {
      if bytes.last != UInt8(ascii: "[") { bytes.append(UInt8(ascii: ",")) }
      try write(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Writes a value of an enumeration: an object with one member, the case, whose value is an object with
  /// what belongs to it.
  ///
  /// - Parameters:
  ///   - name: The case.
  ///   - members: Writes what belongs to it.
  /// - Throws: What that throws.
  public mutating func enumerated(
    _ name: StaticString, _ members: (inout JSONWriter) throws -> Void
  ) rethrows {
    bytes.append(UInt8(ascii: "{"))
    self.name(name)
    try object(members)
    bytes.append(UInt8(ascii: "}"))
  }

  /// Writes a value of an enumeration to whose case nothing belongs.
  public mutating func enumerated(_ name: StaticString) { enumerated(name) { _ in } }

  /// Writes the name of a member, one that has nothing to be escaped.
  public mutating func name(_ name: StaticString) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  /// Writes the name of a member, any text.
  public mutating func key(_ name: String) {
    if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
    write(name)
    bytes.append(UInt8(ascii: ":"))
  }

  /// Writes a member.
  public mutating func member(_ name: StaticString, _ number: Int) {
    self.name(name)
    write(number)
  }

  /// Writes a member; none of `nil`.
  public mutating func member(_ name: StaticString, ifPresent number: Int?) {
    if let number { member(name, number) }
  }

  /// Writes a member as `Codable` has it; none of `nil`.
  ///
  /// - Throws: What the value throws.
  public mutating func member(_ name: StaticString, ifPresent value: (some Encodable)?) throws {
    guard let value else { return }
    self.name(name)
    try write(encoding: value)
  }

  /// Writes a value as `Codable` has it.
  ///
  /// - Throws: What the value throws.
  public mutating func write(encoding value: some Encodable) throws {
    bytes += try CompactJSON.encode(value)
  }

  mutating func writeNull() { bytes += "null".utf8 }

  /// Writes a truth value.
  public mutating func write(_ truth: Bool) { bytes += truth ? "true".utf8 : "false".utf8 }

  /// Writes a whole number.
  public mutating func write(_ number: Int) {
    guard number >= 0 else {
      bytes += String(number).utf8
      return
    }
    guard number > 9 else {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
      return
    }
    var rest = number
    let first = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[first...].reverse()
  }

  mutating func write(_ number: some BinaryInteger) {
    if let small = Int(exactly: number) { write(small) } else { bytes += String(number).utf8 }
  }

  /// Writes the shortest text that is read back as the same number; a whole one without a fraction.
  public mutating func write(_ number: Double) {
    // Below 2^53 they are written digit by digit; zero may be negative.
    if let whole = Int(exactly: number), whole != 0, abs(whole) < 1 << 53 { return write(whole) }
    write(real: number)
  }

  mutating func write(real number: some BinaryFloatingPoint & LosslessStringConvertible) {
    guard number.isFinite else {
      write(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
      return
    }
    bytes += number.description.utf8
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }

  /// Writes a text.
  public mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
    {
      bytes += text.utf8
    } else {
      for byte in text.utf8 { writeEscaped(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
    case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
    case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
    case 0..<0x20:
      bytes += #"\u00"#.utf8
      if byte < 0x10 { bytes.append(UInt8(ascii: "0")) }
      bytes += String(byte, radix: 16).utf8
    default: bytes.append(byte)
    }
  }
}
