import FoundationEssentials
import Processes

/// The memory that the control groups of this process let it and its children have together.
///
/// Sources: the kernel's "Control Group v2", `memory.max`; "Memory Resource Controller" (version 1),
/// `memory.limit_in_bytes`. A group above may have less than the one that a process is in.
///
/// - Parameters:
///   - groups: The text of /proc/self/cgroup.
///   - root: Where the control groups' file system is.
/// - Returns: MiB; `nil` where there is no limit, or none that can be seen.
func memoryLimitMiB(groups: String, root: String = "/sys/fs/cgroup") -> Int? {
  var least: Int?
  for line in groups.split(separator: "\n") {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3 else { continue }
    let (base, name): (String, String)
    if fields[1].isEmpty {
      (base, name) = (root, "memory.max")
    } else if fields[1].split(separator: ",").contains("memory") {
      (base, name) = (root + "/memory", "memory.limit_in_bytes")
    } else {
      continue
    }
    var path = fields[2].split(separator: "/")
    while true {
      let file = ([base[...]] + path + [name[...]]).joined(separator: "/")
      // A group may be hidden from this process, and 'max' is no limit.
      if let text = try? readFile(file),
        let bytes = Int(String(decoding: text, as: UTF8.self).filter { !$0.isWhitespace }),
        bytes < 1 << 60
      {
        least = min(least ?? .max, bytes >> 20)
      }
      guard path.popLast() != nil else { break }
    }
  }
  return least
}

/// The same for this process as it stands.
func memoryLimitMiB() -> Int? {
  (try? readFile("/proc/self/cgroup")).flatMap {
    memoryLimitMiB(groups: String(decoding: $0, as: UTF8.self))
  }
}
