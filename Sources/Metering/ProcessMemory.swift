import Processes

/// The most memory of each GPU that each process has had.
struct ProcessMemory {
  /// A process on a GPU, by the GPU's place.
  private struct Key: Hashable {
    var process: Int
    var device: Int
  }

  private var most: [Key: Int] = [:]

  /// Takes in what the GPUs show now.
  ///
  /// - Parameter devices: The processes on each GPU.
  /// - Returns: Those that have more than ever before, ascending by process and GPU.
  mutating func changes(
    in devices: [[ManagementLibrary.Process]]
  ) -> [(process: Int, device: Int, memoryMiB: Int)] {
    var now: [Key: Int] = [:]
    for (device, processes) in devices.enumerated() {
      for entry in processes {
        now[Key(process: entry.process, device: device), default: 0] += entry.memoryMiB
      }
    }
    // Ids are given again: whoever has gone is forgotten.
    most = most.filter { now[$0.key] != nil }
    let risen = now.filter { $0.value > most[$0.key, default: 0] }
    most.merge(risen) { $1 }
    return risen.map { ($0.key.process, $0.key.device, $0.value) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
  }
}
