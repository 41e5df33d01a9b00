/// JSON that is being written, and the containers that are still open in it.
///
/// A container of Swift's `Encoder` never says that it is done: it is when something is written to one
/// around it.
struct JSONText {
  var bytes: [UInt8] = []
  private var open: [Opened] = []
  private var opened = 0
  /// Whether a container was written to that had ended.
  private(set) var isInDisorder = false

  private struct Opened {
    let number: Int
    let end: UInt8
    var count = 0
  }

  /// A container.
  struct Place {
    /// How many containers are open down to this one, which is the last of them.
    let depth: Int
    /// Its number, which no other has.
    let number: Int
  }

  /// Opens a container, or goes on with the one that a value has opened before.
  ///
  /// - Parameters:
  ///   - begin: `{` or `[`.
  ///   - end: The other half.
  ///   - depth: How many containers are open around the value.
  /// - Returns: The container.
  mutating func enter(_ begin: UInt8, _ end: UInt8, within depth: Int) -> Place {
    if open.count > depth, open[depth].end == end {
      close(to: depth + 1)
      return Place(depth: depth + 1, number: open[depth].number)
    }
    if open.count != depth { isInDisorder = true }
    opened += 1
    bytes.append(begin)
    open.append(Opened(number: opened, end: end))
    return Place(depth: open.count, number: opened)
  }

  /// Ends the containers that lie deeper.
  mutating func close(to depth: Int) {
    while open.count > depth { bytes.append(open.removeLast().end) }
  }

  /// How many elements a container has.
  func count(of place: Place) -> Int {
    open.count >= place.depth && open[place.depth - 1].number == place.number
      ? open[place.depth - 1].count : 0
  }

  /// Begins another element of a container.
  mutating func begin(in place: Place) {
    close(to: place.depth)
    guard open.count == place.depth, open[place.depth - 1].number == place.number else {
      isInDisorder = true
      return
    }
    if open[place.depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
    open[place.depth - 1].count += 1
  }

  /// Begins another member of an object.
  mutating func begin(_ key: some CodingKey, in place: Place) {
    begin(in: place)
    write(key.stringValue)
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func writeNull() { bytes += "null".utf8 }

  mutating func write(_ truth: Bool) { bytes += truth ? "true".utf8 : "false".utf8 }

  mutating func write(_ number: some BinaryInteger) {
    guard let small = Int(exactly: number), small >= 0 else {
      bytes += String(number).utf8
      return
    }
    var rest = small
    let first = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[first...].reverse()
  }

  /// Writes the shortest text that is read back as the same number; a whole one without a fraction.
  mutating func write(_ number: some BinaryFloatingPoint & LosslessStringConvertible) {
    guard number.isFinite else {
      write(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
      return
    }
    bytes += number.description.utf8
    if bytes.suffix(2).elementsEqual(".0".utf8) { bytes.removeLast(2) }
  }

  mutating func write(_ text: String) {
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
