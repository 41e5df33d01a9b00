import HDF5
import Testing

@Suite struct ByteTests {
  /// Bytes that depend on their offset, so that a shift is seen.
  private func pattern(_ range: Range<Int>) -> [UInt8] {
    range.map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 16) }
  }

  @Test(arguments: [1, 4096, 70_000])
  func piecesOfAnyLengthMakeAWhole(piece: Int) throws {
    let folder = TemporaryFolder()
    let total = piece == 1 ? 3000 : 300_001
    let file = try File(creating: folder.file("a.h5"))
    let bytes = try file.root.createBytes(
      "data", count: total, options: StorageOptions(chunkBytes: 4096))
    for start in stride(from: 0, to: total, by: piece) {
      try bytes.write(pattern(start..<min(total, start + piece)), at: start)
    }
    try bytes.close()
    try file.close()

    let reading = try File(reading: folder.file("a.h5"))
    let again = try reading.root.openDataset("data")
    #expect(again.count == total)
    #expect(try again.read(total, at: 0) == pattern(0..<total))
    #expect(try again.read(2000, at: 777) == pattern(777..<2777))
    #expect(try again.read(0, at: total) == [])
    let error = #expect(throws: H5Error.self) { try again.read(2, at: total - 1) }
    #expect(error?.cause.hasSuffix("were asked for, but there are only \(total)") == true)
  }

  @Test func whatIsNeverWrittenReadsAsZeros() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let bytes = try file.root.createBytes("data", count: 8 << 30)
    try bytes.write([7], at: (8 << 30) - 1)
    #expect(try bytes.read(3, at: (8 << 30) - 3) == [0, 0, 7])
    #expect(try bytes.read(3, at: 5 << 30) == [0, 0, 0])
    try file.close()
    #expect(contents(of: folder.file("a.h5")).count < 4 << 20)
  }

  @Test func noBytesAtAllAreFine() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let bytes = try file.root.createBytes("data", count: 0)
    try bytes.write([], at: 0)
    #expect(try bytes.read(0, at: 0) == [])
    try file.close()
  }
}
