/// Names one trial of a study: the order in which its configuration was proposed, from 0.
public struct TrialID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The trial's number, from 0.
  public let number: Int

  /// Names the trial with this number.
  public init(_ number: Int) { self.number = number }

  /// The bare number.
  public var description: String { String(number) }

  /// Orders trials by the time of their proposal.
  public static func < (left: TrialID, right: TrialID) -> Bool { left.number < right.number }

  /// Reads a bare number.
  public init(from decoder: any Decoder) throws {
    number = try decoder.singleValueContainer().decode(Int.self)
  }

  /// Writes a bare number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

/// Names one agent within a run of the coordinator: its rank, from 0.
public struct WorkerID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// The agent's rank in the job's world, from 0.
  public let rank: Int

  /// Names the agent of this rank.
  public init(_ rank: Int) { self.rank = rank }

  /// The bare rank.
  public var description: String { String(rank) }

  /// Orders agents by rank.
  public static func < (left: WorkerID, right: WorkerID) -> Bool { left.rank < right.rank }

  /// Reads a bare rank.
  public init(from decoder: any Decoder) throws {
    rank = try decoder.singleValueContainer().decode(Int.self)
  }

  /// Writes a bare rank.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rank)
  }
}

/// A slot of an agent: room for one running trial.
public struct SlotID: Hashable, Sendable, Codable, Comparable {
  /// The agent that owns the slot.
  public let worker: WorkerID
  /// The slot's place on the agent, from 0.
  public let index: Int

  /// Names slot `index` of `worker`.
  public init(_ worker: WorkerID, _ index: Int) {
    self.worker = worker
    self.index = index
  }

  /// Orders slots by agent, then by place.
  public static func < (left: SlotID, right: SlotID) -> Bool {
    (left.worker, left.index) < (right.worker, right.index)
  }
}
