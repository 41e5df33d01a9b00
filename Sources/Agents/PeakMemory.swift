import Processes
import StudyModel

extension Agent {
  /// What the node's trials have of its memory, beside what is staged in it; `nil` where that is not
  /// known, and where trials are job steps, which Slurm gives their memory.
  var memoryForTrials: NodeMemory? {
    guard settings.memoryMiB < .max, settings.steps == nil, settings.slots > 0 else { return nil }
    return NodeMemory(
      hostMiB: max(0, settings.memoryMiB - (stage?.copy.memoryMiB ?? 0)),
      deviceMiB: settings.devices.isEmpty ? nil : settings.deviceMemoryMiB)
  }

  /// Seconds from one look at a process's memory to the next.
  private static let memoryInterval = 5.0

  /// Notes how much memory a process that has just reported has had, now and then, and at the last report
  /// of a leg.
  func look(at process: TrialProcess, in place: Int, isDue: Bool) {
    let now = monotonicSeconds()
    guard let id = process.processID, isDue || now - process.lookedAt >= Self.memoryInterval else {
      return
    }
    process.lookedAt = now
    guard let peak = peakMemoryMiB(of: id) else { return }
    let former = slots[place].leg?.peakMemoryMiB ?? 0
    slots[place].leg?.peakMemoryMiB = max(peak, former)
  }
}

/// The largest resident memory of a process so far, with that of its children, which may have had theirs
/// at another time: an upper bound.
///
/// Source: proc(5), `VmHWM` of `/proc/pid/status`, and `/proc/pid/task/tid/children`.
///
/// - Parameter process: The process's id.
/// - Returns: MiB, rounded up; `nil` where the process has ended.
func peakMemoryMiB(of process: Int) -> Int? {
  guard let own = peakMemoryKiB(of: process) else { return nil }
  var (sum, left) = (own, children(of: process))
  // Loaders of data are few; what has thousands of children is not looked at to the last one.
  var count = 0
  while let child = left.popLast(), count < 256 {
    count += 1
    sum += peakMemoryKiB(of: child) ?? 0
    left += children(of: child)
  }
  return (sum + 1023) / 1024
}

private func peakMemoryKiB(of process: Int) -> Int? {
  // It may have ended meanwhile.
  guard let status = try? readFile("/proc/\(process)/status") else { return nil }
  let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first {
    $0.hasPrefix("VmHWM:")
  }
  return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
    .flatMap { Int($0) }
}

private func children(of process: Int) -> [Int] {
  // It may have ended meanwhile; a kernel without that file shows none.
  guard let list = try? readFile("/proc/\(process)/task/\(process)/children") else { return [] }
  return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
}
