import Coordination
import FoundationEssentials
import Processes
import StudyModel

/// How often the kernel has ended a process of this one's memory control group for want of memory.
///
/// Sources: the kernel's "Control Group v2", `memory.events`; "Memory Resource Controller" (version
/// 1), `memory.oom_control`. Slurm's `task/cgroup` gives each step such a group.
///
/// - Parameters:
///   - groups: The text of /proc/self/cgroup.
///   - root: Where the control groups' file system is.
/// - Returns: `nil` where there is no such group, or it does not say.
func memoryKills(groups: String, root: String = "/sys/fs/cgroup") -> Int? {
  for line in groups.split(separator: "\n") {
    let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3 else { continue }
    let file: String
    if fields[1].isEmpty {
      file = "\(root)\(fields[2])/memory.events"
    } else if fields[1].split(separator: ",").contains("memory") {
      file = "\(root)/memory\(fields[2])/memory.oom_control"
    } else {
      continue
    }
    // The group may be hidden from this process.
    guard let text = try? readFile(file) else { continue }
    for entry in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let words = entry.split(separator: " ")
      if words.count == 2, words[0] == "oom_kill", let count = Int(words[1]) { return count }
    }
  }
  return nil
}

/// The same for this process as it stands.
func memoryKills() -> Int? {
  (try? readFile("/proc/self/cgroup")).flatMap {
    memoryKills(groups: String(decoding: $0, as: UTF8.self))
  }
}

/// What programs say last when they find no memory on the GPU: PyTorch (CUDA and ROCm), TensorFlow and
/// JAX, CUDA itself.
private let lastWordsOfDevices = [
  "OutOfMemoryError", "CUDA out of memory", "HIP out of memory", "RESOURCE_EXHAUSTED",
  "CUDA_ERROR_OUT_OF_MEMORY", "cudaErrorMemoryAllocation", "hipErrorOutOfMemory",
]

/// The same off the GPU: Python, C++, the system's calls, PyTorch.
private let lastWords = [
  "MemoryError", "std::bad_alloc", "Cannot allocate memory",
  "DefaultCPUAllocator: can't allocate memory",
]

/// Which memory a process ended for want of: by its own words, or by the kernel.
///
/// - Parameters:
///   - outcome: How it ended.
///   - lines: The last lines that it printed.
///   - killsBefore: ``memoryKills()`` when it started.
///   - killsNow: The same now; asked only of a process that SIGKILL ended.
/// - Returns: `nil` where it did not fail, or for another reason.
func lackedMemory(
  _ outcome: LegEnd.Outcome, lines: [String], killsBefore: Int?, killsNow: @autoclosure () -> Int?
) -> LackedMemory? {
  let isKilled: Bool
  switch outcome {
  case .exited(status: 0), .askedForNext, .silent, .notStarted, .endedByRung, .outOfMemory:
    return nil
  case .exited(let status): isKilled = status == 128 + 9
  case .signalled(let signal): isKilled = signal == 9
  }
  if isKilled, let killsBefore, let killsNow = killsNow(), killsNow > killsBefore { return .host }
  func says(_ words: [String]) -> Bool {
    lines.contains { line in words.contains { line.contains($0) } }
  }
  // 'OutOfMemoryError' ends with Python's 'MemoryError'.
  return says(lastWordsOfDevices) ? .device : says(lastWords) ? .host : nil
}

extension StringProtocol {
  /// Whether a text is part of this one.
  fileprivate func contains(_ text: String) -> Bool {
    var rest = self[...]
    while !rest.isEmpty {
      if rest.hasPrefix(text) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
