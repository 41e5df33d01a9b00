import StudyModel

/// What trials of each size have had of their nodes' memory, and who holds it now.
///
/// Knows the nodes whose agents said what they have. A peak is the largest that a leg of a size was
/// seen to have when it ended, so that it is known from the first end on; before, nothing waits.
struct MemoryBook: Hashable, Sendable, Codable {
  /// In the order of their first legs.
  private(set) var shapes: [Shape] = []
  /// By rank.
  private(set) var nodes: [Node?] = []
  /// Trials that ran out of their node's memory and are to have a node for themselves, ascending.
  private(set) var lonely: [TrialID] = []
  /// Legs that found no memory among others, and of which not all processes have ended.
  private(set) var excused: [LegID] = []
  /// Whether anything might have to wait, as far as shapes and nodes go.
  private(set) var binds = false

  // MARK: Nodes

  mutating func join(_ worker: WorkerID, slots: Int, memory: NodeMemory) {
    while nodes.count <= worker.rank { nodes.append(nil) }
    let most = NodeMemory.mostMiB
    nodes[worker.rank] = Node(
      memory: NodeMemory(
        hostMiB: min(max(0, memory.hostMiB), most),
        deviceMiB: memory.deviceMiB.map { min(max(0, $0), most) }),
      slots: slots)
    judge()
  }

  mutating func leave(where isGone: (WorkerID) -> Bool) {
    // Those whose agents are gone go on elsewhere anyhow.
    excused = []
    for rank in nodes.indices where isGone(WorkerID(rank)) { nodes[rank] = nil }
  }

  func knows(_ worker: WorkerID) -> Bool {
    nodes.indices.contains(worker.rank) && nodes[worker.rank] != nil
  }

  // MARK: Holding

  /// The place of a shape; `nil` where no leg of it has run.
  func place(of width: Int, _ shares: Int) -> Int? {
    shapes.firstIndex { $0.width == width && $0.shares == shares }
  }

  private mutating func shape(_ width: Int, _ shares: Int) -> Int {
    if let place = place(of: width, shares) { return place }
    shapes.append(Shape(width: width, shares: shares))
    return shapes.count - 1
  }

  mutating func take(_ slots: [SlotID], _ claim: Claim, at time: StudyTime) {
    let shape = shape(claim.width, claim.shares)
    var seen: [WorkerID] = []
    for slot in slots where !seen.contains(slot.worker) {
      seen.append(slot.worker)
      guard knows(slot.worker) else { continue }
      let here = slots.filter { $0.worker == slot.worker }
      let devices = Set(here.map { $0.index / claim.shares }).count
      let holder = Holder(
        shape: shape, processes: claim.processes == 1 ? 1 : devices, since: time,
        isAlone: claim.isAlone)
      nodes[slot.worker.rank]?.put(holder, at: slot.index, shapes)
    }
  }

  /// Gives back what was taken in slots, unless a warm process goes on holding it.
  mutating func release(_ slots: [SlotID], leavesProcess: Bool) {
    for slot in slots where knows(slot.worker) {
      guard var holder = nodes[slot.worker.rank]?.holder(at: slot.index) else { continue }
      (holder.isIdle, holder.isAlone) = (true, false)
      nodes[slot.worker.rank]?.put(leavesProcess ? holder : nil, at: slot.index, shapes)
    }
  }

  /// Whether a leg whose first slot on a node is this one has room there.
  ///
  /// Always where nobody else runs: what exceeds a node by itself runs there alone.
  func fits(_ claim: Claim, at slot: SlotID) -> Bool {
    guard knows(slot.worker), let node = nodes[slot.worker.rank], node.running > 0 else {
      return true
    }
    guard !claim.isAlone, node.isolated == 0, fitsDevice(claim, at: slot, of: node) else {
      return false
    }
    // What is not known takes nothing, but not beside somebody who exceeds the node already.
    let need = claim.shape.flatMap { shapes[$0].needMiB } ?? 0
    var used = node.usedMiB + need * claim.processes
    // A warm process that waits here goes on with the leg, or makes room for its own.
    if let waiting = node.holder(at: slot.index), waiting.isIdle { used -= waiting.needMiB(shapes) }
    return used <= node.memory.hostMiB
  }

  private func fitsDevice(_ claim: Claim, at slot: SlotID, of node: Node) -> Bool {
    guard claim.width < claim.shares else { return true }
    let others = holders(onDeviceOf: slot, claim.shares, of: node)
      .filter { $0.index != slot.index || !$0.holder.isIdle }.map(\.holder)
    guard others.contains(where: { !$0.isIdle }) else { return true }
    let kinds = (others.map(\.shape) + [claim.shape].compactMap(\.self)).map { shapes[$0] }
    if let most = kinds.compactMap(\.mostOnDevice).min(), others.count + 1 > most { return false }
    guard let limit = node.memory.deviceMiB else { return true }
    let own = claim.shape.flatMap { shapes[$0].deviceNeedMiB } ?? 0
    let used = others.reduce(own) { $0 + (shapes[$1.shape].deviceNeedMiB ?? 0) }
    return used <= limit
  }

  private func holders(
    onDeviceOf slot: SlotID, _ shares: Int, of node: Node
  ) -> [(index: Int, holder: Holder)] {
    let first = slot.index / shares * shares
    return (first..<min(first + shares, node.holders.count)).compactMap { index in
      node.holders[index].map { (index, $0) }
    }
  }

  // MARK: Learning

  /// Learns what a leg has had of a node.
  mutating func learn(_ width: Int, _ shares: Int, peakMiB: Int?, devicePeakMiB: Int?) {
    guard peakMiB != nil || devicePeakMiB != nil else { return }
    let place = shape(width, shares)
    let former = shapes[place]
    func larger(_ old: Int?, _ new: Int?) -> Int? {
      guard let new else { return old }
      return max(old ?? 0, min(max(0, new), NodeMemory.mostMiB))
    }
    shapes[place].peakMiB = larger(shapes[place].peakMiB, peakMiB)
    shapes[place].devicePeakMiB = larger(shapes[place].devicePeakMiB, devicePeakMiB)
    if shapes[place] != former { judge() }
  }

  /// Learns that a leg found no memory: where others shared it, fewer do from now on, and it is not to
  /// blame alone.
  ///
  /// - Parameters:
  ///   - leg: The leg.
  ///   - slot: Its first slot on the node.
  ///   - lacked: Which memory it was.
  ///   - time: Of the event.
  mutating func narrow(_ leg: LegID, at slot: SlotID, _ lacked: LackedMemory, at time: StudyTime) {
    guard knows(slot.worker), let node = nodes[slot.worker.rank],
      let own = node.holder(at: slot.index)
    else { return }
    let shape = shapes[own.shape]
    let processes = node.holders.reduce(0) { $0 + ($1?.processes ?? 0) }
    let onDevice = holders(onDeviceOf: slot, shape.shares, of: node).count
    let isCrowded =
      switch lacked {
      case .host: processes > own.processes
      case .device: shape.width < shape.shares && onDevice > 1
      }
    guard isCrowded else { return }
    if !excused.contains(leg) { excused.append(leg) }
    // What fell with it, or had started before, ran among as many as are too many already.
    if let narrowed = shape.narrowed, own.since <= narrowed { return }
    switch lacked {
    case .host:
      shapes[own.shape].floorMiB = max(
        shape.floorMiB ?? 0, node.memory.hostMiB / processes + 1)
    case .device:
      shapes[own.shape].mostOnDevice = min(shape.mostOnDevice ?? .max, onDevice - 1)
    }
    shapes[own.shape].narrowed = time
    judge()
  }

  /// Whether a leg that has ended found no memory among others; asked once.
  mutating func takeExcuse(of leg: LegID) -> Bool {
    guard let place = excused.firstIndex(of: leg) else { return false }
    excused.remove(at: place)
    return true
  }

  /// Has a trial have a node for itself from now on.
  mutating func isolate(_ trial: TrialID) {
    let place = self.place(of: trial)
    if place == lonely.count || lonely[place] != trial { lonely.insert(trial, at: place) }
    judge()
  }

  func isLonely(_ trial: TrialID) -> Bool {
    let place = self.place(of: trial)
    return place < lonely.count && lonely[place] == trial
  }

  private func place(of trial: TrialID) -> Int {
    var (low, high) = (0, lonely.count)
    while low < high {
      let middle = (low + high) / 2
      if lonely[middle].number < trial.number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Finds out, where a figure is new, whether full nodes may have to leave slots free: mostly not, and
  /// then nobody looks at them. Peaks are records, so that they become rare.
  private mutating func judge() {
    for rank in nodes.indices { nodes[rank]?.recount(shapes) }
    let need = shapes.compactMap(\.needMiB).max() ?? 0
    let device = shapes.compactMap(\.deviceNeedMiB).max() ?? 0
    binds =
      !lonely.isEmpty || shapes.contains { $0.mostOnDevice != nil }
      || nodes.contains { node in
        guard let node else { return false }
        let shares = shapes.map(\.shares).max() ?? 1
        return need * node.holders.count > node.memory.hostMiB
          || node.memory.deviceMiB.map { device * shares > $0 } ?? false
      }
  }
}
