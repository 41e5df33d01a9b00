import HDF5
import Testing

@Suite struct FileTests {
  @Test(arguments: [File.Format.checked, .oldest])
  func aFileIsReadAsItWasWritten(format: File.Format) throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"), format: format)
    let trials = try file.root.createGroup("trials")
    try trials.writeColumn("loss", [0.5, .infinity, -0.0]).close()
    try trials.close()
    try file.flush()
    try file.close()

    let again = try File(reading: folder.file("a.h5"))
    #expect(try again.root.children() == ["trials"])
    #expect(try again.root.readColumn("trials/loss") == [0.5, Double.infinity, -0.0])
  }

  @Test func anExistingFileIsRefusedUnlessItIsToBeReplaced() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    try File(creating: path).close()
    let error = #expect(throws: H5Error.self) { try File(creating: path).close() }
    #expect(error?.function == "H5Fcreate")
    #expect(error?.cause.contains("File exists") == true)
    try File(creating: path, existing: .replace).close()
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: H5Error.self) { try File(reading: "/tmp/no/such.h5").close() }
    #expect(
      error?.description == """
        H5Fopen failed on '/' in '/tmp/no/such.h5': unable to open file: name = \
        '/tmp/no/such.h5', errno = 2, error message = 'No such file or directory', flags = 0, \
        o_flags = 0
        """)
  }

  @Test func whatIsNoHDF5FileIsRefused() {
    let folder = TemporaryFolder()
    write(Array("learning_rate: 0.1".utf8), to: folder.file("a.h5"))
    let error = #expect(throws: H5Error.self) { try File(reading: folder.file("a.h5")).close() }
    #expect(error?.cause == "file signature not found")
  }

  @Test func aFileThatWasCutShortIsRefused() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.h5")
    let file = try File(creating: path)
    try file.root.writeColumn("x", [Double](repeating: 1, count: 10_000)).close()
    try file.close()
    write(contents(of: path).dropLast(100), to: path)
    let error = #expect(throws: H5Error.self) { try File(reading: path).close() }
    #expect(error?.cause.contains("truncated file") == true)
  }

  @Test func aFileThatWasNotClosedIsRefused() throws {
    let folder = TemporaryFolder()
    func abandon(_ path: String) throws {
      let file = try File(creating: path)
      try file.root.writeColumn("x", [1.0]).close()
    }
    try abandon(folder.file("a.h5"))
    let error = #expect(throws: H5Error.self) { try File(reading: folder.file("a.h5")).close() }
    #expect(error?.cause.hasPrefix("the file was not closed by its writer") == true)
  }

  /// The bytes that are in the file while it is open are those that a killed writer leaves.
  @Test(arguments: [false, true], [File.Format.checked, .oldest])
  func aFileOfAKilledWriterIsRefused(isFlushed: Bool, format: File.Format) throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"), format: format)
    let values = [Double](repeating: 1, count: 1 << 20)
    for name in ["x", "y", "z"] { try file.root.writeColumn(name, values).close() }
    if isFlushed { try file.flush() }
    write(contents(of: folder.file("a.h5")), to: folder.file("left.h5"))
    try file.close()
    try File(reading: folder.file("a.h5")).close()
    let error = #expect(throws: H5Error.self) {
      try File(reading: folder.file("left.h5")).close()
    }
    #expect(error?.cause.hasPrefix("the file was not closed by its writer") == true)
  }

  @Test func aFileOutlivesNothingAfterItIsClosed() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let group = try file.root.createGroup("g")
    try file.close()
    #expect(throws: H5Error.self) { try group.setAttribute("late", to: 1) }
    let again = try File(reading: folder.file("a.h5"))
    #expect(try again.root.openGroup("g").attributeNames() == [])
  }

  @Test func aFullDiskIsReported() {
    let error = #expect(throws: H5Error.self) {
      try File(creating: "/dev/full", existing: .replace).close()
    }
    #expect(error?.cause.contains("No space left on device") == true)
  }

  @Test func aNameWithAZeroByteIsRefused() {
    #expect(throws: H5Error.self) { try File(creating: "/tmp/a\0b").close() }
  }
}
