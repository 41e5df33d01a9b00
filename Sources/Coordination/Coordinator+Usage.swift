import StudyModel

// What agents measure of their nodes. Nothing is decided by it.
extension Coordinator {
  /// How busy the nodes' devices were, ascending by host and device; empty where nothing was measured.
  public var usage: [DeviceUsage] { measuredUsage ?? [] }

  /// Adds what an agent has measured.
  mutating func used(_ worker: WorkerID, _ loads: [DeviceLoad]) {
    guard workers.indices.contains(worker.rank), let host = workers[worker.rank]?.host else {
      return
    }
    for load in loads where load.isSound { add(load, on: host) }
  }

  private mutating func add(_ load: DeviceLoad, on host: String) {
    var usage = measuredUsage ?? []
    measuredUsage = nil
    defer { measuredUsage = usage }
    let place = usage.partitionPoint { ($0.host, $0.load.device) >= (host, load.device) }
    guard usage.indices.contains(place), usage[place].host == host,
      usage[place].load.device == load.device
    else {
      usage.insert(DeviceUsage(host: host, load: load), at: place)
      return
    }
    var sum = usage[place].load
    let seconds = sum.seconds + load.seconds
    if seconds > 0 {
      sum.busy = (sum.busy * sum.seconds + load.busy * load.seconds) / seconds
    }
    sum.seconds = seconds
    sum.memoryMiB = [sum.memoryMiB, load.memoryMiB].compactMap { $0 }.max()
    if let joules = load.joules { sum.joules = (sum.joules ?? 0) + joules }
    usage[place].load = sum
  }
}

extension [DeviceUsage] {
  /// The first place from which on a condition holds; it holds for all behind that.
  fileprivate func partitionPoint(where holds: (DeviceUsage) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
