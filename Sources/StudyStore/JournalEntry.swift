import CompactJSON
public import Coordination
import Dispatch
public import StudyModel
import Synchronization

/// One event with the commands it caused, as the journal keeps it.
public struct JournalEntry: Hashable, Sendable, Codable {
  /// When the event was absorbed.
  public var time: StudyTime
  /// What happened.
  public var event: Event
  /// What it caused.
  public var commands: [Command]

  /// An entry of these parts.
  public init(time: StudyTime, event: Event, commands: [Command]) {
    self.time = time
    self.event = event
    self.commands = commands
  }
}

/// The first line of a journal file.
struct JournalHeader: Hashable, Sendable, Codable {
  /// The version of the format.
  var format = 1
  /// The run, from 1.
  var run: Int
  /// How many bytes of each run before count: what a cut-off coordinator still appends does not.
  var lengths: [Int]
}

/// A line of the journal: a JSON object whose last member is the checksum of all bytes before it.
enum JournalLine {
  private static let mark = Array(#","crc32":""#.utf8)

  static func write(_ value: some Encodable) throws -> [UInt8] {
    line(try CompactJSON.encode(value).dropLast())
  }

  /// The line of an object that lacks its closing brace.
  static func line(_ body: some Collection<UInt8>) -> [UInt8] {
    var line = Array(body)
    end(&line, from: 0)
    return line
  }

  /// Writes the line of an entry behind others.
  static func append(_ entry: JournalEntry, to lines: inout JSONWriter) throws {
    let begin = lines.bytes.count
    try entry.write(to: &lines)
    lines.bytes.removeLast()
    end(&lines.bytes, from: begin)
  }

  private static func end(_ lines: inout [UInt8], from begin: Int) {
    let checksum = crc32(lines[begin...])
    lines += mark
    lines += hexadecimal(checksum)
    lines += "\"}\n".utf8
  }

  /// - Returns: `nil` where the line is not whole.
  static func read(_ line: ArraySlice<UInt8>) -> JournalEntry? {
    // A line with the right checksum that does not decode is of another format: not whole either.
    body(of: line).flatMap { try? CompactJSON.decode(JournalEntry.self, from: $0) }
  }

  /// - Returns: `nil` where the line is not whole.
  static func header(_ line: ArraySlice<UInt8>) -> JournalHeader? {
    body(of: line).flatMap { try? CompactJSON.decode(JournalHeader.self, from: $0) }
  }

  /// The object that a line with the right checksum had before that was added.
  private static func body(of line: ArraySlice<UInt8>) -> [UInt8]? {
    // ,"crc32":"01234567"}
    let tail = mark.count + 10
    guard line.count > tail else { return nil }
    let body = line.dropLast(tail)
    let rest = line.suffix(tail)
    guard rest.starts(with: mark),
      rest.dropFirst(mark.count).prefix(8).elementsEqual(hexadecimal(crc32(body)))
    else { return nil }
    return body + [UInt8(ascii: "}")]
  }

  /// Reads many lines, on as many cores as there are.
  ///
  /// - Returns: For each line what it holds; `nil` where it is not whole.
  static func readAll(_ lines: [ArraySlice<UInt8>]) -> [JournalEntry?] {
    let part = 256
    guard lines.count > part else { return lines.map { read($0) } }
    let parts = (lines.count + part - 1) / part
    let results = Mutex([[JournalEntry?]](repeating: [], count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { index in
      let values = lines[index * part..<min(lines.count, (index + 1) * part)].map {
        read($0)
      }
      results.withLock { $0[index] = values }
    }
    return results.withLock { $0.flatMap(\.self) }
  }

  /// The checksum that a line ends with, without its newline; it is not compared with the line.
  static func checksum(at end: ArraySlice<UInt8>) -> String? {
    let digits = end.suffix(10).dropLast(2)
    return digits.count == 8 ? String(decoding: digits, as: UTF8.self) : nil
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// Eight hexadecimal digits.
  private static func hexadecimal(_ number: UInt32) -> [UInt8] {
    (0..<8).map { digits[Int(number >> UInt32(28 - 4 * $0) & 15)] }
  }
}
