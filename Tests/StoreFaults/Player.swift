import Coordination
import FoundationEssentials
import Processes
import Searchers
import StudyModel
import StudyStore

/// Plays a study against a real store, journal, snapshots and containers: as rank 0's loop, the
/// agents and their keepers do, but one thing after another, so that a run can be ended after any of
/// them.
///
/// What a trial answers depends on its number and epoch alone, and of all that could report next it
/// is the trial with the lowest number that does: however often a study is ended and goes on, it
/// comes to the same end.
struct Player {
  private let directory: StudyDirectory
  private(set) var coordinator: Coordinator
  private var store: Store
  private var proposer = Proposer()
  private var pending: [Happening]
  private var processes: [TrialID: Process] = [:]
  private var written = 0
  /// Events absorbed in this run.
  private(set) var absorbed = 0

  /// What happens next: a searcher answers by what is known then.
  private enum Happening {
    case event(Event)
    case asked(TrialID)
  }

  private struct Process {
    let leg: Leg
    /// The agents on which it has not ended: the first trains and reports for all.
    var open: [WorkerID]
    var epoch: Int
    var until: Int
    /// The epoch of the checkpoint that the first has left.
    var kept: Int?

    var isTraining: Bool { epoch < until && open.first == leg.slot.worker }

    /// An agent as events name it: not at all where the trial is on one.
    func named(_ worker: WorkerID) -> WorkerID? { leg.isInParts ? worker : nil }
  }

  /// What must not be.
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  /// Events between two snapshots: the store's own rule would write few in so small a study.
  private static let snapshotEvery = 40
  private static let nodes = 2

  /// Begins a run on what is in a folder.
  init(_ directory: StudyDirectory, _ study: Study) throws {
    var record = try Store.read(directory, study: study)
    self.directory = directory
    coordinator = record.coordinator
    store = try Store(beginning: directory, after: &record)
    let known = Set(coordinator.containers.map(\.name))
    for name in try readFolder(directory.checkpoints) where !known.contains(name) {
      removeAll(directory.checkpoints + "/" + name)
    }
    pending = [
      .event(
        .runBegan(
          Run(
            number: store.run, host: "here", process: 1, processStart: store.run, job: nil,
            wallTime: Double(store.run), version: "test")))
    ]
    for rank in 0..<Self.nodes {
      pending.append(.event(.workerJoined(WorkerID(rank), host: "node\(rank)", slots: 2)))
    }
  }

  /// Plays on.
  ///
  /// - Parameters:
  ///   - limit: After this event the run is killed: it was journalled, and nothing that it caused was
  ///     done.
  ///   - afterEach: Is called with the number of each event in this run, at the same moment.
  /// - Returns: Whether the study has ended.
  /// - Throws: `StoreError`, and ``Violation``.
  mutating func play(
    upTo limit: Int = .max, afterEach: (Int) throws -> Void = { _ in }
  ) throws -> Bool {
    while true {
      if case .finished = coordinator.phase {
        try store.writeSnapshot(of: coordinator)
        return true
      }
      guard let event = next() else { throw Violation(description: "nothing more happens") }
      let time = StudyTime(microseconds: coordinator.now.microseconds + 1000)
      let commands = coordinator.absorb(event, at: time)
      store.append(JournalEntry(time: time, event: event, commands: commands))
      try store.sync()
      absorbed += 1
      try afterEach(absorbed)
      guard absorbed < limit else { return false }
      for command in commands { try perform(command) }
      if absorbed.isMultiple(of: Self.snapshotEvery) {
        try store.writeSnapshot(of: coordinator)
      } else {
        try store.refreshSnapshot(of: coordinator)
        try store.finishSnapshot()
      }
    }
  }

  private mutating func next() -> Event? {
    guard !pending.isEmpty else { return nextReport() }
    switch pending.removeFirst() {
    case .event(let event): return event
    case .asked(let trial):
      proposer.prepare(for: coordinator.searcher)
      return proposer.proposal(for: trial, of: coordinator.searcher)
    }
  }

  private mutating func perform(_ command: Command) throws {
    switch command {
    case .propose(let trial): pending.append(.asked(trial))
    case .fit(let basis):
      proposer.keep(coordinator.searcher.fit(to: basis), basis: basis)
      pending.insert(.event(.fitted(basis: basis)), at: 0)
    case .start(let leg): try start(leg)
    case .join(let leg, let worker, _): try join(leg, worker)
    case .answer(let leg, let worker, let epoch, let verdict): answer(leg, worker, epoch, verdict)
    case .end(let leg, let worker): end(leg, worker, .endedByRung, keeping: nil)
    case .conclude(let leg, let worker):
      end(leg, worker, .exited(status: 0), keeping: processes[leg.trial]?.kept)
    case .merge(let names, let entries, let worker): merge(names, entries, worker)
    case .discard(let names, _):
      for name in names { removeAll(directory.checkpoints + "/" + name) }
    case .hold, .finish, .leave: break
    }
  }

  private mutating func start(_ leg: Leg) throws {
    guard processes[leg.id.trial] == nil else {
      throw Violation(description: "trial \(leg.id.trial) runs twice")
    }
    try load(leg)
    let process = Process(
      leg: leg, open: [leg.slot.worker], epoch: leg.source?.entry.epoch ?? 0, until: leg.until)
    processes[leg.id.trial] = process
    if leg.isInParts { pending.append(.event(.opened(leg.id, port: 1))) }
    pending.append(.event(.began(leg.id, on: process.named(leg.slot.worker))))
  }

  private mutating func join(_ leg: Leg, _ worker: WorkerID) throws {
    guard processes[leg.id.trial]?.leg.id == leg.id else { return }
    try load(leg)
    processes[leg.id.trial]?.open.append(worker)
    pending.append(.event(.began(leg.id, on: worker)))
  }

  /// Reads the checkpoint, or all its parts, that a process goes on from.
  private func load(_ leg: Leg) throws {
    for piece in leg.source?.pieces ?? [] {
      let content = try withFolder { folder in
        try CheckpointContainer.load(
          piece.entry, from: directory.checkpoints + "/" + piece.container, into: folder)
        return try readFile(folder + "/state")
      }
      guard content == Self.content(piece.entry) else {
        throw Violation(description: "\(leg.id) got the checkpoint of another")
      }
    }
  }

  private mutating func answer(
    _ leg: LegID, _ worker: WorkerID, _ epoch: Int, _ verdict: Verdict
  ) {
    if case .goOn(let until) = verdict {
      processes[leg.trial]?.until = until
    } else {
      end(leg, worker, .exited(status: 0), keeping: verdict == .stop ? nil : epoch)
    }
  }

  /// Ends the processes on an agent, which keeps their checkpoint, or their part of it.
  private mutating func end(
    _ leg: LegID, _ worker: WorkerID, _ outcome: LegEnd.Outcome, keeping epoch: Int?,
    lastLine: String? = nil
  ) {
    guard var process = processes[leg.trial], process.leg.id == leg,
      let place = process.open.firstIndex(of: worker)
    else { return }
    process.open.remove(at: place)
    if worker == process.leg.slot.worker { process.kept = epoch }
    processes[leg.trial] = process.open.isEmpty ? nil : process
    pending.append(
      .event(
        .legEnded(
          LegEnd(
            leg: leg, outcome: outcome, keeping: epoch, lastLine: lastLine,
            worker: process.named(worker)))))
    guard let epoch else { return }
    let workers = process.leg.workers
    let part =
      process.leg.isInParts
      ? workers.firstIndex(of: worker).map { Container.Part($0, of: workers.count) } : nil
    let entry = Container.Entry(leg: leg, epoch: epoch, bytes: 0, part: part)
    do {
      let name = nextName()
      let entries = try withFolder { folder in
        try writeFile(folder + "/state", Self.content(entry))
        return try CheckpointContainer.write(
          [CheckpointContainer.Item(entry: entry, folder: folder)], as: name,
          in: directory.checkpoints)
      }
      pending.append(.event(.stored(Container(name: name, owner: worker, entries: entries))))
    } catch {
      pending.append(.event(.notStored(leg, reason: "\(error)", epoch: part.map { _ in epoch })))
    }
  }

  private mutating func merge(
    _ names: [String], _ entries: [Container.Entry], _ worker: WorkerID
  ) {
    do {
      let name = nextName()
      try CheckpointContainer.merge(
        names, keeping: entries, as: name, in: directory.checkpoints)
      pending.append(
        .event(
          .stored(Container(name: name, owner: worker, entries: entries, replaced: names))))
    } catch { pending.append(.event(.notMerged(names, reason: "\(error)"))) }
  }

  /// The next epoch of the trial with the lowest number, of those that wait for nothing.
  private mutating func nextReport() -> Event? {
    guard let trial = processes.filter(\.value.isTraining).keys.min(),
      let process = processes[trial]
    else { return nil }
    let (number, epoch, first) = (trial.number, process.epoch + 1, process.leg.slot.worker)
    if number % 7 == 5, epoch == 2, coordinator.trials[number].failures == 0 {
      end(process.leg.id, first, .exited(status: 1), keeping: nil, lastLine: "Error: \(number)")
      return next()
    }
    if number % 13 == 11, epoch == 3 {
      // It ends its own curve.
      end(process.leg.id, first, .exited(status: 0), keeping: nil)
      return next()
    }
    processes[trial]?.epoch = epoch
    return .reported(
      Report(
        leg: process.leg.id, epoch: epoch,
        values: coordinator.study.metrics.map { metric in
          .init(metric.name, Self.value(number, epoch, metric.name))
        }, isAnswerable: true))
  }

  /// A value that jumps about, better with epochs; of some trials not a number.
  private static func value(_ trial: Int, _ epoch: Int, _ metric: String) -> Double {
    if trial % 11 == 9, epoch >= 2 { return .nan }
    let hash = (trial + metric.utf8.count) * 7919 % 1009
    return Double(hash) / 1009 + 1 / Double(epoch)
      + Double(hash * epoch * 31 % 97) / 97 / Double(epoch)
  }

  private static func content(_ entry: Container.Entry) -> [UInt8] {
    let part = entry.part.map { " part \($0.number) of \($0.count)" } ?? ""
    return Array("trial \(entry.leg.trial) epoch \(entry.epoch)\(part)".utf8)
  }

  private mutating func nextName() -> String {
    written += 1
    let digits = String(1_000_000 * store.run + written)
    return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".h5"
  }

  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = directory.path + "/trial"
    removeAll(folder)
    try makeFolder(folder)
    defer { removeAll(folder) }
    return try body(folder)
  }
}
