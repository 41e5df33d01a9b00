import Coordination
import StudyModel

/// What must be true of a study, kept from its events and commands without the coordinator's help.
struct Book {
  /// A process that was started and has not ended.
  struct Open {
    let leg: Leg
    let since: Int
    /// Agents that have processes of it.
    var workers: Set<WorkerID>
    /// Agents that have not loaded its checkpoint.
    var loading: Set<WorkerID>
    /// Agents of it that were lost: others get its slots there.
    var lost: Set<WorkerID> = []

    init(_ leg: Leg, since: Int) {
      (self.leg, self.since) = (leg, since)
      workers = [leg.slot.worker]
      loading = leg.isInParts ? Set(leg.workers) : [leg.slot.worker]
    }
  }

  var open: [LegID: Open] = [:]
  var attempts: [Int: Int] = [:]
  var slots: [WorkerID: Int] = [:]
  var busy: [Int: Int] = [:]
  var lastEpoch: [Int: Int] = [:]
  var proposed: Set<Int> = []
  var isFinished = false
  var slotTime = 0
  var busyTime = 0
  private var rows = 0
  private var now = 0
  private var busyBefore = 0

  private let canStore: Bool

  /// The book of a study that begins or goes on.
  ///
  /// - Parameters:
  ///   - coordinator: The study.
  ///   - canStore: Whether no checkpoint fails to be stored and no container to be merged.
  init(of coordinator: Coordinator, canStore: Bool) {
    self.canStore = canStore
    now = coordinator.now.microseconds
    slotTime = coordinator.slotMicroseconds
    busyTime = coordinator.busyMicroseconds
    busyBefore = coordinator.busyCount
    rows = coordinator.reports.count
    for row in 0..<rows {
      lastEpoch[coordinator.reports.trials[row]] = coordinator.reports.epochs[row]
    }
    for worker in coordinator.workers.indices {
      slots[WorkerID(worker)] = coordinator.workers[worker]?.slots
    }
    for trial in coordinator.trials {
      attempts[trial.id.number] = trial.attempts
      busy[trial.id.number] = trial.busyMicroseconds
      if trial.isProposed { proposed.insert(trial.id.number) }
      if let place = trial.place {
        let leg = Leg(
          id: LegID(trial.id, attempt: trial.attempts), slots: [place.slot],
          configuration: trial.configuration, source: nil, until: trial.target)
        open[leg.id] = Open(leg, since: place.since.microseconds)
        open[leg.id]?.loading = []
      }
    }
  }

  /// Enters an event with its commands.
  ///
  /// - Returns: What is wrong with them.
  mutating func enter(
    _ entry: World.Entry, files: [String: [Container.Entry]], _ coordinator: Coordinator
  ) -> [String] {
    var wrong: [String] = []
    let passed = entry.time.microseconds - now
    now = entry.time.microseconds
    slotTime += passed * slots.values.reduce(0, +)
    busyTime += passed * busyBefore
    busyBefore = coordinator.busyCount
    note(entry.event)
    for command in entry.commands {
      wrong += check(command, files: files, coordinator)
    }
    wrong += checkReports(coordinator)
    wrong += checkCounts(coordinator)
    return wrong
  }

  private mutating func note(_ event: Event) {
    switch event {
    case .runBegan:
      for leg in open.keys { close(leg) }
      slots = [:]
    case .workerJoined(let worker, _, let count, _):
      slots[worker] = count
      lose(worker)
    case .workerLost(let worker, _):
      slots[worker] = nil
      lose(worker)
    case .proposed(let trial, _, _): proposed.insert(trial.number)
    case .began(let leg, let worker):
      if let first = open[leg]?.leg.slot.worker { open[leg]?.loading.remove(worker ?? first) }
    case .legEnded(let end): close(end.leg, on: end.worker)
    case .damaged(let leg, _, let worker): close(leg, on: worker)
    case .horizonKnown, .drainBegan, .runEnded, .exhausted, .fitted, .known, .opened, .reported,
      .stored, .notStored, .notMerged, .used, .deadlinePassed:
      break
    }
  }

  private mutating func lose(_ worker: WorkerID) {
    for leg in open.keys {
      open[leg]?.lost.insert(worker)
      close(leg, on: worker)
    }
  }

  /// Takes the processes on one agent out, or on the first.
  private mutating func close(_ leg: LegID, on worker: WorkerID?) {
    guard let first = open[leg]?.leg.slot.worker else { return }
    open[leg]?.workers.remove(worker ?? first)
    if open[leg]?.workers.isEmpty == true { close(leg) }
  }

  private mutating func close(_ leg: LegID) {
    guard let process = open.removeValue(forKey: leg) else { return }
    busy[leg.trial.number, default: 0] += now - process.since
  }

  private mutating func check(
    _ command: Command, files: [String: [Container.Entry]], _ coordinator: Coordinator
  ) -> [String] {
    var wrong: [String] = []
    if isFinished, case .start = command { wrong.append("\(command) after the end") }
    if let worker = command.worker, slots[worker] == nil {
      wrong.append("\(command) for an agent that is not there")
    }
    switch command {
    case .start(let leg):
      let trial = leg.id.trial.number
      for other in open.values {
        for slot in other.leg.slots
        where !other.lost.contains(slot.worker) && leg.slots.contains(slot) {
          wrong.append("\(leg.id) starts in the slot of \(other.leg.id)")
        }
      }
      if open.keys.contains(where: { $0.trial == leg.id.trial }) {
        wrong.append("\(leg.id) starts before its former process has ended")
      }
      if leg.id.attempt != attempts[trial, default: 0] + 1 {
        wrong.append("\(leg.id) follows attempt \(attempts[trial, default: 0])")
      }
      // A training of the winner has its configuration.
      if leg.seed == 0, !proposed.contains(trial) {
        wrong.append("\(leg.id) starts without a configuration")
      }
      if leg.slot.index >= slots[leg.slot.worker, default: 0] {
        wrong.append("\(leg.id) starts in a slot that is not there")
      }
      for piece in leg.source?.pieces ?? []
      where files[piece.container]?.contains(piece.entry) != true {
        wrong.append("\(leg.id) starts from \(piece.container), which is not there")
      }
      if leg.until <= lastEpoch[trial, default: 0] {
        wrong.append("\(leg.id) is to train until \(leg.until), where it has been")
      }
      if coordinator.study.space.conforming(leg.configuration) != leg.configuration {
        wrong.append("\(leg.id) has the configuration \(leg.configuration)")
      }
      attempts[trial] = leg.id.attempt
      open[leg.id] = Open(leg, since: now)
    case .join(let leg, let worker, _):
      if open[leg.id] == nil { wrong.append("\(leg.id) is joined when it has ended") }
      if !leg.workers.dropFirst().contains(worker) {
        wrong.append("agent \(worker) joins \(leg.id) without a slot")
      }
      if open[leg.id]?.workers.insert(worker).inserted == false {
        wrong.append("agent \(worker) joins \(leg.id) twice")
      }
    case .discard(let names, _):
      for process in open.values where !process.loading.isDisjoint(with: process.workers) {
        for piece in process.leg.source?.pieces ?? [] where names.contains(piece.container) {
          wrong.append("\(piece.container) is discarded before \(process.leg.id) has loaded it")
        }
      }
      for trial in coordinator.trials {
        for piece in trial.checkpoint?.pieces ?? [] where names.contains(piece.container) {
          wrong.append("\(piece.container) is discarded, which trial \(trial.id) needs")
        }
      }
    case .merge(let names, let keeping, _):
      if names.count < 2 { wrong.append("\(names) are merged") }
      for entry in keeping
      where !names.contains(where: { files[$0]?.contains(entry) ?? false }) {
        wrong.append("\(entry) is to be kept of containers that lack it")
      }
    case .answer(let leg, let worker, _, _), .hold(let leg, let worker), .end(let leg, let worker),
      .conclude(let leg, let worker):
      if open[leg]?.workers.contains(worker) != true {
        wrong.append("\(command) to a process that has ended")
      }
    case .leave:
      if isFinished { wrong.append("a run is left whose study has ended") }
    case .finish:
      if isFinished { wrong.append("the study ends twice") }
      isFinished = true
      if !open.isEmpty { wrong.append("the study ends while processes run") }
    case .propose(let trial):
      if proposed.contains(trial.number) { wrong.append("trial \(trial) is proposed again") }
    case .fit(let basis):
      if basis < 1 { wrong.append("a model is to be fitted to nothing") }
    }
    return wrong
  }

  private mutating func checkReports(_ coordinator: Coordinator) -> [String] {
    var wrong: [String] = []
    let log = coordinator.reports
    if log.count < rows { wrong.append("reports were lost") }
    while rows < log.count {
      let trial = log.trials[rows]
      if log.epochs[rows] <= lastEpoch[trial, default: 0] {
        wrong.append("epoch \(log.epochs[rows]) of trial \(trial) is recorded again")
      }
      lastEpoch[trial] = log.epochs[rows]
      rows += 1
    }
    return wrong
  }

  private func checkCounts(_ coordinator: Coordinator) -> [String] {
    var wrong: [String] = []
    if coordinator.slotCount != slots.values.reduce(0, +) { wrong.append("slots are miscounted") }
    if coordinator.slotMicroseconds != slotTime { wrong.append("slot-time is miscounted") }
    if coordinator.busyMicroseconds != busyTime { wrong.append("busy time is miscounted") }
    let running = coordinator.trials.count { $0.place != nil }
    if running != open.count { wrong.append("\(open.count) processes run, not \(running)") }
    if coordinator.busyCount < open.count || coordinator.busyCount > coordinator.slotCount {
      wrong.append("\(coordinator.busyCount) slots are busy")
    }
    // A container may stay until it is loaded, and longer where merging fails.
    let loading = open.values.reduce(0) {
      $0 + ($1.loading.isEmpty ? 0 : $1.leg.source?.pieces.count ?? 0)
    }
    for worker in slots.keys.sorted() {
      let count = coordinator.containers.count { $0.owner == worker }
      if count > (canStore ? 8 + loading : 20) {
        wrong.append("agent \(worker) has \(count) containers")
      }
    }
    return wrong
  }
}
