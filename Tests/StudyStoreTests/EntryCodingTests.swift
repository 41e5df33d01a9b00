import CompactJSON
import Coordination
import StudyModel
import TestSupport
import Testing

@testable import StudyStore

/// What entries write and read directly is what `Codable` writes and reads.
@Suite struct EntryCodingTests {
  private static let entries =
    everyEvent.map { JournalEntry(time: StudyTime(microseconds: 7), event: $0, commands: []) }
    + everyCommand.map { JournalEntry(time: .zero, event: .deadlinePassed, commands: [$0, $0]) }

  /// By `Codable`, since nothing is known here of the value but that it is `Encodable`.
  private func codable(_ value: some Encodable) throws -> [UInt8] { try CompactJSON.encode(value) }

  private func codable<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
    try CompactJSON.decode(type, from: bytes)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func whatIsWrittenIsTheSameByteForByte() throws {
    for entry in Self.entries {
      let bytes = try CompactJSON.encode(entry)
      #expect(try text(bytes) == text(codable(entry)))
      #expect(try CompactJSON.decode(JournalEntry.self, from: bytes) == entry)
      #expect(try codable(JournalEntry.self, bytes) == entry)
    }
  }

  @Test func numbersAreWrittenAlike() throws {
    for number in [
      0, -0.0, 1, -1, 0.5, 1e15, 9_007_199_254_740_991, 9_007_199_254_740_992, -9e15, 1e16, 1e300,
      1e-7, .nan, .infinity, -.infinity,
    ] {
      let report = Report(
        leg: LegID(TrialID(0), attempt: 1), epoch: -12, values: [.init("ä\n\"", number)],
        isAnswerable: false)
      let entry = JournalEntry(time: .zero, event: .reported(report), commands: [])
      #expect(try text(CompactJSON.encode(entry)) == text(codable(entry)))
    }
  }

  /// An entry whose text was changed in one of its members, so that it may be none any more.
  private func changed(_ entry: JournalEntry, _ draw: inout SeededGenerator) throws -> String {
    var members = text(try CompactJSON.encode(entry)).split(
      separator: ",", omittingEmptySubsequences: false
    ).map(String.init)
    let place = Int.random(in: 0..<members.count, using: &draw)
    let other = Int.random(in: 0..<members.count, using: &draw)
    switch Int.random(in: 0..<6, using: &draw) {
    case 0: members.insert(members[place], at: other)
    case 1: members.remove(at: place)
    case 2: members.swapAt(place, other)
    case 3:
      members[place] = members[place].replacing("\"leg\"", with: #""l\u0065g""#)
        .replacing("\"event\"", with: #""ev\u0065nt""#)
    default:
      guard let colon = members[place].lastIndex(of: ":") else { break }
      let end = members[place].lastIndex { !"]}".contains($0) } ?? colon
      let value =
        ["null", "1", "2.0", "1e3", "0.5", "\"NaN\"", "true", "[]", "{}"]
        .randomElement(using: &draw) ?? ""
      guard colon < end else { break }
      members[place].replaceSubrange(members[place].index(after: colon)...end, with: value)
    }
    return members.joined(separator: ",")
  }

  @Test(arguments: seeds(60, from: 4000)) func whatIsReadIsTheSameOfChangedEntries(seed: UInt64)
    throws
  {
    var draw = SeededGenerator(seed)
    for entry in Self.entries {
      let changed = try changed(entry, &draw)
      let direct = try? CompactJSON.decode(JournalEntry.self, from: changed.utf8)
      let other = try? codable(JournalEntry.self, Array(changed.utf8))
      #expect((direct == nil) == (other == nil), "\(changed)")
      // As texts: what is not a number is not equal to itself.
      if let direct, let other {
        #expect(try codable(direct) == codable(other), "\(changed)")
      }
    }
  }
}
