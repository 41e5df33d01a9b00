import Processes

/// The most memory of GPUs that each process has had.
struct ProcessMemory {
  private var most: [Int: Int] = [:]

  /// Takes in what the GPUs show now.
  ///
  /// - Parameter devices: The processes on each GPU; one that uses several has the sum.
  /// - Returns: The processes that have more than ever before, ascending.
  mutating func changes(
    in devices: [[ManagementLibrary.Process]]
  ) -> [(process: Int, memoryMiB: Int)] {
    var now: [Int: Int] = [:]
    for entry in devices.joined() { now[entry.process, default: 0] += entry.memoryMiB }
    // Ids are given again: whoever has gone is forgotten.
    most = most.filter { now[$0.key] != nil }
    var changes: [(process: Int, memoryMiB: Int)] = []
    for (process, memory) in now.sorted(by: { $0.key < $1.key })
    where memory > most[process, default: 0] {
      most[process] = memory
      changes.append((process, memory))
    }
    return changes
  }
}
