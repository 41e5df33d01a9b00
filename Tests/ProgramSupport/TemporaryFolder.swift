import Processes

/// A folder that is removed, with all it holds, at the end of a test.
public final class TemporaryFolder {
  /// Its path.
  public let path: String

  /// Makes a folder below `/tmp`, short enough for a socket in it.
  ///
  /// - Throws: `SystemError`.
  public init() throws { path = try makeTemporaryFolder("/tmp/rung-test-") }

  deinit { removeAll(path) }

  /// The path of something in the folder.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a text into a file of the folder.
  ///
  /// - Parameters:
  ///   - name: The file.
  ///   - text: Its whole content.
  /// - Returns: Its path.
  /// - Throws: `SystemError`.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try writeFile(file(name), Array(text.utf8))
    return file(name)
  }

  /// The whole content of a file of the folder as text.
  ///
  /// - Parameter name: The file.
  /// - Returns: Its text.
  /// - Throws: `SystemError`.
  public func read(_ name: String) throws -> String {
    String(decoding: try readFile(file(name)), as: UTF8.self)
  }
}
