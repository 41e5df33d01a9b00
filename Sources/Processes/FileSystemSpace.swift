import Glibc

/// The room of the file system that a path is on.
public struct FileSystemSpace: Hashable, Sendable {
  /// All of it, in bytes.
  public let bytes: Int
  /// What this user may still fill, in bytes; quotas do not show here.
  public let freeBytes: Int

  /// Asks the file system. Source: statvfs(3).
  ///
  /// - Parameter path: Must be there.
  /// - Throws: ``SystemError``.
  public init(of path: String) throws(SystemError) {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { throw .last("statvfs", path) }
    bytes = Int(status.f_blocks) * Int(status.f_frsize)
    freeBytes = Int(status.f_bavail) * Int(status.f_frsize)
  }
}
