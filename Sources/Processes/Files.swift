internal import CProcesses
import Glibc

/// Makes a folder that is the user's alone.
///
/// - Parameter path: Its parent must be there; a folder that is there already is left as it is.
/// - Throws: ``SystemError``.
public func makeFolder(_ path: String) throws(SystemError) {
  guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last("mkdir", path) }
}

/// Makes a new folder that is the user's alone under a name that nobody has.
///
/// - Parameter prefix: The path up to the part that is made up.
/// - Returns: Its path.
/// - Throws: ``SystemError``.
public func makeTemporaryFolder(_ prefix: String) throws(SystemError) -> String {
  var template = Array((prefix + "XXXXXX").utf8CString)
  guard unsafe mkdtemp(&template) != nil else { throw .last("mkdtemp", prefix) }
  return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Makes a named pipe.
///
/// - Parameter path: Where; nothing may be there.
/// - Throws: ``SystemError``.
public func makePipe(_ path: String) throws(SystemError) {
  guard unsafe mkfifo(path, 0o600) == 0 else { throw .last("mkfifo", path) }
}

/// The names in a folder, ascending, without `.` and `..`; empty where it cannot be read.
public func namesInFolder(_ path: String) -> [String] {
  guard let folder = unsafe opendir(path) else { return [] }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// Removes a file, or a folder with all it holds, as far as that is possible.
///
/// Symbolic links are removed, not followed.
///
/// - Parameter path: May be missing.
public func removeAll(_ path: String) {
  var status = stat()
  guard unsafe lstat(path, &status) == 0 else { return }
  if status.st_mode & S_IFMT == S_IFDIR {
    // A trial may have taken the permissions away.
    unsafe chmod(path, 0o700)
    for name in namesInFolder(path) { removeAll(path + "/" + name) }
    unsafe rmdir(path)
  } else {
    unsafe unlink(path)
  }
}

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
      if count == 0, errno != EINTR { throw .last("write", "descriptor \(number)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Brings what was written to the disk. Source: fdatasync(2).
  ///
  /// - Throws: ``SystemError``.
  public func sync() throws(SystemError) {
    guard fdatasync(number) == 0 else { throw .last("fdatasync", "descriptor \(number)") }
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

/// Copies a folder with all it holds: files with their permissions, folders, symbolic links.
///
/// - Parameters:
///   - path: The folder.
///   - target: Nothing may be there.
/// - Throws: ``SystemError``.
public func copyFolder(_ path: String, to target: String) throws(SystemError) {
  try makeFolder(target)
  for name in namesInFolder(path) {
    let from = path + "/" + name
    let to = target + "/" + name
    var status = stat()
    guard unsafe lstat(from, &status) == 0 else { throw .last("lstat", from) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: try copyFolder(from, to: to)
    case S_IFREG: try copyFile(from, to: to, mode: status.st_mode & 0o777)
    case S_IFLNK:
      var link = [CChar](repeating: 0, count: 4097)
      guard unsafe readlink(from, &link, link.count - 1) >= 0, unsafe symlink(link, to) == 0 else {
        throw .last("symlink", to)
      }
    default: break
    }
  }
}

private func copyFile(_ path: String, to target: String, mode: mode_t) throws(SystemError) {
  let source = try Descriptor(opening: path, flags: O_RDONLY)
  let copy = try Descriptor(opening: target, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
  while true {
    // In the kernel, sharing blocks where the file system can: copy_file_range(2).
    let count = cprocesses_copy_range(source.number, copy.number, 1 << 30)
    if count == 0 { return }
    if count < 0 {
      guard errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP else {
        throw .last("copy_file_range", path)
      }
      break
    }
  }
  while let piece = try source.read(atMost: 1 << 20), !piece.isEmpty { try copy.writeAll(piece) }
}
