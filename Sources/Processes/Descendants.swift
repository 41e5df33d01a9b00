internal import CProcesses
import Glibc

/// Keeps every descriptor but the standard ones from what this process starts: the one to the agent,
/// and what it was born with.
func keepDescriptorsToThisProcess() throws(SystemError) {
  for name in try readFolder("/proc/self/fd") {
    guard let number = Int32(name), number > 2 else { continue }
    // The one that read the folder is closed by now.
    guard cprocesses_close_on_exec(number) == 0 || errno == EBADF else {
      throw .last("fcntl", "descriptor \(number)")
    }
  }
}

/// This process's children, whoever started them. Source: proc(5), `/proc/pid/task/tid/children`.
func childProcesses() -> [pid_t] {
  let this = getpid()
  guard let list = try? readFile("/proc/\(this)/task/\(this)/children") else {
    // A kernel without that file: look at everybody's parent.
    return namesInFolder("/proc").compactMap { pid_t($0) }.filter { parent(of: $0) == this }
  }
  return list.split(separator: UInt8(ascii: " ")).compactMap {
    pid_t(String(decoding: $0, as: UTF8.self))
  }
}

private func parent(of process: pid_t) -> pid_t? {
  // The process may have ended meanwhile. The name, in parentheses, may hold anything.
  guard let status = try? readFile("/proc/\(process)/stat"),
    let end = status.lastIndex(of: UInt8(ascii: ")"))
  else { return nil }
  let fields = status[(end + 1)...].split(separator: UInt8(ascii: " "))
  return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
}
