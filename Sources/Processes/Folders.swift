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

/// The names in a folder.
///
/// - Parameter path: The folder.
/// - Returns: Ascending, without `.` and `..`.
/// - Throws: ``SystemError``.
public func readFolder(_ path: String) throws(SystemError) -> [String] {
  guard let names = rawNames(Array(path.utf8CString)) else { throw .last("opendir", path) }
  return names.map { text($0) }.sorted()
}

/// The names in a folder, ascending, without `.` and `..`; empty where it cannot be read.
public func namesInFolder(_ path: String) -> [String] {
  // Whoever must know why a folder cannot be read calls `readFolder(_:)`.
  (try? readFolder(path)) ?? []
}

/// The names in a folder as the file system has them: bytes in whatever encoding.
private func rawNames(_ path: [CChar]) -> [[CChar]]? {
  guard let folder = unsafe opendir(path) else { return nil }
  defer { unsafe closedir(folder) }
  var names: [[CChar]] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
    }
    if name != [dot], name != [dot, dot] { names.append(name) }
  }
  return names
}

private let dot = CChar(UInt8(ascii: "."))

private func text(_ name: [CChar]) -> String {
  String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Removes a file, or a folder with all it holds, as far as that is possible.
///
/// Symbolic links are removed, not followed.
///
/// - Parameter path: May be missing.
public func removeAll(_ path: String) { removeAll(Array(path.utf8CString)) }

private func removeAll(_ path: [CChar]) {
  var status = stat()
  guard unsafe lstat(path, &status) == 0 else { return }
  guard status.st_mode & S_IFMT == S_IFDIR else {
    unsafe unlink(path)
    return
  }
  // A trial may have taken the permissions away.
  unsafe chmod(path, 0o700)
  for name in rawNames(path) ?? [] {
    removeAll(path.dropLast() + [CChar(UInt8(ascii: "/"))] + name + [0])
  }
  unsafe rmdir(path)
}

/// Copies a folder with all it holds: files with their permissions, folders, symbolic links.
///
/// - Parameters:
///   - path: The folder.
///   - target: Nothing may be there.
/// - Throws: ``SystemError``.
public func copyFolder(_ path: String, to target: String) throws(SystemError) {
  let names = try readFolder(path)
  try makeFolder(target)
  for name in names {
    let from = path + "/" + name
    let to = target + "/" + name
    let status = try FileStatus(of: from)
    switch status.kind {
    case .folder: try copyFolder(from, to: to)
    case .file: try copyFile(from, to: to, mode: status.mode)
    case .link: try makeLink(to, to: try readLink(from))
    case .other: break
    }
  }
}

private func copyFile(_ path: String, to target: String, mode: Int) throws(SystemError) {
  let source = try Descriptor(opening: path, flags: O_RDONLY)
  let copy = try Descriptor(opening: target, flags: O_WRONLY | O_CREAT | O_EXCL)
  try copy.setMode(mode)
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
