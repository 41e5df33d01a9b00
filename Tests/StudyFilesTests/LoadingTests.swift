import Foundation
import StudyFiles
import Testing

@Suite struct LoadingTests {
  private func load(_ bytes: [UInt8], as name: String = "s.yaml") throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "rung-files-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(bytes).write(to: file)
    return mistakes { () throws(StudyFileError) in _ = try loadStudy(file.path) }
  }

  private func mistakes(_ body: () throws(StudyFileError) -> Void) -> [String] {
    do throws(StudyFileError) {
      try body()
      return []
    } catch {
      return error.mistakes.map { "\($0.line): \($0.message)" }
    }
  }

  @Test func aStudyIsNamedAfterItsFile() throws {
    #expect(try load(Array(StudyParts("name").text.utf8), as: "digits.yaml").isEmpty)
    #expect(try load(Array(StudyParts().text.utf8), as: "100% di%20gits.yaml").isEmpty)
  }

  @Test func bytesThatAreNotUTF8AreRefusedWithTheirLine() throws {
    let bytes = Array("name: a\nmetric: ".utf8) + [0xE9] + Array("\nstop: 1".utf8)
    #expect(try load(bytes) == ["2: this line is not UTF-8; save the file as UTF-8"])
    #expect(
      try load(Array("name: a\r".utf8) + [0xFF]) == [
        "1: this line is not UTF-8; save the file as UTF-8"
      ])
  }

  @Test func aLargeFileIsNotRead() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 + 1)
    #expect(try load(bytes) == ["0: the file has more than 1 MiB; write a shorter one"])
  }

  @Test func aMissingFileAndAFolderAreNamed() {
    let missing = mistakes { () throws(StudyFileError) in _ = try loadSite("/nowhere/s.yaml") }
    #expect(missing == ["0: there is no such file; check its path"])
    let folder = mistakes { () throws(StudyFileError) in _ = try loadStudy("/tmp") }
    #expect(folder == ["0: this is no regular file; name a YAML file"])
    let device = mistakes { () throws(StudyFileError) in _ = try loadStudy("/dev/zero") }
    #expect(device == ["0: this is no regular file; name a YAML file"])
  }
}
