import Coordination
import Glibc
public import Processes
public import StudyModel
import StudyStore

/// What an agent asks of its keeper.
enum KeeperRequest: Hashable, Sendable, Codable {
  /// Keep a folder as a checkpoint, then remove it.
  case save(LegID, part: Container.Part?, epoch: Int, folder: String)
  /// Copy a folder that its trial will go on writing to, or only some folders in it, then keep the copy.
  case take(
    LegID, part: Container.Part?, epoch: Int, folder: String, only: [String]?, copy: String)
  /// Lay a checkpoint out as files.
  case load(LegID, Leg.Source, folder: String)
  /// Merge containers into one.
  case merge([String], keeping: [Container.Entry])
  /// Delete containers.
  case discard([String])
}

/// What a keeper tells its agent.
enum KeeperReply: Hashable, Sendable, Codable {
  /// Checkpoints are durable.
  case stored(Container)
  /// A checkpoint could not be kept.
  case notStored(LegID, epoch: Int, reason: String)
  /// Containers could not be merged.
  case notMerged([String], reason: String)
  /// The copy is made: the trial may go on.
  case taken(LegID, epoch: Int)
  /// The checkpoint's files are in place.
  case loaded(LegID)
  /// The checkpoint could not be read: it is damaged, or the operating system refused.
  case notLoaded(LegID, reason: String, isDamaged: Bool)
  /// Containers were deleted.
  case discarded([String])
}

/// Carries checkpoints to and from the parallel file system, beside the agent's loop.
///
/// A process of its own: a slow or hanging file system holds up neither the trials that train nor
/// the messages. What waits is kept together in one container, so that many small checkpoints cost
/// as many file operations as one.
public struct Keeper {
  private let channel: LineChannel
  private let folder: String
  private let worker: WorkerID
  private let begun = String(Int(wallSeconds() * 1e6), radix: 36)
  private var written = 0
  /// Containers of this keeper that are there.
  private var containers: Set<String> = []

  /// Containers at which the next one waits: five are merged once rank 0 has heard of them, and one may be
  /// written until the order comes. With the merged one a node stays within eight files.
  static let mostContainers = Coordinator.containersPerWorker + 1
  /// How long it waits, in seconds: until rank 0 usually has given the order.
  static let orderPatience = 0.1

  /// Serves the agent at the other end of `control` until that is closed.
  ///
  /// - Parameters:
  ///   - control: The socket to the agent.
  ///   - folder: The study's `checkpoints` folder.
  ///   - worker: The agent.
  /// - Throws: `SystemError`, or a decoding error where the agent is not ours.
  public static func serve(
    control: Descriptor, folder: String, worker: WorkerID
  ) throws {
    // What a terminal sends to the whole foreground group is the agent's to act on.
    let signals = try SignalPort(endingSignals)
    var keeper = Keeper(channel: try LineChannel(control), folder: folder, worker: worker)
    while !keeper.channel.isClosed {
      waitForAny(
        [Interest(keeper.channel.descriptor, writing: keeper.channel.wantsToWrite)], atMost: nil)
      _ = signals.receive()
      keeper.channel.flush()
      try keeper.serve(try keeper.channel.receive(KeeperRequest.self))
    }
  }

  private init(channel: LineChannel, folder: String, worker: WorkerID) {
    self.channel = channel
    self.folder = folder
    self.worker = worker
  }

  private mutating func serve(_ requests: [KeeperRequest]) throws {
    var waiting: [CheckpointContainer.Item] = []
    try serve(requests, &waiting)
    let deadline = monotonicSeconds() + Self.orderPatience
    var left = Self.orderPatience
    while !waiting.isEmpty, containers.count >= Self.mostContainers, !channel.isClosed, left > 0 {
      waitForAny([Interest(channel.descriptor, writing: channel.wantsToWrite)], atMost: left)
      channel.flush()
      try serve(try channel.receive(KeeperRequest.self), &waiting)
      left = deadline - monotonicSeconds()
    }
    if !waiting.isEmpty { try save(waiting) }
  }

  /// Does what is asked, but for checkpoints that are to be kept.
  private mutating func serve(
    _ requests: [KeeperRequest], _ waiting: inout [CheckpointContainer.Item]
  ) throws {
    for request in requests {
      switch request {
      case .save(let leg, let part, let epoch, let folder):
        waiting.append(item(leg, part, epoch, folder))
      case .take(let leg, let part, let epoch, let folder, let names, let copy):
        do {
          if let names {
            try makeFolder(copy)
            for name in names { try copyFolder("\(folder)/\(name)", to: "\(copy)/\(name)") }
          } else {
            try copyFolder(folder, to: copy)
          }
          waiting.append(item(leg, part, epoch, copy))
          try channel.send(KeeperReply.taken(leg, epoch: epoch))
        } catch let error as SystemError {
          try channel.send(KeeperReply.taken(leg, epoch: epoch))
          try channel.send(KeeperReply.notStored(leg, epoch: epoch, reason: "\(error)"))
        }
      case .load(let leg, let source, let target):
        try load(leg, source, target)
      case .merge(let names, let entries):
        try merge(names, entries)
      case .discard(let names):
        // Deleting again what a former run deleted is no error.
        for name in names { removeAll(folder + "/" + name) }
        containers.subtract(names)
        try channel.send(KeeperReply.discarded(names))
      }
    }
  }

  private func item(
    _ leg: LegID, _ part: Container.Part?, _ epoch: Int, _ folder: String
  ) -> CheckpointContainer.Item {
    .init(entry: Container.Entry(leg: leg, epoch: epoch, bytes: 0, part: part), folder: folder)
  }

  /// A file name that no agent of any run has had: the agent, when it began, and a count.
  private mutating func nextName() -> String {
    written += 1
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(worker.rank, 5))-\(begun)-\(padded(written, 6)).h5"
  }

  private mutating func save(_ items: [CheckpointContainer.Item]) throws {
    let name = nextName()
    do {
      let entries = try CheckpointContainer.write(items, as: name, in: folder)
      containers.insert(name)
      try channel.send(
        KeeperReply.stored(Container(name: name, owner: worker, entries: entries)))
    } catch let error as StoreError {
      if items.count > 1 {
        // One bad folder must not take the others along.
        for item in items { try save([item]) }
        return
      }
      try channel.send(
        KeeperReply.notStored(
          items[0].entry.leg, epoch: items[0].entry.epoch, reason: error.description))
    }
    for item in items { removeAll(item.folder) }
  }

  private func load(_ leg: LegID, _ source: Leg.Source, _ target: String) throws {
    // What a keeper that ended had laid out already.
    for name in namesInFolder(target) { removeAll(target + "/" + name) }
    do {
      try CheckpointContainer.load(source, from: folder, into: target)
      try channel.send(KeeperReply.loaded(leg))
    } catch let error as StoreError {
      let isDamaged = if case .damaged = error { true } else { false }
      try channel.send(
        KeeperReply.notLoaded(leg, reason: error.description, isDamaged: isDamaged))
    }
  }

  private mutating func merge(_ names: [String], _ entries: [Container.Entry]) throws {
    let name = nextName()
    do {
      try CheckpointContainer.merge(names, keeping: entries, as: name, in: folder)
      containers.insert(name)
      try channel.send(
        KeeperReply.stored(
          Container(name: name, owner: worker, entries: entries, replaced: names)))
    } catch let error as StoreError {
      try channel.send(KeeperReply.notMerged(names, reason: error.description))
    }
  }
}
