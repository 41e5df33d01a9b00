public import Coordination
import FoundationEssentials
public import StudyModel

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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let body = try encoder.encode(value).dropLast()
    return Array(body) + mark + hexadecimal(crc32(body)) + Array("\"}\n".utf8)
  }

  /// - Returns: `nil` where the line is not whole.
  static func read<Value: Decodable>(_ type: Value.Type, _ line: ArraySlice<UInt8>) -> Value? {
    // ,"crc32":"01234567"}
    let tail = mark.count + 10
    guard line.count > tail else { return nil }
    let body = line.dropLast(tail)
    let rest = line.suffix(tail)
    guard rest.starts(with: mark),
      rest.dropFirst(mark.count).prefix(8).elementsEqual(hexadecimal(crc32(body)))
    else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // A line with the right checksum that does not decode is of another format: not whole either.
    return try? decoder.decode(type, from: Data(body + [UInt8(ascii: "}")]))
  }

  private static func hexadecimal(_ number: UInt32) -> [UInt8] {
    let digits = String(number, radix: 16)
    return Array((String(repeating: "0", count: 8 - digits.count) + digits).utf8)
  }
}
