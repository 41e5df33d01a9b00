public import StudyModel

/// A container file as the coordinator knows it.
public struct ContainerRecord: Hashable, Sendable {
  /// The file's name in the study's `checkpoints` folder.
  public let name: String
  /// The agent that merges or deletes it, as long as it is there; else another does.
  public let owner: WorkerID
  /// Its entries, living or not.
  public let entries: [Container.Entry]
  /// How often the checkpoints in it were written again at most.
  public let rewrites: Int
  /// Entries that are some trial's checkpoint, the last or the one before.
  public internal(set) var alive = 0
  /// Their bytes.
  public internal(set) var aliveBytes = 0
  /// Legs that are about to read it.
  var loading = 0
  /// The agent that is merging it into another.
  var merger: WorkerID?

  init(name: String, owner: WorkerID, entries: [Container.Entry], rewrites: Int) {
    self.name = name
    self.owner = owner
    self.entries = entries
    self.rewrites = rewrites
  }

  /// Whether nobody needs it any more.
  var isDead: Bool { alive == 0 && loading == 0 && merger == nil }
}

extension ContainerRecord: Codable {
  private enum Field: CodingKey {
    case name, owner, rewrites, alive, aliveBytes, loading, merger
    case trials, attempts, epochs, bytes, parts, partCounts
  }

  /// Reads what ``encode(to:)`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    func numbers(_ field: Field) throws -> [Int] {
      try container.decode([Int].self, forKey: field)
    }
    let legs = zip(try numbers(.trials), try numbers(.attempts)).map {
      LegID(TrialID($0), attempt: $1)
    }
    let sizes = zip(try numbers(.epochs), try numbers(.bytes))
    var all = zip(legs, sizes).map { Container.Entry(leg: $0, epoch: $1.0, bytes: $1.1) }
    if let parts = try container.decodeIfPresent([Int].self, forKey: .parts) {
      for (place, part) in zip(parts, try numbers(.partCounts)).enumerated()
      where all.indices.contains(place) && part.1 > 0 {
        all[place].part = Container.Part(part.0, of: part.1)
      }
    }
    entries = all
    name = try container.decode(String.self, forKey: .name)
    owner = try container.decode(WorkerID.self, forKey: .owner)
    rewrites = try container.decode(Int.self, forKey: .rewrites)
    alive = try container.decode(Int.self, forKey: .alive)
    aliveBytes = try container.decode(Int.self, forKey: .aliveBytes)
    loading = try container.decode(Int.self, forKey: .loading)
    merger = try container.decodeIfPresent(WorkerID.self, forKey: .merger)
  }

  /// Writes the entries' numbers in lists: a list of objects takes four times as long to read.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(name, forKey: .name)
    try container.encode(owner, forKey: .owner)
    try container.encode(rewrites, forKey: .rewrites)
    try container.encode(alive, forKey: .alive)
    try container.encode(aliveBytes, forKey: .aliveBytes)
    try container.encode(loading, forKey: .loading)
    try container.encodeIfPresent(merger, forKey: .merger)
    try container.encode(entries.map(\.leg.trial.number), forKey: .trials)
    try container.encode(entries.map(\.leg.attempt), forKey: .attempts)
    try container.encode(entries.map(\.epoch), forKey: .epochs)
    try container.encode(entries.map(\.bytes), forKey: .bytes)
    if entries.contains(where: { $0.part != nil }) {
      try container.encode(entries.map { $0.part?.number ?? 0 }, forKey: .parts)
      try container.encode(entries.map { $0.part?.count ?? 0 }, forKey: .partCounts)
    }
  }
}
