import Coordination
import Processes

/// The cores that this process may use, whoever uses them, and the node's memory.
///
/// Their power is not read: since Linux 5.10 only root may.
///
/// Source: proc(5), `/proc/stat`, `Cpus_allowed_list` of `/proc/pid/status`, `/proc/meminfo`.
struct CoresGauge: Gauge {
  let device = DeviceLoad.cores
  private let processes: String
  private let cores: Set<Int>
  private var last: Times?

  /// Time that the cores have had, in ticks.
  private struct Times {
    var busy = 0
    var all = 0
  }

  /// The gauge of this process's cores.
  ///
  /// - Parameter processes: Where the kernel shows its files.
  init(processes: String = "/proc") {
    self.processes = processes
    let status = Self.lines(processes + "/self/status")
    let list = status.first { $0.hasPrefix("Cpus_allowed_list:") }
    cores = Self.numbers(list?.split(whereSeparator: \.isWhitespace).last ?? "")
  }

  mutating func read() -> GaugeReading? {
    guard let now = times() else { return nil }
    defer { last = now }
    // The first look is what others are compared with.
    guard let last, now.all > last.all else { return nil }
    let busy = Double(now.busy - last.busy) / Double(now.all - last.all)
    return GaugeReading(busy: min(max(busy, 0), 1), memoryMiB: memoryMiB())
  }

  private func times() -> Times? {
    var sum = Times()
    for line in Self.lines(processes + "/stat") where line.hasPrefix("cpu") {
      let words = line.split(separator: " ")
      guard let core = words.first.flatMap({ Int($0.dropFirst(3)) }), cores.contains(core) else {
        continue
      }
      // user, nice, system, idle, iowait, irq, softirq, steal; guests are in user and nice.
      let ticks = words.dropFirst().prefix(8).compactMap { Int($0) }
      guard ticks.count == 8 else { return nil }
      let all = ticks.reduce(0, +)
      sum.all += all
      sum.busy += all - ticks[3] - ticks[4]
    }
    return sum.all > 0 ? sum : nil
  }

  private func memoryMiB() -> Int? {
    var kibibytes: [Substring: Int] = [:]
    for line in Self.lines(processes + "/meminfo") {
      let words = line.split(separator: " ")
      if words.count > 1 { kibibytes[words[0]] = Int(words[1]) }
    }
    guard let all = kibibytes["MemTotal:"], let free = kibibytes["MemAvailable:"] else {
      return nil
    }
    return (all - free) / 1024
  }

  private static func lines(_ path: String) -> [Substring] {
    // Without the file nothing is told.
    let bytes = (try? readFile(path)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// The numbers of a list such as `0-3,8`.
  static func numbers(_ list: Substring) -> Set<Int> {
    var numbers: Set<Int> = []
    for range in list.split(separator: ",") {
      let ends = range.split(separator: "-").compactMap { Int($0) }
      if let first = ends.first, let last = ends.last, first <= last {
        numbers.formUnion(first...last)
      }
    }
    return numbers
  }
}
