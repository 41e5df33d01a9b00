public import StudyModel

/// What the coordinator wants done.
public enum Command: Hashable, Sendable, Codable {
  /// The searcher is to propose a configuration; the answer comes as `proposed` or `exhausted`.
  case propose(TrialID)
  /// The searcher's model is to be fitted to its first observations; the answer comes as `fitted`.
  case fit(basis: Int)
  /// A trial's process starts; of one on several agents, its processes on the first.
  case start(Leg)
  /// A trial's processes on another of its agents start.
  case join(Leg, on: WorkerID, at: Rendezvous)
  /// A trial that reported is told how to go on.
  case answer(LegID, on: WorkerID, epoch: Int, Verdict)
  /// A trial's process is asked to wait for an answer at its next report.
  case hold(LegID, on: WorkerID)
  /// A trial's process is ended.
  case end(LegID, on: WorkerID)
  /// A trial has ended on its first agent, and soon is to have on this one.
  case conclude(LegID, on: WorkerID)
  /// Containers are merged: what is kept of them goes into a new one.
  case merge([String], keeping: [Container.Entry], on: WorkerID)
  /// Containers that hold nothing alive are deleted.
  case discard([String], on: WorkerID)
  /// The study has ended: agents end.
  case finish(Ending)
  /// This run ends, and another can go on with the study.
  case leave(reason: String)

  /// The agent that performs it; `nil` for the coordinator's own.
  public var worker: WorkerID? {
    switch self {
    case .propose, .fit, .finish, .leave: nil
    case .start(let leg): leg.slot.worker
    case .join(_, let worker, _), .answer(_, let worker, _, _), .hold(_, let worker),
      .end(_, let worker), .conclude(_, let worker), .merge(_, _, let worker),
      .discard(_, let worker):
      worker
    }
  }
}

extension Command {
  /// Whether the run is to end.
  public var isLeave: Bool { if case .leave = self { true } else { false } }
}

/// What a trial is told after a report.
public enum Verdict: Hashable, Sendable, Codable {
  /// Train on, at least until this epoch.
  case goOn(until: Int)
  /// Leave a checkpoint and end; it may go on later.
  case pause
  /// End for good, having had the full budget; the checkpoint is kept.
  case complete
  /// End for good; the checkpoint is not needed.
  case stop
}

extension Verdict {
  /// Whether the trial trains on.
  public var isGoOn: Bool { if case .goOn = self { true } else { false } }
}

/// Where the processes of a trial on several agents find each other.
public struct Rendezvous: Hashable, Sendable, Codable {
  /// The host of the trial's first process.
  public var host: String
  /// A port that was free there.
  public var port: Int

  /// A port of a host.
  public init(host: String, port: Int) { (self.host, self.port) = (host, port) }
}

/// One leg of a trial as it is ordered: a process that trains from one epoch to another.
public struct Leg: Hashable, Sendable, Codable {
  /// Where its checkpoint comes from.
  public struct Source: Hashable, Sendable, Codable {
    /// The name of the container that holds it, or its first part.
    public var container: String
    /// The checkpoint in it, or the first part.
    public var entry: Container.Entry
    /// The other parts; not there where the checkpoint is of one.
    private var others: [Piece]?

    /// A checkpoint in a container.
    public init(container: String, entry: Container.Entry) {
      self.container = container
      self.entry = entry
    }

    /// A checkpoint of these pieces, of which there is at least one.
    public init(_ pieces: [Piece]) {
      self.init(container: pieces[0].container, entry: pieces[0].entry)
      others = pieces.count > 1 ? Array(pieces.dropFirst()) : nil
    }

    /// All of its pieces, by number.
    public var pieces: [Piece] { [Piece(container: container, entry: entry)] + (others ?? []) }

    /// The size of all pieces in bytes.
    public var bytes: Int { pieces.reduce(0) { $0 + $1.entry.bytes } }

    /// Whether it is in one piece.
    var isWhole: Bool { others == nil && entry.part == nil }
  }

  /// A checkpoint, or a part of one, in a container.
  public struct Piece: Hashable, Sendable, Codable {
    /// The container's name.
    public var container: String
    /// What it is there.
    public var entry: Container.Entry

    /// An entry of a container.
    public init(container: String, entry: Container.Entry) {
      (self.container, self.entry) = (container, entry)
    }
  }

  /// The process.
  public var id: LegID
  /// Its first slot: where its agent is.
  public var slot: SlotID
  /// The trial's settings.
  @TypedConfiguration public var configuration: Configuration
  /// The checkpoint to go on from; `nil` to begin at epoch 0.
  public var source: Source?
  /// The epoch at which a decision is due.
  public var until: Int
  /// Which training of the search's winner it is, from 1, or the seed of a collection's training; 0 for a
  /// trial of a search. `RUNG_SEED`.
  public var seed: Int
  /// How many slots it holds, ``slot`` being the first; at least 1.
  public var width: Int
  /// The other slots; not there where it has one, as journals from before there were more.
  private var others: [SlotID]?
  /// The hosts of its slots, each once, where it is one job step on several; else `nil`.
  public var hosts: [String]?
  /// The settings that follow its GPUs; `nil` where the study has none.
  public var scaled: ScaledSettings?

  /// The trial's settings as its program sees them.
  public var seenConfiguration: Configuration { configuration.replaced(by: scaled) }

  /// Every slot that it holds, its agent's first.
  public var slots: [SlotID] { [slot] + (others ?? []) }

  /// The agents of its slots, each once, in the order of the slots.
  public var workers: [WorkerID] {
    var workers = [slot.worker]
    for slot in others ?? [] where !workers.contains(slot.worker) { workers.append(slot.worker) }
    return workers
  }

  /// Whether several agents have processes of it; not where one starts all of them by a job step.
  public var isInParts: Bool {
    hosts == nil && others?.contains { $0.worker != slot.worker } == true
  }

  /// The agent of each of its GPUs, in the order of its slots.
  ///
  /// - Parameter shares: Slots that a GPU is cut into.
  /// - Returns: As many as the leg has GPUs, whole or shared.
  public func owners(ofEach shares: Int) -> [WorkerID] {
    var devices: [SlotID] = []
    for slot in slots {
      let device = SlotID(slot.worker, slot.index / shares)
      if !devices.contains(device) { devices.append(device) }
    }
    return devices.map(\.worker)
  }

  /// A leg of these parts, in slots of which there is at least one.
  public init(
    id: LegID, slots: [SlotID], configuration: Configuration, source: Source?, until: Int,
    seed: Int = 0, hosts: [String]? = nil, scaled: ScaledSettings? = nil
  ) {
    self.id = id
    self.hosts = hosts
    self.scaled = scaled
    slot = slots[0]
    others = slots.count > 1 ? Array(slots.dropFirst()) : nil
    self.seed = seed
    width = slots.count
    _configuration = TypedConfiguration(wrappedValue: configuration)
    self.source = source
    self.until = until
  }
}

/// Why a study ended.
public enum Ending: Hashable, Sendable, Codable {
  /// Everything that was to be trained has been.
  case nothingLeft
  /// A rule of the study's `stop` was met; its name.
  case rule(String)
  /// The searcher has nothing left to propose.
  case exhausted
  /// Every trial failed.
  case everythingFailed
}

extension Ending: CustomStringConvertible {
  /// A clause that completes "the study ended: ...".
  public var description: String {
    switch self {
    case .nothingLeft: "every trial has had the budget it earned"
    case .rule(let name): "the rule 'stop.\(name)' was met"
    case .exhausted: "the search space holds no further configuration"
    case .everythingFailed: "every trial failed"
    }
  }
}
