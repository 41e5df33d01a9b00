import Glibc

/// A folder that is removed, with the files in it, at the end of a test.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() {
    var template = Array("/tmp/rung-hdf5-XXXXXX".utf8CString)
    path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? ""
    precondition(!path.isEmpty, "cannot make a temporary folder")
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  deinit {
    guard let folder = unsafe opendir(path) else { return }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { unsafe unlink(file(name)) }
    }
    unsafe closedir(folder)
    unsafe rmdir(path)
  }
}

/// Reads a whole file.
func contents(of path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(file) }
  unsafe fseek(file, 0, SEEK_END)
  var bytes = [UInt8](repeating: 0, count: unsafe ftell(file))
  unsafe rewind(file)
  let count = unsafe fread(&bytes, 1, bytes.count, file)
  precondition(count == bytes.count)
  return bytes
}

/// Writes a whole file.
func write(_ bytes: [UInt8], to path: String) {
  guard let file = unsafe fopen(path, "wb") else { return }
  defer { unsafe fclose(file) }
  let count = unsafe fwrite(bytes, 1, bytes.count, file)
  precondition(count == bytes.count)
}

/// Runs a program to its end and returns its wait status and all that it printed.
func run(_ arguments: [String], in folder: borrowing TemporaryFolder) -> (CInt, String) {
  let log = folder.file("log")
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
  var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
  defer { unsafe pointers.forEach { unsafe free($0) } }
  var (process, status): (pid_t, CInt) = (0, 0)
  let code = unsafe posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ)
  precondition(code == 0, "cannot start \(arguments[0])")
  unsafe waitpid(process, &status, 0)
  return (status, String(decoding: contents(of: log), as: UTF8.self))
}
