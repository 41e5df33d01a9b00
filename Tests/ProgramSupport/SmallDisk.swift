import Processes

/// A file system of one mebibyte, to be filled; making one takes root.
public final class SmallDisk {
  /// Where it is mounted.
  public let path: String

  /// Makes and mounts one.
  ///
  /// - Throws: `SystemError`, or ``Missing`` where it cannot be mounted.
  public init() throws {
    path = try makeTemporaryFolder("/tmp/rung-small-")
    try Self.command("mount", "-t", "tmpfs", "-o", "size=1m", "rung-test", path)
  }

  deinit {
    // A mount that stays is seen in the list of mounts; a test's end cannot throw.
    _ = try? runCommand(["umount", "--lazy", path])
    removeAll(path)
  }

  /// The path of something on it.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Leaves so many bytes free, in whole pages.
  ///
  /// - Parameter bytes: At most what is free.
  /// - Throws: ``Missing``.
  public func fill(leaving bytes: Int) throws {
    try Self.command(
      "/bin/sh", "-c",
      "dd if=/dev/zero of='\(file("filler"))' bs=4096 2>/dev/null; "
        + "truncate -s -\((bytes + 4095) / 4096 * 4096) '\(file("filler"))'")
  }

  /// Frees all that ``fill(leaving:)`` took.
  public func makeRoom() { removeAll(file("filler")) }

  private static func command(_ arguments: String...) throws {
    let result = try runCommand(arguments)
    guard result.status == 0 else {
      throw Missing(description: String(decoding: result.errors, as: UTF8.self))
    }
  }
}
