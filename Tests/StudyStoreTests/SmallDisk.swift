import Processes
import ProgramSupport

/// A file system of one mebibyte, to be filled; making one takes root.
final class SmallDisk {
  let path: String

  init() throws {
    path = try makeTemporaryFolder("/tmp/rung-small-")
    try Self.command("mount", "-t", "tmpfs", "-o", "size=1m", "rung-test", path)
  }

  deinit {
    // A mount that stays is seen in the list of mounts; a test's end cannot throw.
    _ = try? runCommand(["umount", "--lazy", path])
    removeAll(path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Leaves so many bytes free, in whole pages.
  func fill(leaving bytes: Int) throws {
    try Self.command(
      "/bin/sh", "-c",
      "dd if=/dev/zero of='\(file("filler"))' bs=4096 2>/dev/null; "
        + "truncate -s -\((bytes + 4095) / 4096 * 4096) '\(file("filler"))'")
  }

  func makeRoom() { removeAll(file("filler")) }

  private static func command(_ arguments: String...) throws {
    let result = try runCommand(arguments)
    guard result.status == 0 else {
      throw Missing(description: String(decoding: result.errors, as: UTF8.self))
    }
  }
}
