@testable import StudyStore

/// Lines of a journal as bytes.
enum JournalText {
  /// A line of this body, which lacks its closing brace, with its checksum.
  static func line(_ body: [UInt8]) -> [UInt8] {
    let digits = String(crc32(body), radix: 16)
    let sum = String(repeating: "0", count: 8 - digits.count) + digits
    return body + Array(#","crc32":"\#(sum)"}"#.utf8) + [UInt8(ascii: "\n")]
  }
}
