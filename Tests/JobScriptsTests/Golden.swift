import Foundation
import Testing

/// Compares `text` with the file at `path` below the package's folder, byte for byte.
///
/// With `RECORD_GOLDENS=1` in the environment it writes the file instead, and fails.
func expectGolden(
  _ text: String, at path: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: packagePath(path))
  if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    Issue.record("recorded \(path); look at it, then test again", sourceLocation: sourceLocation)
    return
  }
  let expected = try #require(
    try? Data(contentsOf: file), "no \(path); record it with RECORD_GOLDENS=1 swift test",
    sourceLocation: sourceLocation)
  #expect(
    text == String(decoding: expected, as: UTF8.self) && Data(text.utf8) == expected,
    "differs from \(path); if it should, record it with RECORD_GOLDENS=1 swift test",
    sourceLocation: sourceLocation)
}

/// The absolute path of a file below the package's folder.
func packagePath(_ path: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: path).path()
}
