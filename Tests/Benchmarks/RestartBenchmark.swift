import Coordination
import FoundationEssentials
import StudyModel
import StudyStore

/// How long a study of this size takes from the start of a run to its first decision.
///
/// The study is really written, journal and snapshots, by a coordinator whose trials answer at once:
/// 16 agents of 4 slots, a checkpoint at each pause.
struct RestartBenchmark {
  /// What is printed of a study that was written.
  struct Written: Encodable {
    var bench = "restart-write"
    var n: Int
    var reports: Int
    var entries: Int
    var seconds: Double
    /// Of a turn of the loop: 64 entries brought to the disk, and where due a snapshot begun.
    var turn_p99_s: Double
    var turn_max_s: Double
  }

  /// What is printed of a restart.
  struct Figures: Encodable {
    var bench = "restart"
    var n: Int
    var reports: Int
    var entries: Int
    var replayed: Int
    var read_s: Double
    var begin_s: Double
    var decide_s: Double
    var total_s: Double
    var rss_peak_mib: Double
  }

  private static let nodes = 16
  private static let slotsOfANode = 4

  private var coordinator: Coordinator
  private var store: Store
  /// The epoch that each process reported last.
  private var legs: [LegID: Int] = [:]
  private var curves: [Workload.Curve] = []
  private var events: [Event] = []
  private var entries = 0
  private var turns = Timings()

  private static func study(trials: Int) -> Study {
    var study = Workload.study(Algorithm(.asha), trials: trials)
    // About eleven reports a trial.
    study.fidelity = Fidelity(name: "epoch", minimum: Budget(3), maximum: Budget(243))
    return study
  }

  private static func beginning(_ number: Int) -> [Event] {
    let run = Run(
      number: number, host: "host", process: 1, processStart: 1, job: nil, wallTime: 0,
      version: "0")
    return [.runBegan(run)]
      + (0..<nodes).map { .workerJoined(WorkerID($0), host: "node\($0)", slots: slotsOfANode) }
  }

  /// Writes a study of so many trials into a new folder, if it is killed at the worst moment.
  static func write(_ folder: String, trials: Int, isKilled: Bool) throws -> Written {
    let directory = try StudyDirectory(
      creating: folder, studyFile: Array("name: restart\n".utf8), origin: Array("{}".utf8))
    var record = try Store.read(directory, study: study(trials: trials))
    var benchmark = try RestartBenchmark(
      coordinator: record.coordinator, store: Store(beginning: directory, after: &record))
    let (_, nanoseconds) = try timed { try benchmark.play(isKilled: isKilled) }
    return Written(
      n: trials, reports: benchmark.coordinator.reports.count, entries: benchmark.entries,
      seconds: nanoseconds / 1e9, turn_p99_s: (benchmark.turns.summary?.p99_us ?? 0) / 1e6,
      turn_max_s: (benchmark.turns.summary?.max_us ?? 0) / 1e6)
  }

  /// Begins a run on what was written, up to its first decision.
  static func restart(_ folder: String, trials: Int) throws -> Figures {
    let directory = try StudyDirectory(existing: folder)
    let (found, read) = try timed { try Store.read(directory, study: study(trials: trials)) }
    var record = found
    let (_, begin) = try timed { try Store(beginning: directory, after: &record) }
    var coordinator = record.coordinator
    let (commands, decide) = timed {
      beginning(2).flatMap { coordinator.absorb($0, at: coordinator.now) }
    }
    precondition(!commands.isEmpty, "nothing was decided")
    return Figures(
      n: trials, reports: coordinator.reports.count, entries: record.journal.entries,
      replayed: record.journal.entries - record.entriesFromSnapshot, read_s: read / 1e9,
      begin_s: begin / 1e9, decide_s: decide / 1e9, total_s: (read + begin + decide) / 1e9,
      rss_peak_mib: peakMemory())
  }

  private init(coordinator: Coordinator, store: Store) {
    self.coordinator = coordinator
    self.store = store
  }

  /// Up to where the last 1,000 trials would have started: a study that has more to do.
  private mutating func play(isKilled: Bool) throws {
    events = Self.beginning(store.run)
    let last = (coordinator.study.stop.trials ?? 0) - 1000
    var next = 0
    while next < events.count, coordinator.trials.count < last {
      absorb(events[next])
      next += 1
      guard entries.isMultiple(of: 64) else { continue }
      // The worst moment to be killed: as much as may be has come since the last snapshot.
      if !isKilled || coordinator.trials.count < last - last / 33 {
        try refresh()
      } else {
        try store.sync()
      }
      if next > 100_000 {
        events.removeFirst(next)
        next = 0
      }
    }
    try store.sync()
    if isKilled { try store.finishSnapshot() } else { try store.writeSnapshot(of: coordinator) }
  }

  private mutating func refresh() throws {
    let (_, duration) = try timed {
      try store.sync()
      try store.refreshSnapshot(of: coordinator)
    }
    turns.add(duration)
  }

  private mutating func absorb(_ event: Event) {
    let time = StudyTime(seconds: Double(entries) * 0.001)
    let commands = coordinator.absorb(event, at: time)
    store.append(JournalEntry(time: time, event: event, commands: commands))
    entries += 1
    for command in commands { perform(command) }
  }

  private mutating func perform(_ command: Command) {
    switch command {
    case .propose(let trial): absorb(coordinator.proposal(for: trial))
    case .fit, .join, .conclude, .hold, .discard, .finish, .leave: break
    case .start(let leg):
      let trial = leg.id.trial.number
      if trial == curves.count { curves.append(Workload.Curve(of: leg.configuration)) }
      legs[leg.id] = leg.source?.entry.epoch ?? 0
      events.append(.began(leg.id))
      report(leg.id, upTo: leg.until)
    case .answer(let leg, _, _, .goOn(let until)): report(leg, upTo: until)
    case .answer(let leg, let worker, let epoch, let verdict):
      let isKept = verdict != .stop
      events.append(
        .legEnded(
          LegEnd(leg: leg, outcome: .exited(status: 0), keeping: isKept ? epoch : nil)))
      if isKept { keep([.init(leg: leg, epoch: epoch, bytes: 1 << 20)], [], on: worker) }
      legs[leg] = nil
    case .end(let leg, _): events.append(.legEnded(LegEnd(leg: leg, outcome: .endedByRung)))
    case .merge(let names, let keeping, let worker): keep(keeping, names, on: worker)
    }
  }

  private mutating func keep(
    _ content: [Container.Entry], _ replaced: [String], on worker: WorkerID
  ) {
    let digits = String(events.count + entries)
    let name = "\(worker)-" + String(repeating: "0", count: 10 - digits.count) + digits + ".h5"
    events.append(
      .stored(Container(name: name, owner: worker, entries: content, replaced: replaced)))
  }

  private mutating func report(_ leg: LegID, upTo until: Int) {
    guard let epoch = legs[leg] else { return }
    for epoch in (epoch + 1)...max(until, epoch + 1) {
      let loss = curves[leg.trial.number].loss(after: epoch)
      events.append(
        .reported(
          Report(leg: leg, epoch: epoch, values: [.init("loss", loss)], isAnswerable: true)))
      legs[leg] = epoch
    }
  }
}
