import Coordination
import FoundationEssentials
import Processes
public import StudyModel

/// A check of a study's files: the journal replayed from its beginning, the snapshot beside it, every
/// checkpoint read.
public struct Verification: Sendable, Encodable {
  /// A decision that the replay made otherwise than it is recorded.
  public struct Difference: Hashable, Sendable, Encodable {
    /// The journal file.
    public var file: String
    /// The line in it, from 1.
    public var line: Int
    /// What was recorded, as JSON.
    public var recorded: String
    /// What was decided anew, as JSON.
    public var decided: String
  }

  /// What became of the snapshot.
  public enum SnapshotState: String, Sendable, Encodable {
    /// It holds what the replay holds at the same entry.
    case same
    /// It holds something else; resuming from it would go another way.
    case different
    /// There is none: resuming replays the journal.
    case absent
    /// It cannot be read: resuming replays the journal.
    case unusable
  }

  /// A checkpoint that is not what it should be.
  public struct Damage: Hashable, Sendable, Encodable {
    /// The container's file.
    public var file: String
    /// The trial whose checkpoint it is.
    public var trial: TrialID
    /// Which of the trial's processes left it, from 1.
    public var attempt: Int
    /// The epoch after which it was left.
    public var epoch: Int
    /// What is wrong.
    public var cause: String
  }

  /// Journal files.
  public private(set) var runs: Int
  /// Entries in all of them.
  public private(set) var entries: Int
  /// The first entry whose decision differs.
  public private(set) var difference: Difference?
  /// The snapshot.
  public private(set) var snapshot = SnapshotState.absent
  /// Containers that the journal knows.
  public private(set) var containers = 0
  /// Checkpoints in them.
  public private(set) var checkpoints = 0
  /// Their bytes.
  public private(set) var bytes = 0
  /// What is wrong with checkpoints.
  public private(set) var damages: [Damage] = []
  /// Files among the checkpoints that the journal does not know; a later run deletes them.
  public private(set) var strays: [String] = []

  /// Whether the study can go on as if nothing had happened.
  public private(set) var isSound = true

  private enum CodingKeys: String, CodingKey {
    case runs, entries, difference, snapshot, containers, checkpoints, bytes, damages, strays
    case isSound = "sound"
  }

  /// How far a check is.
  public enum Step: Hashable, Sendable {
    /// So many entries of the journal are replayed.
    case entries(Int)
    /// So many checkpoints are read, of all.
    case checkpoints(Int, of: Int)
  }

  /// Checks a study that nobody runs meanwhile.
  ///
  /// - Parameters:
  ///   - directory: The study.
  ///   - study: Its frozen study file.
  ///   - tell: Is told after each step.
  /// - Throws: ``StoreError`` where the journal cannot be read at all.
  public init(
    of directory: StudyDirectory, study: Study, tell: (Step) -> Void = { _ in }
  ) throws(StoreError) {
    let kept = Snapshot.read(directory)
    if kept == nil, exists(directory.snapshot) { snapshot = .unusable }
    var coordinator = Coordinator(study: study)
    var (entries, run, line) = (0, 1, 1)
    var (difference, state): (Difference?, SnapshotState?)
    let journal = try Journal.read(directory.journal) { entry in
      if let kept, kept.position.entries == entries {
        state = Self.compare(kept.coordinator, with: coordinator)
      }
      if case .runBegan(let begun) = entry.event { (run, line) = (begun.number, 1) }
      (entries, line) = (entries + 1, line + 1)
      let commands = coordinator.absorb(entry.event, at: entry.time)
      if difference == nil, !Store.areSame(commands, entry.commands) {
        difference = Difference(
          file: directory.journal + "/" + Journal.name(of: run), line: line,
          recorded: Self.text(entry.commands), decided: Self.text(commands))
      }
      tell(.entries(entries))
    }
    (runs, self.entries, self.difference) = (journal.lastRun, entries, difference)
    if let kept {
      // A snapshot of more than the journal has is none of this journal.
      snapshot =
        state
        ?? (kept.position.entries == entries
          ? Self.compare(kept.coordinator, with: coordinator) : .different)
    }
    readCheckpoints(of: coordinator, in: directory.checkpoints, tell)
    isSound = difference == nil && snapshot != .different && damages.isEmpty
  }

  private static func compare(_ kept: Coordinator, with replayed: Coordinator) -> SnapshotState {
    text(kept) == text(replayed) ? .same : .different
  }

  private mutating func readCheckpoints(
    of coordinator: Coordinator, in folder: String, _ tell: (Step) -> Void
  ) {
    let all = coordinator.containers.reduce(0) { $0 + $1.entries.count }
    containers = coordinator.containers.count
    for container in coordinator.containers {
      let path = folder + "/" + container.name
      for entry in container.entries {
        checkpoints += 1
        bytes += entry.bytes
        do { try CheckpointContainer.check(entry, of: path) } catch {
          damages.append(
            Damage(
              file: path, trial: entry.leg.trial, attempt: entry.leg.attempt, epoch: entry.epoch,
              cause: error.description))
        }
        tell(.checkpoints(checkpoints, of: all))
      }
    }
    let known = Set(coordinator.containers.map(\.name))
    strays = namesInFolder(folder).filter { !known.contains($0) }.map { folder + "/" + $0 }
  }

  private static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
      preconditionFailure("a state did not encode: \(error)")
    }
  }
}
