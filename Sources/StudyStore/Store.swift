public import Coordination
public import StudyModel

/// A study on disk that this process runs: journals what happens and keeps the snapshot fresh.
public struct Store {
  /// The study's folder.
  public let directory: StudyDirectory
  /// The run's number.
  public var run: Int { journal.run }
  private var journal: Journal
  private var entries: Int
  private var entriesAtSnapshot: Int

  /// What the files of a study say.
  public struct Record: Sendable {
    /// The state after the last whole entry.
    public var coordinator: Coordinator
    /// All entries.
    public var journal: Journal.Content
    /// Entries absorbed from the snapshot; the rest was replayed.
    public var entriesFromSnapshot: Int
    /// The first entry, from 0, whose recorded commands differ from those decided anew.
    public var firstDifference: Int?
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
    let journal = try Journal.read(directory.journal)
    var record = Record(
      coordinator: Coordinator(study: study), journal: journal, entriesFromSnapshot: 0)
    if usingSnapshot, let (coordinator, entries) = Snapshot.read(directory),
      entries <= journal.entries.count, coordinator.study == study,
      lastRun(in: journal.entries.prefix(entries)) == coordinator.run
    {
      record.coordinator = coordinator
      record.entriesFromSnapshot = entries
    }
    for index in record.entriesFromSnapshot..<journal.entries.count {
      let entry = journal.entries[index]
      let commands = record.coordinator.absorb(entry.event, at: entry.time)
      if record.firstDifference == nil, !areSame(commands, entry.commands) {
        record.firstDifference = index
      }
    }
    return record
  }

  /// The run that was on after these entries: with its host, process and moment no two are alike.
  private static func lastRun(in entries: ArraySlice<JournalEntry>) -> Run? {
    for entry in entries.reversed() {
      if case .runBegan(let run) = entry.event { return run }
    }
    return nil
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
  ///   - record: What its files say.
  /// - Throws: ``StoreError``.
  public init(beginning directory: StudyDirectory, after record: Record) throws(StoreError) {
    self.directory = directory
    journal = try Journal(beginning: directory.journal, after: record.journal)
    entries = record.journal.entries.count
    entriesAtSnapshot = record.entriesFromSnapshot
  }

  /// Notes an event with its commands; durable after ``sync()``.
  ///
  /// - Parameter entry: What happened and what follows.
  public mutating func append(_ entry: JournalEntry) {
    journal.append(entry)
    entries += 1
  }

  /// Brings everything noted to the disk: only then may the commands be performed.
  ///
  /// - Throws: ``StoreError``.
  public mutating func sync() throws(StoreError) { try journal.sync() }

  /// Rewrites the snapshot if the journal has grown by half since the last one, so that all
  /// writing stays proportional to the journal's length.
  ///
  /// - Parameters:
  ///   - coordinator: The state after all that was noted.
  ///   - always: Whether to write it in any case.
  /// - Throws: ``StoreError``.
  public mutating func refreshSnapshot(
    of coordinator: Coordinator, always: Bool = false
  ) throws(StoreError) {
    guard always || entries - entriesAtSnapshot >= max(256, entriesAtSnapshot / 2) else { return }
    try Snapshot.write(coordinator, after: entries, in: directory)
    entriesAtSnapshot = entries
  }
}
