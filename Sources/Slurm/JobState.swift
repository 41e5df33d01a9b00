/// The state of a job: what it is, and what is being done with it meanwhile.
///
/// Kept as Slurm's own number, so states of a release that is newer than this source survive.
///
/// Source: slurm.h, `enum job_states` and `JOB_STATE_FLAGS`; squeue(1), section "JOB STATE CODES".
public struct JobState: RawRepresentable, Hashable, Sendable, Codable {
  /// Slurm's number: the base in the lowest eight bits, flags above.
  public let rawValue: UInt32

  /// Takes Slurm's number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// What a job is, apart from flags.
  public enum Base: Hashable, Sendable {
    /// Waits for resources.
    case pending
    /// Has its resources.
    case running
    /// Has its resources, but does not execute.
    case suspended
    /// Ended with exit status 0.
    case completed
    /// Was cancelled, before or after its start.
    case cancelled
    /// Ended with another exit status.
    case failed
    /// Reached its time limit.
    case timeout
    /// Lost a node.
    case nodeFail
    /// Was displaced by another job.
    case preempted
    /// Could not boot its nodes.
    case bootFail
    /// Reached its deadline.
    case deadline
    /// Ran out of memory.
    case outOfMemory
    /// Is something that this source does not know.
    case unknown(UInt8)
  }

  /// What is being done with a job; bits that are not named here are kept.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The bits of the state's number, without the lowest eight.
    public let rawValue: UInt32

    /// Takes the bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
  }

  /// What the job is.
  public var base: Base {
    let code = UInt8(truncatingIfNeeded: rawValue)
    return JobState.bases.first { $0.code == code }?.base ?? .unknown(code)
  }

  /// What is being done with it.
  public var flags: Flags { Flags(rawValue: rawValue & 0xffff_ff00) }

  /// Whether the job holds or may get resources: it has not ended, or will be started again.
  ///
  /// An unknown state counts as not ended, since asking again costs little.
  public var isLive: Bool {
    if !flags.isDisjoint(with: [.completing, .requeued, .requeuedHeld, .specialExit]) {
      return true
    }
    return switch base {
    case .pending, .running, .suspended, .unknown: true
    default: false
    }
  }
}

extension JobState.Flags {
  /// Its launch failed.
  public static let launchFailed = JobState.Flags(rawValue: 1 << 8)
  /// The start is to be sent to the database again.
  public static let updatingDatabase = JobState.Flags(rawValue: 1 << 9)
  /// Will be queued again.
  public static let requeued = JobState.Flags(rawValue: 1 << 10)
  /// Will be queued again, and held.
  public static let requeuedHeld = JobState.Flags(rawValue: 1 << 11)
  /// Ended in a special way, and is held.
  public static let specialExit = JobState.Flags(rawValue: 1 << 12)
  /// Changes its size.
  public static let resizing = JobState.Flags(rawValue: 1 << 13)
  /// Waits for its nodes to boot.
  public static let configuring = JobState.Flags(rawValue: 1 << 14)
  /// Is being cleaned up; still holds nodes.
  public static let completing = JobState.Flags(rawValue: 1 << 15)
  /// Was stopped with SIGSTOP, and holds its resources.
  public static let stopped = JobState.Flags(rawValue: 1 << 16)
  /// Its nodes could not be configured.
  public static let reconfigurationFailed = JobState.Flags(rawValue: 1 << 17)
  /// Waits for nodes that were powered down.
  public static let poweringUp = JobState.Flags(rawValue: 1 << 18)
  /// Another cluster of the federation has it.
  public static let revoked = JobState.Flags(rawValue: 1 << 19)
  /// Will be queued again by the federation.
  public static let requeuedInFederation = JobState.Flags(rawValue: 1 << 20)
  /// Held, since its reservation was deleted.
  public static let reservationDeleted = JobState.Flags(rawValue: 1 << 21)
  /// A signal is on its way to it.
  public static let signaling = JobState.Flags(rawValue: 1 << 22)
  /// Its data are being staged out.
  public static let stagingOut = JobState.Flags(rawValue: 1 << 23)
}
