import Glibc

/// The whole content of a file.
///
/// - Parameter path: A regular file or one of /proc.
/// - Returns: Its bytes.
/// - Throws: ``SystemError``.
public func readFile(_ path: String) throws(SystemError) -> [UInt8] {
  let file = try Descriptor(opening: path, flags: O_RDONLY)
  var content: [UInt8] = []
  while let bytes = try file.read(atMost: 1 << 16) {
    if bytes.isEmpty { break }
    content += bytes
  }
  return content
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

  /// Brings what was written to the disk. Source: fdatasync(2).
  ///
  /// - Throws: ``SystemError``.
  public func sync() throws(SystemError) {
    guard fdatasync(number) == 0 else { throw failure("fdatasync") }
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
