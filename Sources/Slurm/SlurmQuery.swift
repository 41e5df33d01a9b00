/// A question to the controller, asked by a process of its own.
public enum SlurmQuery: Hashable, Sendable {
  /// What is known of these jobs; of a heterogeneous job's first component, of all of them.
  case jobs([JobID])
  /// How long the job may still run.
  case remaining(JobID)
  /// What there is to know of the partition of this name.
  case partition(String)

  /// The arguments for the process that asks; see ``runSlurmQueryChild(_:)``.
  public var arguments: [String] {
    switch self {
    case .jobs(let ids): ["jobs"] + ids.map(\.description)
    case .remaining(let id): ["remaining", id.description]
    case .partition(let name): ["partition", name]
    }
  }

  /// Understands the arguments that ``arguments`` makes; nil for others.
  public init?(arguments: [String]) {
    if arguments.count == 2, arguments[0] == "partition" {
      self = .partition(arguments[1])
      return
    }
    let ids = arguments.dropFirst().compactMap { JobID($0) }
    guard ids.count == arguments.count - 1, let first = ids.first else { return nil }
    switch arguments[0] {
    case "jobs": self = .jobs(ids)
    case "remaining" where ids.count == 1: self = .remaining(first)
    default: return nil
    }
  }
}

/// What the controller answered.
public enum SlurmAnswer: Hashable, Sendable, Codable {
  /// The records, by number, and those of the jobs asked about that the controller does not know:
  /// it forgets a job some minutes after its end (`MinJobAge` in slurm.conf).
  case jobs(known: [JobRecord], unknown: [JobID])
  /// The seconds that are left, 0 or more, and the end in seconds since 1970; nil for a job that
  /// has not started.
  case remaining(seconds: Int?, endTime: Int?)
  /// The partition; nil where the controller knows none of this name.
  case partition(PartitionRecord?)
  /// There is no answer.
  case failure(error: SlurmError)
}
