public import StudyModel

/// What reaches the coordinator. Each event is journalled with the commands it caused.
public enum Event: Hashable, Sendable, Codable {
  /// A run of the coordinator began: no agent is known and nothing runs.
  case runBegan(Run)
  /// Everything that is to survive this run must be durable at this time.
  case horizonKnown(StudyTime)
  /// The run is to end as soon as trials have reported and left their checkpoints.
  case drainBegan(reason: String)
  /// A run of the coordinator ended in an orderly way, before the study did.
  case runEnded(reason: String)
  /// An agent is ready to serve trials; its node has so much memory for them, where it says so.
  case workerJoined(WorkerID, host: String, slots: Int, memory: NodeMemory? = nil)
  /// An agent is gone, with all that ran there.
  case workerLost(WorkerID, reason: String)
  /// A searcher proposed the configuration of a trial that is to start.
  case proposed(TrialID, Configuration, from: Origin)
  /// A searcher has nothing to propose any more.
  case exhausted(TrialID)
  /// The searcher's model was fitted to its first observations, and proposes by them from now on.
  case fitted(basis: Int)
  /// Results of an earlier study, for the searcher.
  case known([KnownResult])
  /// The first agent of a trial that is spread over several has a port at which its processes meet.
  case opened(LegID, port: Int)
  /// A trial's process is up, its checkpoint in place; of one on several agents, its processes on this
  /// one.
  case began(LegID, on: WorkerID? = nil)
  /// A trial's process was not started, since the checkpoint that it was to go on from is damaged.
  case damaged(LegID, reason: String, on: WorkerID? = nil)
  /// A trial reported.
  case reported(Report)
  /// A trial's process has ended, and all its children; of one on several agents, those on one.
  case legEnded(LegEnd)
  /// Checkpoints are durable in a container.
  case stored(Container)
  /// A checkpoint could not be kept; of one in parts, the part of this epoch.
  case notStored(LegID, reason: String, epoch: Int? = nil)
  /// Containers could not be merged.
  case notMerged([String], reason: String)
  /// An agent has measured how busy its node's devices were since it last said so.
  case used(WorkerID, [DeviceLoad])
  /// The study's time or GPU-hours may be used up.
  case deadlinePassed
}

/// One run of a coordinator.
public struct Run: Hashable, Sendable, Codable {
  /// The run's number, from 1: the number of its journal file.
  public var number: Int
  /// The host of rank 0.
  public var host: String
  /// The process id of rank 0 on that host.
  public var process: Int
  /// When that process started, in the kernel's clock ticks since boot: with the id, its identity.
  public var processStart: Int
  /// The Slurm job, or `nil` outside of Slurm.
  public var job: Int?
  /// Seconds since 1970 at the beginning of the run, for display only.
  public var wallTime: Double
  /// The version of Rung.
  public var version: String
  /// The size of trials in this run; `nil` where it is the study's own.
  public var size: TrialSize?
  /// What there is to know of job steps, where trials are started as such; `nil` where the agents start
  /// processes of their own.
  public var steps: Steps?
  /// What trials were measured to need of memory before; `nil` where nothing was measured.
  public var peaks: [MemoryPeak]?
  /// The classes of trials that have agents for themselves, ascending by size; `nil` where there are none.
  public var classes: [TrialClass]?

  /// Trials as job steps.
  public struct Steps: Hashable, Sendable, Codable {
    /// The most that there may be at a time; `nil` for no bound.
    public var limit: Int?

    /// Steps of which there are at most so many at a time.
    public init(limit: Int? = nil) { self.limit = limit }
  }

  /// A run of these figures.
  public init(
    number: Int, host: String, process: Int, processStart: Int, job: Int?, wallTime: Double,
    version: String, size: TrialSize? = nil, steps: Steps? = nil, peaks: [MemoryPeak]? = nil,
    classes: [TrialClass]? = nil
  ) {
    self.peaks = peaks
    self.size = size
    self.classes = classes
    self.steps = steps
    self.number = number
    self.host = host
    self.process = process
    self.processStart = processStart
    self.job = job
    self.wallTime = wallTime
    self.version = version
  }
}

/// One process of a trial, from its start to its end: a trial that pauses has several.
///
/// The attempt numbers fence: what a process says after its leg was given up has an old number.
public struct LegID: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The trial.
  public let trial: TrialID
  /// Which of its processes, from 1; `RUNG_ATTEMPT`.
  public let attempt: Int

  /// Names an attempt of a trial.
  public init(_ trial: TrialID, attempt: Int) {
    self.trial = trial
    self.attempt = attempt
  }

  /// For example `17.2`.
  public var description: String { "\(trial).\(attempt)" }
}

/// What a trial reported.
public struct Report: Hashable, Sendable, Codable {
  /// A metric with its value; not a number where the trial said so.
  public struct Value: Hashable, Sendable, Codable {
    /// The metric's name.
    public let name: String
    /// Its value.
    public let value: Double

    /// A value of this name.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }

    /// Equal when the names are and the values are the same bits, so that NaN equals itself.
    public static func == (left: Value, right: Value) -> Bool {
      left.name == right.name && left.value.bitPattern == right.value.bitPattern
    }

    /// Hashes the name and the value's bits.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(value.bitPattern)
    }
  }

  /// Who reported.
  public var leg: LegID
  /// The epoch just finished, from 1.
  public var epoch: Int
  /// All metrics, in the order in which the trial gave them.
  public var values: [Value]
  /// Whether the trial waits for, or can be told, a decision.
  public var isAnswerable: Bool
  /// Whether it waits because it was asked to hold.
  public var isHeld: Bool {
    get { held ?? false }
    set { held = newValue ? true : nil }
  }
  /// Not there for most: journals from before there was a hold are read, and others not longer.
  private var held: Bool?

  /// A report of these parts.
  public init(
    leg: LegID, epoch: Int, values: [Value], isAnswerable: Bool, isHeld: Bool = false
  ) {
    self.leg = leg
    self.epoch = epoch
    self.values = values
    self.isAnswerable = isAnswerable
    self.isHeld = isHeld
  }

  /// The value of a metric, the last where it is given twice.
  public func value(of metric: String) -> Double? {
    values.last { $0.name == metric }?.value
  }
}

/// How a trial's process ended.
public struct LegEnd: Hashable, Sendable, Codable {
  /// The ways a process ends.
  public enum Outcome: Hashable, Sendable, Codable {
    /// It exited with this status.
    case exited(status: Int)
    /// A signal ended it.
    case signalled(Int)
    /// It found no memory, on the GPU or off it, or the kernel ended it for want of memory.
    case outOfMemory
    /// A warm process asked for the next trial.
    case askedForNext
    /// It did not report for so long that it was ended.
    case silent(seconds: Int)
    /// It could not be started.
    case notStarted(reason: String)
    /// It was ended because the coordinator said so.
    case endedByRung
  }

  /// Which process.
  public var leg: LegID
  /// How it ended.
  public var outcome: Outcome
  /// The epoch of the checkpoint that the agent now keeps; `nil` where the trial left none.
  public var keeping: Int?
  /// The last line of its output, for messages.
  public var lastLine: String?
  /// The agent whose processes of the trial have ended; `nil` where the trial is on one alone.
  public var worker: WorkerID?
  /// The largest memory of its processes in MiB, as its agent last looked; `nil` where it did not.
  public var peakMemoryMiB: Int?
  /// The largest memory of its processes on one GPU in MiB; `nil` where nobody looked.
  public var peakDeviceMemoryMiB: Int?
  /// Which memory it found none of, where it ran out of memory and that is known.
  public var lacked: LackedMemory?

  /// An end of these parts.
  public init(
    leg: LegID, outcome: Outcome, keeping: Int? = nil, lastLine: String? = nil,
    worker: WorkerID? = nil, peakMemoryMiB: Int? = nil, peakDeviceMemoryMiB: Int? = nil,
    lacked: LackedMemory? = nil
  ) {
    self.peakDeviceMemoryMiB = peakDeviceMemoryMiB
    self.lacked = lacked
    self.peakMemoryMiB = peakMemoryMiB
    self.leg = leg
    self.outcome = outcome
    self.keeping = keeping
    self.lastLine = lastLine
    self.worker = worker
  }
}

/// A container file with the checkpoints in it.
public struct Container: Hashable, Sendable, Codable {
  /// One trial's checkpoint, or what one agent has of it.
  public struct Entry: Hashable, Sendable, Codable {
    /// The process that left it.
    public var leg: LegID
    /// The epoch it stands at.
    public var epoch: Int
    /// Its size in bytes.
    public var bytes: Int
    /// Which part it is of the checkpoint of a trial on several agents; `nil` for all of it.
    public var part: Part?

    /// A checkpoint of this process and epoch.
    public init(leg: LegID, epoch: Int, bytes: Int, part: Part? = nil) {
      self.leg = leg
      self.epoch = epoch
      self.bytes = bytes
      self.part = part
    }
  }

  /// What one agent has of a checkpoint.
  public struct Part: Hashable, Sendable, Codable {
    /// Its number, from 0: the agent's place among the trial's.
    public var number: Int
    /// How many there are.
    public var count: Int

    /// A part of this number.
    public init(_ number: Int, of count: Int) { (self.number, self.count) = (number, count) }
  }

  /// The file's name in the study's `checkpoints` folder.
  public var name: String
  /// The agent that wrote it and may merge or delete it.
  public var owner: WorkerID
  /// What it holds.
  public var entries: [Entry]
  /// Containers whose living checkpoints went into this one.
  public var replaced: [String]

  /// A container of these entries.
  public init(name: String, owner: WorkerID, entries: [Entry], replaced: [String] = []) {
    self.name = name
    self.owner = owner
    self.entries = entries
    self.replaced = replaced
  }
}
