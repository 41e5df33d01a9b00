import StudyModel

// What a book of memory is made of.
extension MemoryBook {
  /// What is known of legs of one size.
  struct Shape: Hashable, Sendable, Codable {
    /// Slots of a leg.
    let width: Int
    /// Slots that a GPU was cut into.
    let shares: Int
    /// The most of one process on its node, in MiB; `nil` before one was seen.
    var peakMiB: Int?
    /// The most of a leg on one GPU, in MiB; `nil` before one was seen.
    var devicePeakMiB: Int?
    /// What a process must be allowed at least, in MiB, since so many as there were ran out of memory.
    var floorMiB: Int?
    /// Legs that may share a GPU, since one more ran out of memory.
    var mostOnDevice: Int?
    /// When fewer were last allowed: who started before does not count against those few.
    var narrowed: StudyTime?

    /// What is set aside for a process, in MiB; `nil` where nothing is known.
    var needMiB: Int? {
      guard peakMiB != nil || floorMiB != nil else { return nil }
      return max(peakMiB.map { NodeMemory.need(ofPeak: $0) } ?? 0, floorMiB ?? 0)
    }

    /// What is set aside for a leg on one GPU, in MiB; `nil` where nothing is known.
    var deviceNeedMiB: Int? { devicePeakMiB.map { NodeMemory.need(ofPeak: $0) } }
  }

  /// Who holds memory of a node, at its first slot there.
  struct Holder: Hashable, Sendable, Codable {
    /// The place of its shape.
    var shape: Int
    /// Its processes on this node.
    var processes: Int
    /// Since when.
    var since: StudyTime
    /// Whether nobody is to be beside it on the node.
    var isAlone: Bool
    /// Whether it is a warm process that waits for its next trial.
    var isIdle = false

    func needMiB(_ shapes: [Shape]) -> Int { processes * (shapes[shape].needMiB ?? 0) }
  }

  /// A node whose memory is known.
  struct Node: Hashable, Sendable, Codable {
    var memory: NodeMemory
    /// By slot.
    private(set) var holders: [Holder?]
    /// Legs that run, or are about to.
    private(set) var running = 0
    /// Those of them beside which nobody is to be.
    private(set) var isolated = 0
    /// What is set aside for all holders, in MiB.
    private(set) var usedMiB = 0

    init(memory: NodeMemory, slots: Int) {
      self.memory = memory
      holders = Array(repeating: nil, count: slots)
    }

    /// Who holds memory at a slot; `nil` for nobody.
    func holder(at slot: Int) -> Holder? {
      holders.indices.contains(slot) ? holders[slot] : nil
    }

    /// Puts a holder into a slot, or none.
    mutating func put(_ holder: Holder?, at slot: Int, _ shapes: [Shape]) {
      guard holders.indices.contains(slot) else { return }
      count(holders[slot], by: -1, shapes)
      holders[slot] = holder
      count(holder, by: 1, shapes)
    }

    private mutating func count(_ holder: Holder?, by sign: Int, _ shapes: [Shape]) {
      guard let holder else { return }
      usedMiB += sign * holder.needMiB(shapes)
      running += holder.isIdle ? 0 : sign
      isolated += holder.isAlone ? sign : 0
    }

    /// Counts anew what is set aside, where a shape needs more than before.
    mutating func recount(_ shapes: [Shape]) {
      usedMiB = holders.reduce(0) { $0 + ($1?.needMiB(shapes) ?? 0) }
    }
  }

  /// What a trial would take of nodes.
  struct Claim {
    /// The place of its shape; `nil` where none of its size has run.
    var shape: Int?
    var width: Int
    /// Slots that a GPU is cut into.
    var shares: Int
    /// The most processes that it would have on one node.
    var processes: Int
    var isAlone: Bool
  }
}
