import HDF5
import Testing

@Suite struct DamageTests {
  /// Finds the one place where `needle` lies in a file and flips the lowest bit of its first byte.
  private func flipBit(in path: String, at needle: [UInt8]) throws {
    var bytes = contents(of: path)
    let places = bytes.indices.dropLast(needle.count).filter {
      bytes[$0] == needle[0] && bytes[$0..<$0 + needle.count].elementsEqual(needle)
    }
    try #require(places.count == 1)
    bytes[places[0]] ^= 1
    write(bytes, to: path)
  }

  @Test(arguments: [File.Format.checked, .oldest])
  func aDamagedChunkIsNamed(format: File.Format) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    let file = try File(creating: path, format: format)
    let trials = try file.root.createGroup("trials")
    let values = (0..<1000).map { Int64($0) * 0x0123_4567_89ab }
    try trials.writeColumn("loss", values, options: StorageOptions(chunkBytes: 800)).close()
    try trials.close()
    try file.close()
    try flipBit(in: path, at: unsafe withUnsafeBytes(of: values[345]) { unsafe Array($0) })

    let damaged = try File(reading: path)
    let error = #expect(throws: H5Error.self) {
      try damaged.root.readColumn("trials/loss", as: Int64.self)
    }
    #expect(
      error?.description == """
        H5Dread failed on '/trials/loss' in '\(path)': chunk 3 (elements 300..<400) is damaged: \
        data error detected by Fletcher32 checksum
        """)
  }

  /// Whatever bit of a file is flipped, nothing is read that was not written.
  @Test func noFlippedBitGoesUnnoticed() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    let group = try file.root.createGroup("trials")
    try group.setAttribute("version", to: 3)
    try group.writeColumn("loss", (0..<500).map(Double.init), options: .init(chunkBytes: 800))
      .close()
    try group.writeColumn("name", ["sgd", "adam"]).close()
    try file.close()
    let bytes = contents(of: path)
    for place in stride(from: 0, to: bytes.count, by: 29) {
      var damaged = bytes
      damaged[place] ^= 1 << UInt8(place % 8)
      write(damaged, to: path)
      do {
        #expect(try readTrials(path) == "3 \((0..<500).map(Double.init)) sgd adam", "byte \(place)")
      } catch let error as H5Error {
        #expect(!error.cause.isEmpty)
      }
    }
  }

  private func readTrials(_ path: String) throws -> String {
    let file = try File(reading: path)
    let group = try file.root.openGroup("trials")
    guard case .integer(let version) = try group.attribute("version") else { return "" }
    let loss = try group.readColumn("loss", as: Double.self)
    let names = try group.readColumn("name", as: String.self)
    return "\(version) \(loss) \(names.joined(separator: " "))"
  }

  @Test func undamagedPiecesOfADamagedDatasetAreRead() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    let bytes = try file.root.createBytes(
      "data", count: 10_000, options: StorageOptions(chunkBytes: 1000))
    try bytes.write(Array("needle".utf8), at: 4500)
    try bytes.write([1], at: 9000)
    try file.close()
    try flipBit(in: path, at: Array("needle".utf8))

    let reading = try File(reading: path)
    let damaged = try reading.root.openDataset("data")
    #expect(try damaged.read(4000, at: 0).allSatisfy { $0 == 0 })
    #expect(try damaged.read(2, at: 9000) == [1, 0])
    let error = #expect(throws: H5Error.self) { try damaged.read(5000, at: 2000) }
    #expect(error?.cause.hasPrefix("chunk 4 (elements 4000..<5000) is damaged") == true)
  }

  @Test func damagedTextIsNoticedInEitherForm() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    try file.root.writeColumn("short", ["sgd", "needle"]).close()
    let long = (0..<100).map { $0 == 50 ? String(repeating: "x", count: 1_000_000) : "t\($0)" }
    try file.root.writeColumn("long", long + ["thimble"]).close()
    try file.close()
    try flipBit(in: path, at: Array("needle".utf8))
    try flipBit(in: path, at: Array("thimble".utf8))

    let damaged = try File(reading: path)
    #expect(throws: H5Error.self) { try damaged.root.readColumn("short", as: String.self) }
    let error = #expect(throws: H5Error.self) {
      try damaged.root.readColumn("long", as: String.self)
    }
    #expect(error?.cause == "its text differs from its checksum")
  }
}
