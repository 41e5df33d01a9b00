import Processes
import ProgramSupport
import Testing

@Suite struct SharedFolderTests {
  @Test func aFolderGoesWithTheLastOfThoseWhoHoldIt() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      try makeFolder(folder.file(name))
      _ = try folder.write("\(name)/file", "content")
    }
    let first = try SharedFolder(placing: folder.file("a"), at: folder.file("shared"))
    let second = try SharedFolder(placing: folder.file("b"), at: folder.file("shared"))
    #expect(namesInFolder(folder.path) == ["shared", "shared.lock"])
    first.release()
    #expect(try folder.read("shared/file") == "content")
    second.release()
    #expect(namesInFolder(folder.path).isEmpty)
  }

  @Test func whatIsNotOurOwnIsNotTakenForIt() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "shared"] {
      try makeFolder(folder.file(name))
      _ = try folder.write("\(name)/file", name)
    }
    try setMode(folder.file("shared"), 0o755)
    let error = #expect(throws: SystemError.self) {
      try SharedFolder(placing: folder.file("a"), at: folder.file("shared"))
    }
    #expect(error?.description == "rename '\(folder.file("shared"))': File exists")
  }

  @Test func whatNobodyHoldsAnyMoreIsRemoved() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "x-left", "y-left"] {
      try makeFolder(folder.file(name))
      _ = try folder.write("\(name)/file", name)
    }
    for name in ["x-left.lock", "y-left.lock"] { _ = try folder.write(name, "") }
    let held = try SharedFolder(placing: folder.file("a"), at: folder.file("x-held"))
    SharedFolder.removeAbandoned(in: folder.path, prefix: "x-")
    #expect(namesInFolder(folder.path) == ["x-held", "x-held.lock", "y-left", "y-left.lock"])
    held.release()
  }
}
