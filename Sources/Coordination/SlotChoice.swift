import StudyModel

/// Which free slots a trial gets, so that those left over still serve large trials.
///
/// Slots of one GPU have neighbouring indices. A trial on a share of a GPU has its slots on one
/// device; a larger one has whole devices, on as few agents as can hold it.
struct SlotChoice {
  /// Slots that a GPU is cut into; at least 1.
  let shares: Int
  /// The slots of each agent, free or not, by rank; 0 for one that is not there.
  let slotsByRank: [Int]
  /// Whether trials that need a whole device may come: then shares are taken where few are left of a
  /// device. Otherwise where most are, so that fewer trials share one than could.
  let packs: Bool

  /// Chooses among free slots.
  ///
  /// - Parameters:
  ///   - width: How many are needed, at least 1; whole devices where it is one or more.
  ///   - free: The free slots of all agents, descending.
  /// - Returns: Ascending within each agent, those of the agent with most first; `nil` where there are
  ///   too few, or where they lie on more agents than could hold them.
  func slots(_ width: Int, among free: [SlotID]) -> [SlotID]? {
    if width == 1, shares == 1 { return free.last.map { [$0] } }
    let nodes = byWorker(free)
    let agents = agentsNeeded(width)
    guard agents > 1 else {
      // The agent with the fewest that has enough, so that larger room is kept.
      let sign = packs || width >= shares ? 1 : -1
      let fits = nodes.compactMap { node in indices(width, of: node).map { (node, $0) } }
      let best = fits.min {
        (sign * $0.0.indices.count, $0.0.worker) < (sign * $1.0.indices.count, $1.0.worker)
      }
      return best.map { node, chosen in chosen.map { SlotID(node.worker, $0) } }
    }
    let widest = nodes.sorted { ($1.indices.count, $0.worker) < ($0.indices.count, $1.worker) }
    var missing = devices(width)
    var chosen: [SlotID] = []
    for node in widest.prefix(agents) {
      let count = min(missing, wholeDevices(of: node).count)
      missing -= count
      chosen += (indices(count * shares, of: node) ?? []).map { SlotID(node.worker, $0) }
    }
    return missing == 0 ? chosen : nil
  }

  /// How many agents a trial needs at least, the largest of them; 1 for what fits on one.
  func agentsNeeded(_ width: Int) -> Int {
    var missing = devices(width)
    if missing <= devices(slotsByRank.max() ?? 0) { return 1 }
    let sizes = slotsByRank.map { devices($0) }.sorted(by: >)
    return sizes.prefix { size in
      defer { missing -= size }
      return missing > 0 && size > 0
    }.count
  }

  /// Devices that so many slots are, a share counting as one.
  func devices(_ slots: Int) -> Int { (slots + shares - 1) / shares }

  private struct Node {
    let worker: WorkerID
    /// Ascending.
    var indices: [Int]
  }

  private func byWorker(_ free: [SlotID]) -> [Node] {
    var nodes: [Node] = []
    for slot in free.reversed() {
      if nodes.last?.worker != slot.worker { nodes.append(Node(worker: slot.worker, indices: [])) }
      nodes[nodes.count - 1].indices.append(slot.index)
    }
    return nodes
  }

  private func devicesByFree(_ indices: [Int]) -> [(device: Int, free: Int)] {
    var devices: [(device: Int, free: Int)] = []
    for index in indices {
      if devices.last?.device == index / shares {
        devices[devices.count - 1].free += 1
      } else {
        devices.append((index / shares, 1))
      }
    }
    return devices
  }

  /// Devices all of whose slots are free; the last of an agent may have fewer than the others, where
  /// cores or memory run out first.
  private func wholeDevices(of node: Node) -> [Int] {
    let slots = slotsByRank[node.worker.rank]
    return devicesByFree(node.indices).filter {
      $0.free == min(shares, slots - $0.device * shares)
    }.map(\.device)
  }

  /// Chooses on one agent: ascending; `nil` where too few are free, or scattered over devices.
  private func indices(_ width: Int, of node: Node) -> [Int]? {
    guard width >= shares else {
      let devices = devicesByFree(node.indices).filter { $0.free >= width }
      let sign = packs ? 1 : -1
      guard
        let device = devices.min(by: {
          (sign * $0.free, $0.device) < (sign * $1.free, $1.device)
        })
      else { return nil }
      return Array(node.indices.filter { $0 / shares == device.device }.prefix(width))
    }
    return neighbours(devices(width), among: wholeDevices(of: node)).map { devices in
      node.indices.filter { devices.contains($0 / shares) }
    }
  }

  /// Devices side by side, if possible from a multiple of their number on: GPUs that are linked to
  /// each other have such numbers, and the room left over is of one piece.
  private func neighbours(_ count: Int, among devices: [Int]) -> [Int]? {
    guard count > 0, devices.count >= count else { return nil }
    let runs = devices.indices.dropLast(count - 1).filter { place in
      devices[place + count - 1] == devices[place] + count - 1
    }
    let start = runs.first { devices[$0] % count == 0 } ?? runs.first
    return start.map { Array(devices[$0..<($0 + count)]) } ?? Array(devices.prefix(count))
  }
}
