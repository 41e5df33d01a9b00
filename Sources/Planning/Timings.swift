public import Coordination
public import StudyModel

/// How long things took in a study's runs, by the sizes of its trials: taken from recorded events.
///
/// What a journal does not say is left open: a leg of a single report tells no epoch from its start, and
/// a trial that only prints its reports has no decision to wait for. Failed legs, and those that were cut
/// before they had reported, count nothing. Epochs of a leg count as those of so many trials on its GPU
/// as held a slot of it when the epoch began, as in a simulation. The journals of several studies of the
/// same trials, of other sizes for instance, can be heard one after the other.
public struct Timings: Sendable {
  /// Measurements of one kind, in seconds.
  public struct Sample: Hashable, Sendable {
    /// How many.
    public private(set) var count = 0
    /// Their sum.
    private var sum = 0.0
    private var squares = 0.0

    /// No measurement.
    public init() {}

    mutating func note(_ seconds: Double) {
      count += 1
      sum += seconds
      squares += seconds * seconds
    }

    /// Their mean; `nil` where there is none.
    public var mean: Double? { count > 0 ? sum / Double(count) : nil }

    /// Their standard deviation; 0 where there is none.
    public var deviation: Double {
      guard let mean else { return 0 }
      return max(0, squares / Double(count) - mean * mean).squareRoot()
    }
  }

  /// What epochs depend on.
  struct Crowd: Hashable {
    /// Whole GPUs of the trial; 1 where it has a share.
    var gpus: Int
    /// Trials that share its GPU.
    var trials: Int
  }

  /// What was measured at one size of trials.
  public struct Shape: Sendable {
    /// The size.
    public let size: TrialSize
    /// From one report to the next, with no answer in between.
    public private(set) var epoch = Sample()
    /// Trials that reported.
    public private(set) var trials = 0
    /// From the order to start to the first report: of new processes and warm ones, from the beginning and
    /// from a checkpoint.
    var fresh: [Reach] = []
    var warm: [Reach] = []
    var loaded: [Reach] = []
    var warmLoaded: [Reach] = []
    /// From a report to the next, where it was answered.
    var answered: [Reach] = []
    /// From the last report to the end, of legs that paused or completed.
    public fileprivate(set) var save = Sample()
    /// The same of those that were stopped.
    public fileprivate(set) var end = Sample()
    /// From the end to the checkpoint being in a container.
    public fileprivate(set) var store = Sample()
    /// The largest memory of a process in MiB; `nil` where none was seen.
    public fileprivate(set) var peakMemoryMiB: Int?
    /// The largest memory of a trial on one GPU in MiB; `nil` where none was seen.
    public fileprivate(set) var peakDeviceMemoryMiB: Int?
    /// The largest checkpoint in bytes; `nil` where there is none.
    public fileprivate(set) var checkpointBytes: Int?

    fileprivate mutating func noteEpoch(_ seconds: Double) { epoch.note(seconds) }
    fileprivate mutating func noteTrial() { trials += 1 }
  }

  /// Seconds that have an epoch in them.
  struct Reach {
    var seconds: Double
    var epochs: Int
    var crowd: Crowd
  }

  /// A leg that runs.
  private struct Running {
    var leg: Leg
    var size: TrialSize
    var device: SlotID?
    var ordered: StudyTime
    var isWarm: Bool
    var last: (time: StudyTime, epoch: Int, trials: Int, isAnswered: Bool)?
    var verdict: Verdict?
    /// Agents on which it has not ended.
    var open: Int
  }

  private let study: Study
  private var shares: Int
  private var running: [LegID: Running] = [:]
  private var occupants: [SlotID: Int] = [:]
  /// Slots whose process may wait for its next trial.
  private var waiting: Set<SlotID> = []
  /// Legs that ended with a checkpoint which is not in a container yet.
  private var saving: [LegID: (size: TrialSize, ended: StudyTime, open: Int)] = [:]
  private var seen: Set<TrialID> = []
  private var epochs: [Crowd: Sample] = [:]

  /// By size, ascending.
  public private(set) var shapes: [Shape] = []
  /// The hosts of agents, in the order in which they joined.
  public private(set) var hosts: [String] = []
  /// Seconds since 1970 at the beginning of the last study's first run; `nil` before.
  public private(set) var began: Double?
  /// The Slurm job of the last run; `nil` outside of Slurm.
  public private(set) var job: Int?

  /// Those of a study of which nothing was heard.
  public init(of study: Study) {
    self.study = study
    shares = study.trial.trialsPerGPU
  }

  /// Hears an event of the study's journal.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - time: When.
  ///   - commands: What it caused.
  public mutating func hear(_ event: Event, at time: StudyTime, commands: [Command]) {
    switch event {
    case .runBegan(let run):
      (running, occupants, waiting, saving) = ([:], [:], [], [:])
      shares = study.resized(to: run.size).trial.trialsPerGPU
      // Another study's, such as that of another size.
      if run.number == 1 { (seen, began) = ([], run.wallTime) }
      job = run.job
    case .workerJoined(_, let host, _, _): if !hosts.contains(host) { hosts.append(host) }
    case .workerLost(let worker, _):
      for leg in running.keys.sorted(by: Self.areInOrder)
      where running[leg]?.leg.slots.contains(where: { $0.worker == worker }) == true {
        takeOut(leg)
      }
    case .damaged(let leg, _, _): takeOut(leg)
    case .reported(let report): reported(report, at: time, commands)
    case .legEnded(let end): ended(end, at: time)
    case .stored(let container): stored(container, at: time)
    default: break
    }
    for command in commands {
      if case .start(let leg) = command { ordered(leg, at: time) }
    }
  }

  private static func areInOrder(_ left: LegID, _ right: LegID) -> Bool {
    (left.trial.number, left.attempt) < (right.trial.number, right.attempt)
  }

  private mutating func ordered(_ leg: Leg, at time: StudyTime) {
    let isShared = shares > leg.width
    let device = isShared ? SlotID(leg.slot.worker, leg.slot.index / shares) : nil
    if let device { occupants[device, default: 0] += 1 }
    running[leg.id] = Running(
      leg: leg,
      size: isShared
        ? TrialSize(sharing: shares) : TrialSize(gpus: max(1, leg.width / shares)),
      device: device, ordered: time, isWarm: waiting.contains(leg.slot),
      open: leg.isInParts ? leg.workers.count : 1)
  }

  private func trials(beside running: Running) -> Int {
    running.device.flatMap { occupants[$0] } ?? 1
  }

  private mutating func reported(
    _ report: Report, at time: StudyTime, _ commands: [Command]
  ) {
    guard var leg = running[report.leg], leg.last.map({ $0.epoch < report.epoch }) ?? true else {
      return
    }
    let verdict = commands.compactMap { command -> Verdict? in
      if case .answer(report.leg, _, _, let verdict) = command { verdict } else { nil }
    }.first
    let place = place(of: leg.size)
    let count = report.epoch - (leg.last?.epoch ?? leg.leg.source?.entry.epoch ?? 0)
    let since = leg.last?.time ?? leg.ordered
    let reach = Reach(
      seconds: time.seconds - since.seconds, epochs: max(1, count),
      crowd: Crowd(gpus: leg.size.gpus, trials: leg.last?.trials ?? trials(beside: leg)))
    if let last = leg.last {
      if last.isAnswered {
        shapes[place].answered.append(reach)
      } else {
        let seconds = reach.seconds / Double(reach.epochs)
        epochs[reach.crowd, default: Sample()].note(seconds)
        if leg.device == nil || reach.crowd.trials == shares {
          shapes[place].noteEpoch(seconds)
        }
      }
    } else {
      switch (leg.isWarm, leg.leg.source == nil) {
      case (false, true): shapes[place].fresh.append(reach)
      case (true, true): shapes[place].warm.append(reach)
      case (false, false): shapes[place].loaded.append(reach)
      case (true, false): shapes[place].warmLoaded.append(reach)
      }
      if seen.insert(report.leg.trial).inserted { shapes[place].noteTrial() }
    }
    leg.verdict = verdict ?? leg.verdict
    leg.last = (time, report.epoch, trials(beside: leg), verdict?.isGoOn == true)
    running[report.leg] = leg
  }

  private mutating func ended(_ end: LegEnd, at time: StudyTime) {
    guard let leg = running[end.leg] else { return }
    let place = place(of: leg.size)
    if let peak = end.peakMemoryMiB {
      let former = shapes[place].peakMemoryMiB ?? 0
      shapes[place].peakMemoryMiB = max(peak, former)
    }
    if let peak = end.peakDeviceMemoryMiB {
      let former = shapes[place].peakDeviceMemoryMiB ?? 0
      shapes[place].peakDeviceMemoryMiB = max(peak, former)
    }
    // Of a trial on several agents the last end counts.
    running[end.leg]?.open -= 1
    guard leg.open == 1 else { return }
    takeOut(end.leg)
    if end.outcome == .askedForNext {
      waiting.insert(leg.leg.slot)
    } else {
      waiting.remove(leg.leg.slot)
    }
    guard let last = leg.last, !end.outcome.isFailure else { return }
    let seconds = time.seconds - last.time.seconds
    switch leg.verdict {
    case .stop: shapes[place].end.note(seconds)
    case .pause, .complete, nil: shapes[place].save.note(seconds)
    case .goOn: break
    }
    if end.keeping != nil {
      saving[end.leg] = (leg.size, time, leg.leg.isInParts ? leg.leg.workers.count : 1)
    }
  }

  private mutating func stored(_ container: Container, at time: StudyTime) {
    guard container.replaced.isEmpty else { return }
    for entry in container.entries {
      guard let (size, ended, open) = saving.removeValue(forKey: entry.leg) else { continue }
      guard open == 1 else {
        saving[entry.leg] = (size, ended, open - 1)
        continue
      }
      let place = place(of: size)
      shapes[place].store.note(time.seconds - ended.seconds)
      let former = shapes[place].checkpointBytes ?? 0
      shapes[place].checkpointBytes = max(entry.bytes, former)
    }
  }

  private mutating func takeOut(_ leg: LegID) {
    guard let gone = running.removeValue(forKey: leg) else { return }
    if let device = gone.device { occupants[device, default: 1] -= 1 }
  }

  private mutating func place(of size: TrialSize) -> Int {
    let place = shapes.firstIndex { $0.size.number >= size.number } ?? shapes.count
    if place == shapes.count || shapes[place].size != size {
      shapes.insert(Shape(size: size), at: place)
    }
    return place
  }

  /// Seconds of an epoch; `nil` where none was measured.
  func epoch(of crowd: Crowd) -> Double? { epochs[crowd]?.mean }

  /// The crowds of which epochs are known, ascending.
  var crowds: [Crowd] {
    epochs.keys.sorted { ($0.gpus, $0.trials) < ($1.gpus, $1.trials) }
  }
}
