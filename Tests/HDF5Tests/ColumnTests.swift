import HDF5
import Testing

@Suite struct ColumnTests {
  static let layouts: [StorageOptions] = [
    StorageOptions(), StorageOptions(chunkBytes: 1),
    StorageOptions(chunkBytes: 100, isShuffled: true, deflateLevel: 6),
  ]

  private func roundTrip<Element: ColumnElement>(
    _ values: [Element], _ options: StorageOptions
  ) throws -> [Element] {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let column = try file.root.writeColumn("c", values, options: options)
    #expect(column.count == values.count)
    try file.close()
    return try File(reading: folder.file("a.h5")).root.readColumn("c")
  }

  @Test(arguments: layouts, [0, 1, 1000])
  func columnsAreReadAsTheyWereWritten(options: StorageOptions, count: Int) throws {
    let numbers = (0..<count).map { Double($0) / 7 }
    #expect(try roundTrip(numbers, options) == numbers)
    let integers = (0..<count).map { Int64.min + Int64($0) }
    #expect(try roundTrip(integers, options) == integers)
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(try roundTrip(bytes, options) == bytes)
    let flags = (0..<count).map { [true, false, nil][$0 % 3] }
    #expect(try roundTrip(flags, options) == flags)
    let texts = (0..<count).map { String(repeating: "ü", count: $0 % 5) + " " }
    #expect(try roundTrip(texts, options) == texts)
  }

  @Test func bitsOfNotANumberSurvive() throws {
    let strange = Double(nan: 0x123, signaling: false)
    let read = try roundTrip([strange], StorageOptions())
    #expect(read.map(\.bitPattern) == [strange.bitPattern])
  }

  @Test func longTextOfDifferingLengthIsStoredToo() throws {
    let texts = (0..<100).map { $0 == 50 ? String(repeating: "xyz", count: 700_000) : "\($0)" }
    #expect(try roundTrip(texts, StorageOptions()) == texts)
  }

  @Test func aTextWithAZeroByteIsRefused() throws {
    #expect(throws: H5Error.self) { try roundTrip(["a\0b"], StorageOptions()) }
  }

  @Test func aColumnOfAnotherTypeIsRefused() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    try file.root.writeColumn("c", [1.5]).close()
    let error = #expect(throws: H5Error.self) { try file.root.readColumn("c", as: Int64.self) }
    #expect(
      error?.cause == "it holds 64-bit floating-point numbers, not 64-bit signed integers")
    #expect(throws: H5Error.self) { try file.root.readColumn("c", as: String.self) }
    #expect(throws: H5Error.self) { try file.root.readColumn("c", as: UInt8.self) }
    #expect(throws: H5Error.self) { try file.root.readColumn("c", as: Bool?.self) }
    #expect(throws: H5Error.self) { try file.root.openDataset("c").read(1, at: 0) }
    try file.root.writeColumn("b", [UInt8(255)]).close()
    #expect(try file.root.readColumn("b", as: Int64.self) == [255])
    try file.close()
  }
}
