public import StudyModel

/// All that is known of one trial.
public struct TrialRecord: Hashable, Sendable, Codable {
  /// Where a trial stands.
  public enum State: String, Hashable, Sendable, Codable, CaseIterable {
    /// It has, or is about to get, a slot, or it waits for one after an interruption.
    case running
    /// It waits at a rung, and goes on if it is promoted.
    case paused
    /// It has had its full budget, or ended its own curve.
    case completed
    /// It was stopped for good.
    case stopped
    /// It failed for good.
    case failed
  }

  /// Why it stands there.
  public enum Reason: Hashable, Sendable, Codable {
    /// It was started or goes on.
    case training
    /// It reached a rung.
    case reachedRung(epoch: Int)
    /// It was not among the best at a rung.
    case notAmongBest(epoch: Int)
    /// It reached its full budget.
    case fullBudget
    /// It is the study's choice, without being trained.
    case chosenUntrained
    /// Its program ended its own curve.
    case endedItself
    /// The study ended.
    case studyEnded
    /// The searcher had no configuration for it.
    case noConfiguration
    /// Its metric was not a finite number.
    case diverged(epoch: Int)
    /// It reported at a rung without the study's metric.
    case metricMissing(epoch: Int)
    /// It ended with success, but never reported.
    case noReport(lastLine: String?)
    /// The checkpoint of this epoch cannot be read; it goes on from the one before.
    case damagedCheckpoint(epoch: Int)
    /// Its process failed.
    case process(LegEnd.Outcome, lastLine: String?)
    /// Its agent or its coordinator's run was lost; it goes on from its last checkpoint.
    case interrupted
  }

  /// A value with the epoch at which it was reported.
  public struct Best: Hashable, Sendable, Codable {
    /// The metric's value.
    public let value: Double
    /// The epoch.
    public let epoch: Int
  }

  /// The process that runs now.
  struct Running: Hashable, Sendable, Codable {
    var leg: LegID
    /// Where it runs; not empty. The first is where its agent is.
    var slots: [SlotID]
    /// The epoch up to which the process itself knows that it is to train.
    var until: Int
    /// The container of its checkpoint, until that is in place.
    var source: String?
    /// Those of the other parts of a checkpoint that one agent reads; `nil` for none.
    var otherSources: [String]?
    /// What there is of it on several agents; `nil` where it is on one.
    var parts: Parts?
    var reports = 0
    var began: StudyTime
    /// The epoch of its last checkpoint that is durable already, though it still runs.
    var durable = 0
    var isEnding = false
    /// Whether it was asked to wait at its next report.
    var isHeld = false
    /// Whether it was told to end with a checkpoint because the run ends, not the trial.
    var isHandedBack = false
    /// When it was told to end.
    var told: StudyTime?
    /// When it reported last, and which epoch.
    var lastReport: StudyTime?
    var lastEpoch = 0
    /// Its own seconds for an epoch, the recent slow ones counting.
    var epochSeconds: Double?

    var slot: SlotID { slots[0] }

    /// The agents that have processes of it.
    var workers: [WorkerID] { parts?.open ?? [slot.worker] }

    /// Seconds that went before a report.
    enum Lap {
      /// From its start to its first report.
      case first(Double)
      /// For each epoch since its last report.
      case epoch(Double)
    }

    /// Notes a report.
    ///
    /// - Returns: `nil` where it is of no later epoch than the last.
    mutating func note(_ report: Report, at time: StudyTime) -> Lap? {
      let passed = time.seconds - (lastReport ?? began).seconds
      let (isFirst, epochs) = (lastReport == nil, report.epoch - lastEpoch)
      (lastReport, lastEpoch) = (time, report.epoch)
      reports += 1
      if isFirst { return .first(passed) }
      guard epochs > 0 else { return nil }
      let seconds = passed / Double(epochs)
      // Slow epochs are remembered for a while.
      epochSeconds = max(seconds, 0.7 * (epochSeconds ?? 0))
      return .epoch(seconds)
    }
  }

  /// The processes of a trial on several agents.
  struct Parts: Hashable, Sendable, Codable {
    /// What was ordered of each agent.
    var leg: Leg
    /// Agents whose processes have not ended: at first that of the first process alone.
    var open: [WorkerID]
    /// Agents that have not got the checkpoint yet.
    var loading: [WorkerID]
    /// The end of the first process, or of those that failed first.
    var end: LegEnd?
    var hasFailed = false
    /// Whether an agent of it was lost.
    var isBroken = false
    /// Whether the checkpoint proved damaged somewhere.
    var isDamaged = false
    /// Whether those that are open were told to end, since others have.
    var isTold = false
    /// Agents that keep the checkpoint of its end.
    var keeping: [WorkerID] = []
    /// The last epoch of which a part could not be kept.
    var unkept: Int?
  }

  /// A checkpoint on its way into a container.
  struct Saving: Hashable, Sendable, Codable {
    var epoch: Int
    var worker: WorkerID
    /// The other agents that keep a part of it; not there where there is none.
    var others: [WorkerID]?
    /// When its process was told to end, or ended.
    var since: StudyTime

    func isOn(where isGone: (WorkerID) -> Bool) -> Bool {
      isGone(worker) || others?.contains(where: isGone) == true
    }
  }

  /// The trial.
  public let id: TrialID
  /// Its settings.
  @TypedConfiguration public internal(set) var configuration = Configuration()
  /// How its configuration came about; `nil` before.
  public internal(set) var origin: Origin?
  /// Where it stands.
  public internal(set) var state = State.running
  /// Why it stands there.
  public internal(set) var reason = Reason.training
  /// Processes started for it so far.
  public internal(set) var attempts = 0
  /// How many of them failed.
  public internal(set) var failures = 0
  /// The highest epoch reported.
  public internal(set) var epoch = 0
  /// The epoch up to which it may train; 0 where it is chosen without being trained.
  public internal(set) var target: Int
  /// The last finite value of the metric.
  public internal(set) var last: Best?
  /// The best finite value of the metric at any epoch.
  public internal(set) var best: Best?
  /// Its last durable checkpoint.
  @Boxed public internal(set) var checkpoint: Leg.Source?
  /// The one before, should the last prove damaged.
  @Boxed public internal(set) var formerCheckpoint: Leg.Source?
  /// When its first process started; `nil` before.
  public internal(set) var started: StudyTime?
  /// When its last process ended; `nil` before.
  public internal(set) var ended: StudyTime?
  /// Time its processes held a slot, in microseconds, up to the last end.
  public internal(set) var busyMicroseconds = 0
  /// The hosts it ran on, in order of first use.
  public internal(set) var hosts: [String] = []
  /// Which training of the winner it is when the search has ended, from 1; `nil` for a trial of the
  /// search.
  public internal(set) var finalSeed: Int?
  /// Whether its processes get a GPU to themselves, since one ran out of memory.
  public internal(set) var isAlone = false
  /// Its settings that follow its GPUs, as its last process saw them; `nil` where there are none.
  @Boxed public internal(set) var scaled: ScaledSettings?
  /// Whether it has its configuration.
  public internal(set) var isProposed = false
  /// The last accepted report's loss.
  var lastLoss = Loss.diverged
  @Boxed var running: Running?
  /// Slots held for it until its former process has ended and its checkpoint is durable.
  var reserved: [SlotID] = []
  /// The checkpoint that an agent is making durable.
  @Boxed var saving: Saving?
  /// Durable parts of checkpoints of which others are still to come; not there for most.
  var incoming: [Leg.Piece]?

  /// Notes a report of its process; see ``Running/note(_:at:)``.
  mutating func note(_ report: Report, at time: StudyTime) -> Running.Lap? {
    _running.change { $0?.note(report, at: time) }
  }

  init(id: TrialID, target: Int) {
    self.id = id
    self.target = target
  }

  /// The slots that it holds now; empty when it does not run.
  public var heldSlots: [SlotID] { running?.slots ?? [] }

  /// The slots that are held for its next process, until its former one has ended, and its checkpoint is
  /// durable, or it has its configuration; empty where none is.
  public var reservedSlots: [SlotID] { reserved }

  /// Where its process runs, and since when; `nil` when it does not.
  public var place: (slot: SlotID, since: StudyTime)? { running.map { ($0.slot, $0.began) } }
}

extension TrialRecord.Reason: CustomStringConvertible {
  /// A clause that completes "trial 17: ...".
  public var description: String {
    switch self {
    case .training: "training"
    case .reachedRung(let epoch): "paused at rung \(epoch)"
    case .notAmongBest(let epoch): "not among the best at rung \(epoch)"
    case .fullBudget: "reached its full budget"
    case .chosenUntrained: "chosen without being trained"
    case .endedItself: "ended its own training"
    case .studyEnded: "cut as the study ended"
    case .noConfiguration: "the search space had no configuration left"
    case .diverged(let epoch): "the metric was not a finite number at epoch \(epoch)"
    case .metricMissing(let epoch): "the report of epoch \(epoch) lacks the study's metric"
    case .noReport(let line): "ended without a report\(Self.quote(line))"
    case .process(let outcome, let line): "\(outcome)\(Self.quote(line))"
    case .damagedCheckpoint(let epoch):
      "its checkpoint of epoch \(epoch) is damaged; goes on from the one before"
    case .interrupted: "interrupted; goes on from its last checkpoint"
    }
  }

  private static func quote(_ line: String?) -> String {
    line.map { "; its last line: '\($0)'" } ?? ""
  }
}

extension LegEnd.Outcome: CustomStringConvertible {
  /// A clause that completes "trial 17: ...".
  public var description: String {
    switch self {
    case .exited(let status): "exited with status \(status)"
    case .signalled(let signal): "ended by signal \(signal)"
    case .outOfMemory: "ran out of memory"
    case .askedForNext: "went on to the next trial"
    case .silent(let seconds): "did not report for \(seconds) s"
    case .notStarted(let reason): "could not be started: \(reason)"
    case .endedByRung: "ended by Rung"
    }
  }
}
