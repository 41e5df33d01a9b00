/// What a node has for trials.
public struct NodeRoom: Hashable, Sendable {
  /// Cores.
  public var cores: Int
  /// Memory in MiB.
  public var memoryMiB: Int
  /// GPUs.
  public var gpus: Int

  /// Room of these figures.
  public init(cores: Int, memoryMiB: Int, gpus: Int) {
    self.cores = cores
    self.memoryMiB = memoryMiB
    self.gpus = gpus
  }

  /// What a slot needs of a node, and is not there.
  public enum Shortage: String, Error, Hashable, Sendable, CaseIterable {
    /// Cores.
    case cpus
    /// Memory.
    case memory
    /// GPUs.
    case gpus
  }

  /// Slots of the node for such trials: shares of GPUs, whole GPUs, or cores.
  ///
  /// A process of a trial has `trial.cpus` and `trial.memory`: with one process for each GPU that is a
  /// slot's, and with one for all its GPUs so many slots share it. Slots beyond the last whole trial
  /// of one size are left out, unless a trial is larger than the node.
  ///
  /// - Parameter trial: What a trial needs.
  /// - Returns: At least 1.
  /// - Throws: ``Shortage`` where not even one trial of one size fits, or one slot of several sizes or of
  ///   a trial that may be spread over nodes.
  public func slots(for trial: TrialSettings) throws(Shortage) -> Int {
    guard trial.parts.isEmpty else { return try slot(for: trial.parts) }
    let width = trial.equalSlots ?? 1
    let unit = trial.launch == .plain ? width : 1
    let most = trial.gpus > 0 ? times(gpus, trial.trialsPerGPU) : Int.max
    let least = trial.launch.staysOnNode ? width : 1
    guard least <= most else { throw .gpus }
    let cores = times(unit, cores / trial.cpus)
    guard least <= cores else { throw .cpus }
    var slots = min(most, cores)
    if let memory = trial.memoryMiB, memory > 0 {
      slots = min(slots, times(unit, memoryMiB / memory))
      guard least <= slots else { throw .memory }
    }
    return slots < width ? slots : slots - slots % width
  }

  /// The one slot of a node that is to hold any of these programs.
  private func slot(for parts: [TrialPart]) throws(Shortage) -> Int {
    for needed in parts.map(\.room) {
      guard needed.gpus <= gpus else { throw .gpus }
      guard needed.cores <= cores else { throw .cpus }
      guard needed.memoryMiB <= memoryMiB else { throw .memory }
    }
    return 1
  }

  private func times(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
  }
}

extension Site.Partition {
  /// What a node of the partition has.
  public var room: NodeRoom {
    NodeRoom(cores: cores, memoryMiB: memoryMiB, gpus: gpus?.count ?? 0)
  }

  /// Slots of a node for such trials; `nil` where none fits.
  public func slots(for trial: TrialSettings) -> Int? { try? room.slots(for: trial) }
}
