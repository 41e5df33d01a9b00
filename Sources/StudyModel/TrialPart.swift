/// One program of a trial that has several: they run together as one heterogeneous job step, each on a
/// node of its own.
public struct TrialPart: Hashable, Sendable, Codable {
  /// The program and its arguments; not empty.
  public var command: [String]
  /// GPUs of the program; from 0.
  public var gpus: Int
  /// Processes of the program; at least 1.
  public var ranks: Int
  /// Cores of each process; at least 1.
  public var cpus: Int
  /// Memory of each process in MiB; `nil` for the node's.
  public var memoryMiB: Int?

  /// A program with a process for each GPU, or one.
  public init(
    command: [String], gpus: Int = 0, ranks: Int? = nil, cpus: Int = 1, memoryMiB: Int? = nil
  ) {
    self.command = command
    self.gpus = gpus
    self.ranks = ranks ?? max(1, gpus)
    self.cpus = cpus
    self.memoryMiB = memoryMiB
  }

  /// What all its processes need of a node.
  var room: NodeRoom {
    NodeRoom(cores: ranks * cpus, memoryMiB: ranks * (memoryMiB ?? 0), gpus: gpus)
  }
}
