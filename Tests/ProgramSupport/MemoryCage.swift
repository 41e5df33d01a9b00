import Processes

/// A control group that lets its processes have so much memory together; making one takes root.
///
/// Sources: the kernel's "Memory Resource Controller" (version 1), `memory.limit_in_bytes`; "Control Group
/// v2", `memory.max`.
public final class MemoryCage {
  private let group: String

  /// Makes a group.
  ///
  /// - Parameter mebibytes: What its processes may have, without swap.
  /// - Throws: ``Missing`` where there are no control groups, or this user may make none.
  public init(mebibytes: Int) throws {
    let root = "/sys/fs/cgroup"
    let isFirst = exists("\(root)/memory/cgroup.procs")
    let parent = isFirst ? "\(root)/memory" : root
    group = try makeTemporaryFolder("\(parent)/rung-test-")
    let limit = isFirst ? "memory.limit_in_bytes" : "memory.max"
    guard exists("\(group)/\(limit)") else {
      removeFolder()
      throw Missing(
        description: "no '\(limit)' in '\(group)'; enable the memory controller of control groups, "
          + "and run as root")
    }
    try write("\(mebibytes << 20)", limit)
    // Where memory is swapped out nothing runs out; without swap there is no such file.
    let swap = isFirst ? "memory.memsw.limit_in_bytes" : "memory.swap.max"
    if exists("\(group)/\(swap)") { try write(isFirst ? "\(mebibytes << 20)" : "0", swap) }
  }

  deinit { removeFolder() }

  /// Words that start a command in the group.
  public var wrapper: [String] {
    ["/bin/sh", "-c", "echo $$ >'\(group)/cgroup.procs' && exec \"$@\"", "sh"]
  }

  private func write(_ text: String, _ name: String) throws {
    let result = try runCommand(["/bin/sh", "-c", "echo \(text) >'\(group)/\(name)'"])
    guard result.status == 0 else {
      throw Missing(description: "'\(group)/\(name)' does not take '\(text)'; run as root")
    }
  }

  private func removeFolder() {
    // Files of a control group cannot be removed, only the group; one that stays is seen in its list, and
    // a test's end cannot throw.
    _ = try? runCommand(["rmdir", group])
  }
}
