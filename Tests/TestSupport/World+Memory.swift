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

  /// The processes of a leg on an agent.
  func processes(of leg: Leg, _ rank: Int) -> Int {
    let trial = coordinator.study.trial
    let own = leg.slots.filter { $0.worker.rank == rank }
    return trial.launch == .plain ? 1 : Set(own.map { $0.index / trial.trialsPerGPU }).count
  }

  /// The largest memory of a process of a leg as its agent tells it; `nil` where agents tell nothing.
  func peakMiB(of leg: Leg) -> Int? {
    settings.memory.isEmpty ? nil : Self.memoryMiB(seed: settings.seed, of: leg)
  }

  /// Whether an agent's processes have more memory than there is.
  func isOutOfMemory(_ rank: Int) -> Bool {
    guard settings.memory.indices.contains(rank), let agent = agents[rank] else { return false }
    let legs = agent.processes.map(\.leg) + agent.parts.map(\.leg)
    let used = legs.reduce(0) {
      $0 + processes(of: $1, rank) * Self.memoryMiB(seed: settings.seed, of: $1)
    }
    return used > settings.memory[rank].hostMiB
  }
}
