/// What a process on a node saw and measured there.
public struct NodeRecord: Hashable, Sendable, Codable {
  /// The node as Slurm calls it, or the host's name outside of Slurm.
  public var node: String
  /// The process's number among those of the job, from 0.
  public var rank: Int
  /// CPUs that the process may run on, as the kernel counts them.
  public var usableCores: Int
  /// Memory that the kernel says is built in, in MiB.
  public var memoryMiB: Int
  /// The GPUs that the job was given, or that the kernel shows, as the vendor's variable names them.
  public var devices: [String] = []
  /// What a trial in each slot would see, where it is a process of the agent's.
  public var slots: [SlotView] = []
  /// The nodes of the job whose names do not resolve here.
  public var unresolved: [String] = []
  /// Storage for itself.
  public var local: StorageProbe?
  /// An HDF5 file of this node on the study's file system.
  public var file: FileProbe?
  /// Rank 0's file as seen from here; `nil` on rank 0, and where there was none to look for.
  public var seen: SeenFile?
  /// Whether `sbatch` works from here, asked on rank 0 only: Slurm's refusal, or empty.
  public var sbatchRefusal: String?
  /// The processes that MPI knows of; `nil` where it was not started, or did not come up.
  public var worldSize: Int?
  /// How the others answered rank 0; empty on all others.
  public var peers: [PeerRecord] = []

  /// The shared libraries of Rung's process, in the order in which they are to be shown.
  public var libraries: [LibraryRecord] = []

  /// A record with nothing in it yet.
  public init(node: String, rank: Int, usableCores: Int, memoryMiB: Int) {
    self.node = node
    self.rank = rank
    self.usableCores = usableCores
    self.memoryMiB = memoryMiB
  }
}

/// How another process answered rank 0.
public struct PeerRecord: Hashable, Sendable, Codable {
  /// Its number.
  public var rank: Int
  /// Half the time of the median round trip of a short message, in seconds.
  public var latency: Double?
  /// Of long messages, in bytes a second.
  public var bandwidth: Double?
  /// Its clock minus rank 0's, in seconds, corrected by half of the shortest round trip.
  public var skew: Double?
  /// How wrong the skew may be: half of that round trip, in seconds.
  public var skewError: Double?
  /// What failed; `nil` where nothing did.
  public var failure: String?

  /// A record of a process.
  public init(rank: Int) { self.rank = rank }
}
