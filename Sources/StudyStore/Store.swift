public import Coordination
public import StudyModel

/// A study on disk that this process runs: journals what happens and keeps the snapshot fresh.
public struct Store {
  /// The study's folder.
  public let directory: StudyDirectory
  /// The run's number.
  public var run: Int { journal.run }
  private var journal: Journal
  private var entriesAtSnapshot: Int
  private let writer = SnapshotWriter()

  /// What the files of a study say.
  public struct Record: Sendable {
    /// The state after the last whole entry.
    public var coordinator: Coordinator
    /// What there is of the journal.
    public var journal: Journal.Content
    /// Entries absorbed from the snapshot; the rest was replayed.
    public var entriesFromSnapshot: Int
    /// The first entry, from 0, whose recorded commands differ from those decided anew.
    public var firstDifference: Int?
    private var replayed = 0

    fileprivate init(
      coordinator: Coordinator, journal: Journal.Content, entriesFromSnapshot: Int
    ) {
      self.coordinator = coordinator
      self.journal = journal
      self.entriesFromSnapshot = entriesFromSnapshot
    }

    fileprivate mutating func absorb(_ entry: JournalEntry) {
      let commands = coordinator.absorb(entry.event, at: entry.time)
      if firstDifference == nil, !Store.areSame(commands, entry.commands) {
        firstDifference = entriesFromSnapshot + replayed
      }
      replayed += 1
    }
  }

  /// Rebuilds the state of a study from its snapshot and the journal after it.
  ///
  /// - Parameters:
  ///   - directory: The study.
  ///   - study: Its frozen study file.
  ///   - usingSnapshot: `false` to replay the journal from its beginning.
  /// - Returns: The state.
  /// - Throws: ``StoreError``.
  public static func read(
    _ directory: StudyDirectory, study: Study, usingSnapshot: Bool = true
  ) throws(StoreError) -> Record {
    if usingSnapshot, let snapshot = Snapshot.read(directory), snapshot.coordinator.study == study {
      var record = Record(
        coordinator: snapshot.coordinator, journal: Journal.Content(),
        entriesFromSnapshot: snapshot.position.entries)
      let journal = try Journal.read(directory.journal, after: snapshot.position) {
        record.absorb($0)
      }
      if let journal {
        record.journal = journal
        return record
      }
    }
    var record = Record(
      coordinator: Coordinator(study: study), journal: Journal.Content(), entriesFromSnapshot: 0)
    record.journal = try Journal.read(directory.journal) { record.absorb($0) }
    return record
  }

  /// Whether commands are written alike: JSON knows no difference between 1 and 1.0.
  static func areSame(_ left: [Command], _ right: [Command]) -> Bool {
    // Commands that do not encode are as different as can be.
    left == right || (try? JournalLine.write(left)) == (try? JournalLine.write(right))
  }

  /// Begins a run on a study.
  ///
  /// - Parameters:
  ///   - directory: The study.
  ///   - record: What its files say; read again where a coordinator that still lived has written
  ///     meanwhile.
  /// - Throws: ``StoreError``.
  public init(beginning directory: StudyDirectory, after record: inout Record) throws(StoreError) {
    self.directory = directory
    try Self.refuseOtherDecisions(directory, record)
    let claim = try Journal.Claim(directory.journal, after: record.journal)
    if claim.comesAfter(record.journal) {
      record = try Self.read(directory, study: record.coordinator.study)
      try Self.refuseOtherDecisions(directory, record)
    }
    journal = try Journal(claim, after: record.journal)
    entriesAtSnapshot = record.entriesFromSnapshot
    Snapshot.removePartials(in: directory)
  }

  private static func refuseOtherDecisions(
    _ directory: StudyDirectory, _ record: Record
  ) throws(StoreError) {
    guard let entry = record.firstDifference else { return }
    throw .decidedOtherwise(
      directory.path, entry: entry + 1, version: record.coordinator.run?.version ?? "")
  }

  /// Refuses where a later run has begun on the study.
  ///
  /// - Throws: ``StoreError/takenOver(_:run:by:)``.
  public func refuseIfTakenOver() throws(StoreError) {
    try Journal.refuseIfTakenOver(directory.journal, run)
  }

  /// Notes an event with its commands; durable after ``sync()``.
  ///
  /// - Parameter entry: What happened and what follows.
  public mutating func append(_ entry: JournalEntry) {
    journal.append(entry)
  }

  /// Brings everything noted to the disk: only then may the commands be performed.
  ///
  /// - Throws: ``StoreError``.
  public mutating func sync() throws(StoreError) { try journal.sync() }

  /// Rewrites the snapshot beside, if the journal has grown enough since the last one.
  ///
  /// - Parameter coordinator: The state after all that was noted.
  /// - Throws: ``StoreError``, also of the snapshot that was begun before.
  public mutating func refreshSnapshot(of coordinator: Coordinator) throws(StoreError) {
    try journal.sync()
    let entries = journal.position.entries
    guard Self.isDue(entries, after: entriesAtSnapshot),
      try writer.begin(
        coordinator, at: journal.position, in: directory,
        isPressing: entries - entriesAtSnapshot >= Self.mostReplayed)
    else { return }
    entriesAtSnapshot = entries
  }

  /// Rewrites the snapshot now.
  ///
  /// - Parameter coordinator: The state after all that was noted.
  /// - Throws: ``StoreError``, also of a snapshot that was begun before.
  public mutating func writeSnapshot(of coordinator: Coordinator) throws(StoreError) {
    try journal.sync()
    try finishSnapshot()
    try Snapshot.write(coordinator, at: journal.position, in: directory)
    entriesAtSnapshot = journal.position.entries
  }

  /// Waits for a snapshot that is being written.
  ///
  /// - Throws: ``StoreError`` where it could not be written.
  public func finishSnapshot() throws(StoreError) { try writer.finish() }

  /// Entries after the last snapshot that a restart replays in about two seconds: a next one no longer waits.
  static let mostReplayed = 49_000

  /// Whether a snapshot is due at so many entries, after the last at so many: all writing stays
  /// proportional to the journal's length, and little is ever to be replayed.
  static func isDue(_ entries: Int, after last: Int) -> Bool {
    entries - last >= max(256, last / 32)
  }
}
