public import Coordination
import StudyModel

// Processes that have memory: how much is a function of seed, size and trial.
extension World {
  /// The memory of one process of a leg, in MiB: of each size a tenth more or less.
  public static func memoryMiB(seed: UInt64, of leg: Leg) -> Int {
    var size = SeededGenerator(seed, UInt64(leg.width), 905)
    var trial = SeededGenerator(seed, UInt64(leg.id.trial.number), 906)
    return size.integer(50...400) * trial.integer(90...110) / 100
  }

  /// What a leg has of the memory of a GPU that it shares, in MiB.
  public static func deviceMemoryMiB(seed: UInt64, of leg: Leg) -> Int {
    var size = SeededGenerator(seed, UInt64(leg.width), 907)
    var trial = SeededGenerator(seed, UInt64(leg.id.trial.number), 908)
    return size.integer(2000...20_000) * trial.integer(90...110) / 100
  }

  private var shares: Int { coordinator.study.trial.trialsPerGPU }

  /// The processes of a leg on an agent.
  func processes(of leg: Leg, _ rank: Int) -> Int {
    let own = leg.slots.filter { $0.worker.rank == rank }
    return coordinator.study.trial.launch == .plain ? 1 : Set(own.map { $0.index / shares }).count
  }

  /// The largest memory of a process of a leg as its agent tells it; `nil` where agents tell nothing.
  func peakMiB(of leg: Leg) -> Int? {
    settings.memory.isEmpty ? nil : Self.memoryMiB(seed: settings.seed, of: leg)
  }

  /// The same on its GPU; `nil` also where it has whole ones.
  func peakDeviceMiB(of leg: Leg) -> Int? {
    settings.memory.isEmpty || leg.width >= shares
      ? nil : Self.deviceMemoryMiB(seed: settings.seed, of: leg)
  }

  /// The memory of which an agent's processes have more than there is, a leg's among them.
  func lackedMemory(_ leg: Leg, _ rank: Int) -> LackedMemory? {
    guard settings.memory.indices.contains(rank), let agent = agents[rank] else { return nil }
    let legs = agent.processes.map(\.leg) + agent.parts.map(\.leg)
    let used = legs.reduce(0) {
      $0 + processes(of: $1, rank) * Self.memoryMiB(seed: settings.seed, of: $1)
    }
    if used > settings.memory[rank].hostMiB { return .host }
    guard let limit = settings.memory[rank].deviceMiB, leg.width < shares else { return nil }
    let device = leg.slot.index / shares
    let beside = legs.filter { $0.width < shares && $0.slot.index / shares == device }
    let onDevice = beside.reduce(0) { $0 + Self.deviceMemoryMiB(seed: settings.seed, of: $1) }
    return onDevice > limit ? .device : nil
  }
}
