internal import CProcesses
import Glibc

/// A folder that several processes of this user on one host hold together, and that goes with the last
/// of them.
///
/// A file beside it carries a lock, which the kernel takes away from whoever ends, however it ends.
/// Source: flock(2).
public final class SharedFolder {
  /// The folder.
  public let path: String
  private let lock: Descriptor

  private static func lockPath(_ path: String) -> String { path + ".lock" }

  /// Puts a folder in place under its shared name, unless another process has put an equal one there:
  /// then this one is removed.
  ///
  /// - Parameters:
  ///   - folder: What holds the content.
  ///   - path: The shared name, on the same file system.
  /// - Throws: ``SystemError``, also where something of another user's has the name.
  public init(placing folder: String, at path: String) throws(SystemError) {
    self.path = path
    lock = try Self.hold(Self.lockPath(path))
    guard unsafe rename(folder, path) != 0 else { return }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw .last("rename", folder) }
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_uid == geteuid(),
      status.st_mode & S_IFMT == S_IFDIR, status.st_mode & 0o777 == 0o700
    else { throw SystemError("rename", path, code: EEXIST) }
    removeAll(folder)
  }

  /// Holds the lock, of whose file somebody may just have removed the name.
  private static func hold(_ path: String) throws(SystemError) -> Descriptor {
    while true {
      let file = try Descriptor(opening: path, flags: O_RDWR | O_CREAT | O_NOFOLLOW)
      guard cprocesses_lock(file.number, 0, 1) == 0 else {
        if errno == EINTR { continue }
        throw .last("flock", path)
      }
      var (here, named) = (stat(), stat())
      guard unsafe fstat(file.number, &here) == 0, here.st_uid == geteuid() else {
        throw SystemError("open", path, code: EEXIST)
      }
      if unsafe stat(path, &named) == 0,
        here.st_ino == named.st_ino, here.st_dev == named.st_dev
      {
        return file
      }
    }
  }

  /// Lets go of the folder, and removes it where nobody else holds it.
  public func release() {
    // Given back first: of two that let go at once, neither is then in the other's way.
    guard cprocesses_unlock(lock.number) == 0, cprocesses_lock(lock.number, 1, 0) == 0 else {
      return
    }
    removeAll(path)
    removeAll(Self.lockPath(path))
  }

  /// Removes the shared folders of this user that nobody holds any more: those of processes that were all
  /// killed at once.
  ///
  /// - Parameters:
  ///   - parent: Where they are.
  ///   - prefix: What their names begin with.
  public static func removeAbandoned(in parent: String, prefix: String) {
    for name in namesInFolder(parent) where name.hasPrefix(prefix) && name.hasSuffix(".lock") {
      let path = "\(parent)/\(name)"
      var status = stat()
      guard unsafe lstat(path, &status) == 0, status.st_uid == geteuid(),
        status.st_mode & S_IFMT == S_IFREG,
        // It may be removed meanwhile by the last of those who held it.
        let lock = try? Descriptor(opening: path, flags: O_RDWR | O_NOFOLLOW),
        cprocesses_lock(lock.number, 1, 0) == 0
      else { continue }
      removeAll(String(path.dropLast(5)))
      removeAll(path)
    }
  }
}
