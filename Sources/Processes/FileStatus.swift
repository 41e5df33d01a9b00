import Glibc

/// What is at a path: its kind, permissions and size.
public struct FileStatus: Hashable, Sendable {
  /// The kinds that are told apart.
  public enum Kind: Hashable, Sendable {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// A symbolic link.
    case link
    /// A socket, a pipe or a device.
    case other
  }

  /// What it is.
  public let kind: Kind
  /// Its permissions, from 0 to 0o777.
  public let mode: Int
  /// Its size in bytes.
  public let bytes: Int

  /// Looks at a path; a symbolic link is not followed.
  ///
  /// - Parameter path: Must be there.
  /// - Throws: ``SystemError``.
  public init(of path: String) throws(SystemError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw .last("lstat", path) }
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    mode = Int(status.st_mode & 0o777)
    bytes = Int(status.st_size)
  }
}

/// Where a symbolic link leads, as it is written in it.
///
/// - Parameter path: The link.
/// - Returns: A path, absolute or from the link's folder; nothing need be there.
/// - Throws: ``SystemError``.
public func readLink(_ path: String) throws(SystemError) -> String {
  // PATH_MAX is 4096 on Linux: no link is longer.
  var target = [CChar](repeating: 0, count: 4096)
  let count = unsafe readlink(path, &target, target.count)
  guard count >= 0 else { throw .last("readlink", path) }
  return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Makes a symbolic link.
///
/// - Parameters:
///   - path: Where; nothing may be there.
///   - target: Where it leads; nothing need be there.
/// - Throws: ``SystemError``.
public func makeLink(_ path: String, to target: String) throws(SystemError) {
  guard unsafe symlink(target, path) == 0 else { throw .last("symlink", path) }
}
