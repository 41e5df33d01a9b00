import Processes
import ProgramSupport
import Testing

@Suite struct StreamChecksumTests {
  /// Values of the reference implementation, xxhsum(1) of xxHash 0.8, seed 0.
  @Test(arguments: [
    ("", "ef46db3751d8e999"), ("a", "d24ec4f1a98c6e5b"), ("abc", "44bc2cf5ad770999"),
    ("xxhash", "32dd38952c4bc720"),
    ("Nobody inspects the spammish repetition", "fbcea83c8a378bf1"),
  ])
  func knownTextsHaveTheirChecksums(text: String, sum: String) {
    var checksum = StreamChecksum()
    checksum.add(Array(text.utf8)[...])
    #expect(checksum.text == sum)
  }

  @Test func howAStreamIsCutDoesNotMatter() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var whole = StreamChecksum()
    whole.add(bytes[...])
    for step in [1, 3, 31, 32, 33, 64, 100, 999] {
      var cut = StreamChecksum()
      var rest = bytes[...]
      while !rest.isEmpty {
        cut.add(rest.prefix(step))
        rest = rest.dropFirst(step)
      }
      #expect(cut.value == whole.value)
    }
  }
}
