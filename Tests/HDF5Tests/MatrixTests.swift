import HDF5
import Testing

@Suite struct MatrixTests {
  private static let options = StorageOptions(isShuffled: true, deflateLevel: 4)

  @Test(arguments: [(1, 1), (3, 5), (100, 7), (1000, 1)], [(1, 1), (4, 2), (64, 8)])
  func rowsAreReadAsTheyWereWrittenInPieces(
    shape: (rows: Int, columns: Int), chunk: (rows: Int, columns: Int)
  ) throws {
    let folder = TemporaryFolder()
    let values = (0..<shape.rows * shape.columns).map { Double($0) / 3 }
    do {
      let file = try File(creating: folder.file("a.h5"))
      let matrix = try file.root.createMatrix(
        "m", rows: shape.rows, columns: shape.columns, chunk: chunk, options: Self.options)
      // Pieces that end within chunks, the last first.
      let cut = shape.rows / 3
      try matrix.write(Array(values[(cut * shape.columns)...]), atRow: cut)
      try matrix.write(Array(values[..<(cut * shape.columns)]), atRow: 0)
      try matrix.close()
      try file.close()
    }
    let file = try File(reading: folder.file("a.h5"))
    let matrix = try file.root.openMatrix("m")
    #expect(matrix.rows == shape.rows && matrix.columns == shape.columns)
    #expect(matrix.chunk.rows == min(chunk.rows, shape.rows))
    #expect(matrix.chunk.columns == min(chunk.columns, shape.columns))
    #expect(try matrix.read(rows: 0..<shape.rows, columns: 0..<shape.columns) == values)
    let last = shape.columns - 1
    #expect(
      try matrix.read(rows: 0..<shape.rows, columns: last..<shape.columns)
        == (0..<shape.rows).map { values[$0 * shape.columns + last] })
    #expect(try matrix.read(rows: 0..<0, columns: 0..<1) == [])
  }

  @Test func whatWasNeverWrittenIsNaN() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let matrix = try file.root.createMatrix(
      "m", rows: 10, columns: 3, chunk: (4, 2), options: Self.options)
    try matrix.write([1, 2, 3], atRow: 5)
    let read = try matrix.read(rows: 4..<7, columns: 0..<3)
    #expect(read[..<3].allSatisfy(\.isNaN) && read[6...].allSatisfy(\.isNaN))
    #expect(read[3..<6] == [1, 2, 3])
  }

  @Test func whatIsOutsideIsRefused() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let matrix = try file.root.createMatrix("m", rows: 2, columns: 2, chunk: (2, 2))
    #expect(throws: H5Error.self) { try matrix.write([1, 2], atRow: 2) }
    #expect(throws: H5Error.self) { _ = try matrix.read(rows: 0..<3, columns: 0..<1) }
    #expect(throws: H5Error.self) { _ = try matrix.read(rows: 0..<1, columns: 1..<3) }
    try file.root.writeColumn("c", [1.0]).close()
    try file.root.writeColumn("t", ["a"]).close()
    #expect(throws: H5Error.self) { _ = try file.root.openMatrix("c") }
    #expect(throws: H5Error.self) { _ = try file.root.openMatrix("t") }
    #expect(throws: H5Error.self) { _ = try file.root.openDataset("m") }
  }

  @Test func columnsAreWrittenInPieces() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let reals = try file.root.createReals("r", count: 5, options: Self.options)
    try reals.write([4.0, 5], atRow: 3)
    try reals.write([1.0, 2, 3], atRow: 0)
    try reals.close()
    let integers = try file.root.createIntegers("i", count: 3)
    try integers.write([Int64.min, .max], atRow: 1)
    #expect(throws: H5Error.self) { try integers.write([Int64(1), 2], atRow: 2) }
    try integers.close()
    let texts = try file.root.createTexts("t", count: 6, bytes: 4)
    try texts.write(["abcd", "abcdef", "üöäx", "abcü", "a\0b", ""], atRow: 0)
    try texts.close()
    try file.close()
    let read = try File(reading: folder.file("a.h5"))
    #expect(try read.root.readColumn("r", as: Double.self) == [1, 2, 3, 4, 5])
    #expect(try read.root.readColumn("i", as: Int64.self) == [0, .min, .max])
    // Cut between characters, and at a zero byte.
    #expect(
      try read.root.readColumn("t", as: String.self) == ["abcd", "abcd", "üö", "abc", "a", ""])
  }
}
