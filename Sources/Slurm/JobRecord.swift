/// What the controller knows of one job, or of one component of a heterogeneous job.
///
/// Times are seconds since 1970 on the controller's clock.
public struct JobRecord: Hashable, Sendable, Codable {
  /// The job, or the component.
  public let id: JobID
  /// The first component's job, if this belongs to a heterogeneous job.
  public let leader: JobID?
  /// Which component it is, from 0; nil if it belongs to no heterogeneous job.
  public let component: Int?
  /// The name it was submitted with.
  public let name: String
  /// The partition it is or will be in.
  public let partition: String
  /// Its state.
  public let state: JobState
  /// Why it waits or failed, as Slurm's number; 0 if there is no reason.
  public let reasonCode: Int
  /// Why it waits or failed, in Slurm's words; empty if there is no reason, or no words.
  public let reason: String
  /// The names of its nodes; none before it starts.
  public let nodes: [String]
  /// When it was submitted.
  public let submitTime: Int?
  /// When it started, or is expected to.
  public let startTime: Int?
  /// When it ended, or will reach its limit.
  public let endTime: Int?
  /// Its limit in minutes; nil if it has none.
  public let timeLimitMinutes: Int?
  /// What its script returned, 0 to 255; 0 before its end.
  public let exitStatus: Int
  /// The signal that ended its script, or 0.
  public let signal: Int
  /// How often it was queued again.
  public let restarts: Int
}
