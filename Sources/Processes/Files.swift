internal import CProcesses
import Glibc

/// The content of a file.
///
/// - Parameters:
///   - path: A regular file or one of /proc.
///   - start: Where to begin, in bytes from its beginning; past its end there is nothing.
///   - limit: How many bytes at most.
/// - Returns: Its bytes from there on.
/// - Throws: ``SystemError``.
public func readFile(
  _ path: String, from start: Int = 0, atMost limit: Int = .max
) throws(SystemError) -> [UInt8] {
  let file = try Descriptor(opening: path, flags: O_RDONLY)
  if start > 0 { try file.seek(to: start) }
  var content: [UInt8] = []
  while content.count < limit {
    // A signal may interrupt a read from a file system over the network: that is not the end.
    guard let bytes = try file.read(atMost: min(1 << 16, limit - content.count)) else { continue }
    if bytes.isEmpty { break }
    content += bytes
  }
  return content
}

/// The first line of a file.
///
/// - Parameter path: A regular file.
/// - Returns: Its bytes without the newline; `nil` where no line is whole.
/// - Throws: ``SystemError``.
public func readFirstLine(_ path: String) throws(SystemError) -> [UInt8]? {
  let file = try Descriptor(opening: path, flags: O_RDONLY)
  var content: [UInt8] = []
  while true {
    guard let bytes = try file.read(atMost: 1 << 12) else { continue }
    if bytes.isEmpty { return nil }
    if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) { return content + bytes[..<end] }
    content += bytes
  }
}

/// Goes through the lines of a file, holding no more of it than one of them and a piece.
///
/// - Parameters:
///   - path: A regular file.
///   - place: The byte from which on, 0 being the first; what is left of its line counts as one.
///   - body: Gets each line without its newline; what follows the last newline too.
/// - Throws: ``SystemError``.
public func forEachLine(
  of path: String, from place: Int = 0, _ body: (ArraySlice<UInt8>) -> Void
) throws(SystemError) {
  let file = try Descriptor(opening: path, flags: O_RDONLY)
  try file.seek(to: place)
  var rest: [UInt8] = []
  while true {
    guard let bytes = try file.read(atMost: 1 << 18) else { continue }
    if bytes.isEmpty { break }
    rest += bytes
    var start = rest.startIndex
    while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
      body(rest[start..<end])
      start = end + 1
    }
    rest.removeFirst(start)
  }
  if !rest.isEmpty { body(rest[...]) }
}

/// Writes a file that is the user's alone, replacing one that is there.
///
/// - Parameters:
///   - path: Where.
///   - content: The whole content.
/// - Throws: ``SystemError``.
public func writeFile(_ path: String, _ content: [UInt8]) throws(SystemError) {
  let file = try Descriptor(opening: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
  try file.writeAll(content)
}

extension Descriptor {
  /// Writes all bytes to a blocking descriptor.
  ///
  /// - Parameter bytes: What to write.
  /// - Throws: ``SystemError``, also where a write takes nothing.
  public func writeAll(_ bytes: [UInt8]) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try write(rest)
      if count == 0, errno != EINTR { throw failure("write") }
      rest = rest.dropFirst(count)
    }
  }

  /// Reads and writes go on at a place, in bytes from the beginning. Source: lseek(2).
  ///
  /// - Throws: ``SystemError``.
  func seek(to place: Int) throws(SystemError) {
    guard lseek(number, place, SEEK_SET) == place else { throw failure("lseek") }
  }

  /// Brings what was written to the disk. Source: fdatasync(2).
  ///
  /// - Throws: ``SystemError``.
  public func sync() throws(SystemError) {
    guard fdatasync(number) == 0 else { throw failure("fdatasync") }
  }
}

extension Descriptor {
  /// Takes the lock of a file or folder for as long as it is open here, unless another process has it.
  ///
  /// The kernel takes it away from whoever ends, however it ends. Where the file system knows no such locks,
  /// nobody has one. Source: flock(2).
  ///
  /// - Returns: Whether no other process has it.
  /// - Throws: ``SystemError``.
  public func tryLock() throws(SystemError) -> Bool {
    while cprocesses_lock(number, 1, 0) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return false
      case ENOLCK, ENOSYS, EOPNOTSUPP: return true
      default: throw failure("flock")
      }
    }
    return true
  }
}

extension Descriptor {
  /// Sets the permissions of a file, whatever the mask of this process.
  ///
  /// - Parameter mode: From 0 to 0o777.
  /// - Throws: ``SystemError``.
  public func setMode(_ mode: Int) throws(SystemError) {
    guard fchmod(number, mode_t(mode)) == 0 else { throw failure("fchmod") }
  }
}

extension Descriptor {
  /// Reads bytes from a place of a file, wherever the descriptor stands. Source: pread(2).
  ///
  /// - Parameters:
  ///   - place: In bytes from the beginning.
  ///   - count: How many.
  /// - Returns: Fewer only where the file ends before.
  /// - Throws: ``SystemError``.
  public func read(at place: Int, count: Int) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          number, UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).baseAddress,
          count - filled, place + filled)
      }
      guard got >= 0 else {
        if errno == EINTR { continue }
        throw failure("pread")
      }
      if got == 0 { break }
      filled += got
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Writes all bytes at a place of a file, wherever the descriptor stands. Source: pwrite(2).
  ///
  /// - Parameters:
  ///   - bytes: What to write.
  ///   - place: In bytes from the beginning.
  /// - Throws: ``SystemError``, also where a write takes nothing.
  public func write(_ bytes: ArraySlice<UInt8>, at place: Int) throws(SystemError) {
    var (rest, place) = (bytes, place)
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe pwrite(number, $0.baseAddress, $0.count, place)
      }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        throw failure("pwrite")
      }
      rest = rest.dropFirst(count)
      place += count
    }
  }
}

/// Sets the permissions of what is at a path.
///
/// - Parameters:
///   - path: Must be there; a symbolic link is followed.
///   - mode: From 0 to 0o777.
/// - Throws: ``SystemError``.
public func setMode(_ path: String, _ mode: Int) throws(SystemError) {
  guard unsafe chmod(path, mode_t(mode)) == 0 else { throw .last("chmod", path) }
}

/// The room that is free for this user on the file system of a path, in bytes.
///
/// Source: statvfs(3), `f_bavail` and `f_frsize`.
///
/// - Parameter path: Must be there.
/// - Returns: At least 0.
/// - Throws: ``SystemError``.
public func freeBytes(at path: String) throws(SystemError) -> Int {
  var status = statvfs()
  guard unsafe statvfs(path, &status) == 0 else { throw .last("statvfs", path) }
  let (bytes, isHuge) = Int(clamping: status.f_bavail)
    .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
  return isHuge ? .max : bytes
}

/// Brings a file, or the names in a folder, to the disk.
///
/// - Parameter path: A file or folder.
/// - Throws: ``SystemError``.
public func syncPath(_ path: String) throws(SystemError) {
  let file = try Descriptor(opening: path, flags: O_RDONLY)
  guard fsync(file.number) == 0 else { throw .last("fsync", path) }
}

/// Whether something is at this path.
public func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

/// The size of a file in bytes; `nil` where there is none.
public func fileSize(_ path: String) -> Int? {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else { return nil }
  return Int(status.st_size)
}

/// The path without symbolic links, `.` and `..`.
///
/// - Parameter path: Must be there.
/// - Returns: An absolute path.
/// - Throws: ``SystemError``.
public func realPath(_ path: String) throws(SystemError) -> String {
  guard let resolved = unsafe realpath(path, nil) else { throw .last("realpath", path) }
  defer { unsafe free(resolved) }
  return unsafe String(cString: resolved)
}

/// The name of this host.
public func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Whether this user may execute the file at this path.
public func isExecutable(_ path: String) -> Bool {
  var status = stat()
  guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
  return unsafe access(path, X_OK) == 0
}

/// Renames a file or folder.
///
/// - Parameters:
///   - path: What is there.
///   - target: Its new path, on the same file system; a file there is replaced.
/// - Throws: ``SystemError``.
public func renamePath(_ path: String, to target: String) throws(SystemError) {
  guard unsafe rename(path, target) == 0 else { throw .last("rename", path) }
}
