public import Coordination
public import StudyModel

/// What happened on a study's slots, and when: heard from its journal, event by event.
///
/// Tells nothing that the events do not: a process loads from the moment that a slot is held for it until
/// it has begun, trains until it is told to end or ends, and saves until it has ended.
public struct StudyHistory: Sendable {
  /// A slot that the study had at some time.
  struct Row: Hashable, Sendable {
    var host: String
    var slot: SlotID
  }

  /// A time that an agent was there, with its rows.
  struct Service: Sendable {
    var rows: Range<Int>
    var from: Double
    var to: Double?
  }

  /// How a process ended.
  enum Fate: Int, Sendable {
    case asTold, failed, lost
  }

  /// A process of a trial on its slots.
  struct Leg: Sendable {
    var trial: Int
    var attempt: Int
    var rows: [Int]
    /// When its slots were held for it.
    var from: Double
    var began: Double?
    /// When it was told to end.
    var told: Double?
    var to: Double?
    var fate = Fate.asTold
    /// The highest epoch that its trial had reported before.
    var reached: Int
    /// When it last reported an epoch that had been reported before.
    var caughtUp: Double?
    var lastReport: Double?
  }

  /// A process that failed.
  struct Failure: Sendable {
    var leg: LegID
    var epoch: Int
    var seconds: Double
    var host: String
    var reason: String
  }

  /// A run of the coordinator.
  struct Beginning: Hashable, Sendable {
    var seconds: Double
    var run: Run
  }

  /// What an agent measured of its node.
  struct Measurement: Sendable {
    var from: Double
    var to: Double
    /// The mean busy share of its GPUs, and how many they are; `nil` where it has none.
    var gpus: (busy: Double, count: Int)?
    var cores: Double?
  }

  /// Checkpoints that became durable behind their process.
  struct Saved: Sendable {
    var count = 0
    var bytes = 0
    var seconds = 0.0
    var longest = 0.0
  }

  private(set) var rows: [Row] = []
  private(set) var services: [Service] = []
  private(set) var legs: [Leg] = []
  private(set) var failures: [Failure] = []
  private(set) var beginnings: [Beginning] = []
  private(set) var measurements: [Measurement] = []
  private(set) var saved = Saved()
  /// GPU-hours used at each report of the log.
  private(set) var hours: [Double] = []

  private var placeOfRow: [Row: Int] = [:]
  /// The agents that are there, by rank, with the place of their service.
  private var serviceOfRank: [Int: Int] = [:]
  /// The process of each trial that runs.
  private var open: [Int: Int] = [:]
  /// Since when slots are held for trials whose process has not started.
  private var heldSince: [Int: Double] = [:]
  /// Trials whose last process ends or has ended, and whose checkpoint is not durable yet.
  private var settling: Set<Int> = []
  private var endedAt: [Int: Double] = [:]
  private var failuresOf: [Int: Int] = [:]
  private var failedForGood: Set<Int> = []

  /// A history that has heard nothing.
  public init() {}

  /// Hears an event that was absorbed.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - time: When it happened.
  ///   - commands: What it caused.
  ///   - coordinator: The state behind it.
  public mutating func hear(
    _ event: Event, at time: StudyTime, commands: [Command], _ coordinator: Coordinator
  ) {
    let now = time.seconds
    hear(event, now, coordinator)
    for command in commands { hear(command, now, coordinator) }
    while hours.count < coordinator.reports.count { hours.append(coordinator.gpuHours) }
    // Few at any time: as many as processes end while others start.
    let waiting = settling.filter { heldSince[$0] == nil }
    for trial in waiting where !coordinator.trials[trial].reservedSlots.isEmpty {
      heldSince[trial] = now
    }
  }

  private mutating func hear(_ event: Event, _ now: Double, _ coordinator: Coordinator) {
    switch event {
    case .runBegan(let run):
      beginnings.append(Beginning(seconds: now, run: run))
      for rank in serviceOfRank.keys.sorted() { leave(rank, now) }
      closeThoseThatAreGone(now, coordinator)
      settling = []
    case .workerJoined(let worker, let host, let slots, _):
      leave(worker.rank, now)
      closeThoseThatAreGone(now, coordinator)
      join(worker, host, slots, now)
    case .workerLost(let worker, _):
      leave(worker.rank, now)
      closeThoseThatAreGone(now, coordinator)
    case .began(let leg, _):
      if let place = place(of: leg), legs[place].lastReport == nil { legs[place].began = now }
    case .reported(let report):
      hear(report, now)
      noteFailure(of: report.leg, now, coordinator)
    case .legEnded(let end):
      noteFailure(of: end.leg, now, coordinator)
      if end.keeping == nil { settling.remove(end.leg.trial.number) }
      close(end.leg, now, end.outcome.isFailure ? .failed : .asTold, coordinator)
    case .damaged(let leg, _, _): close(leg, now, .lost, coordinator)
    case .stored(let container): hear(container, now)
    case .notStored(let leg, _, _): settling.remove(leg.trial.number)
    case .used(_, let loads): hear(loads, now)
    default: break
    }
  }

  private mutating func hear(_ command: Command, _ now: Double, _ coordinator: Coordinator) {
    switch command {
    case .propose(let trial): heldSince[trial.number] = now
    case .start(let leg):
      let number = leg.id.trial.number
      let rows = leg.slots.compactMap { row(of: $0) }
      open[number] = legs.count
      legs.append(
        Leg(
          trial: number, attempt: leg.id.attempt, rows: rows,
          from: heldSince.removeValue(forKey: number) ?? now,
          reached: coordinator.trials[number].epoch))
      settling.remove(number)
    case .answer(let leg, _, _, let verdict) where !verdict.isGoOn:
      if let place = place(of: leg), legs[place].told == nil {
        legs[place].told = now
        settling.insert(leg.trial.number)
      }
    case .end(let leg, _):
      if let place = place(of: leg), legs[place].told == nil { legs[place].told = now }
    default: break
    }
  }

  private mutating func hear(_ report: Report, _ now: Double) {
    guard let place = place(of: report.leg) else { return }
    legs[place].lastReport = now
    if report.epoch <= legs[place].reached { legs[place].caughtUp = now }
  }

  private mutating func hear(_ container: Container, _ now: Double) {
    for entry in container.entries {
      let trial = entry.leg.trial.number
      settling.remove(trial)
      guard container.replaced.isEmpty else { continue }
      saved.bytes += entry.bytes
      saved.count += 1
      // One of a process that trains on has no end to be counted from.
      guard let end = endedAt.removeValue(forKey: trial) else { continue }
      saved.seconds += now - end
      saved.longest = max(saved.longest, now - end)
    }
  }

  private mutating func hear(_ loads: [DeviceLoad], _ now: Double) {
    let gpus = loads.filter { $0.device != DeviceLoad.cores }
    let seconds = loads.map(\.seconds).max() ?? 0
    guard seconds > 0, seconds.isFinite else { return }
    let busy = gpus.reduce(0) { $0 + $1.busy } / Double(max(1, gpus.count))
    measurements.append(
      Measurement(
        from: max(0, now - seconds), to: now, gpus: gpus.isEmpty ? nil : (busy, gpus.count),
        cores: loads.first { $0.device == DeviceLoad.cores }?.busy))
  }
}

// Slots and processes as they come and go.
extension StudyHistory {
  private func place(of leg: LegID) -> Int? {
    open[leg.trial.number].flatMap { legs[$0].attempt == leg.attempt ? $0 : nil }
  }

  private func row(of slot: SlotID) -> Int? {
    serviceOfRank[slot.worker.rank].flatMap { place in
      let row = services[place].rows.lowerBound + slot.index
      return services[place].rows.contains(row) ? row : nil
    }
  }

  private mutating func join(_ worker: WorkerID, _ host: String, _ slots: Int, _ now: Double) {
    guard slots > 0 else { return }
    let first = Row(host: host, slot: SlotID(worker, 0))
    var start = placeOfRow[first] ?? rows.count
    // An agent that comes back with more slots than before has rows of its own.
    if start + slots > rows.count || rows[start + slots - 1].host != host
      || rows[start + slots - 1].slot != SlotID(worker, slots - 1)
    {
      start = rows.count
      rows += (0..<slots).map { Row(host: host, slot: SlotID(worker, $0)) }
      placeOfRow[first] = start
    }
    serviceOfRank[worker.rank] = services.count
    services.append(Service(rows: start..<(start + slots), from: now))
  }

  private mutating func leave(_ rank: Int, _ now: Double) {
    if let place = serviceOfRank.removeValue(forKey: rank) { services[place].to = now }
  }

  private mutating func close(
    _ leg: LegID, _ now: Double, _ fate: Fate, _ coordinator: Coordinator
  ) {
    let number = leg.trial.number
    guard let place = place(of: leg),
      coordinator.trials[number].place == nil || coordinator.trials[number].attempts > leg.attempt
    else { return }
    close(place, now, legs[place].told == nil ? fate : .asTold)
  }

  private mutating func close(_ place: Int, _ now: Double, _ fate: Fate) {
    legs[place].to = now
    legs[place].fate = fate
    open[legs[place].trial] = nil
    endedAt[legs[place].trial] = now
  }

  /// Closes processes that ended with their agent or their run.
  private mutating func closeThoseThatAreGone(_ now: Double, _ coordinator: Coordinator) {
    for trial in open.keys.sorted() where coordinator.trials[trial].place == nil {
      if let place = open[trial] { close(place, now, legs[place].told == nil ? .lost : .asTold) }
    }
  }

  private mutating func noteFailure(
    of leg: LegID, _ now: Double, _ coordinator: Coordinator
  ) {
    guard coordinator.trials.indices.contains(leg.trial.number) else { return }
    let trial = coordinator.trials[leg.trial.number]
    let isNew = trial.failures > failuresOf[leg.trial.number, default: 0]
    failuresOf[leg.trial.number] = trial.failures
    let isForGood =
      trial.state == .failed && failedForGood.insert(leg.trial.number).inserted
    guard isNew || isForGood else { return }
    let host = open[leg.trial.number].flatMap { legs[$0].rows.first }.map { rows[$0].host }
    failures.append(
      Failure(
        leg: leg, epoch: trial.epoch, seconds: now, host: host ?? trial.hosts.last ?? "",
        reason: trial.reason.description))
  }
}
