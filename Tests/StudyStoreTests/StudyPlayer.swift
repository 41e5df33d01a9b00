import Coordination
import FoundationEssentials
import ProgramSupport
import StudyModel

@testable import StudyStore

/// Plays a study against a store as a coordinator's loop does, with trials that are arithmetic.
struct StudyPlayer {
  let directory: StudyDirectory
  let study: Study
  private(set) var coordinator: Coordinator
  private(set) var store: Store
  private var time: Int
  private var waiting: [Event] = []
  private var legs: [LegID: Leg] = [:]
  private var containers = 0

  /// A new run on what is in the folder.
  init(_ directory: StudyDirectory, _ study: Study) throws {
    var record = try Store.read(directory, study: study)
    self.directory = directory
    self.study = study
    coordinator = record.coordinator
    store = try Store(beginning: directory, after: &record)
    time = coordinator.now.microseconds
    waiting = [
      .runBegan(
        Run(
          number: store.run, host: "here", process: 1, processStart: 1, job: nil,
          wallTime: Double(store.run), version: "test")),
      .workerJoined(WorkerID(0), host: "here", slots: 3),
    ]
  }

  /// Makes a study's folder.
  static func makeDirectory(_ folder: TemporaryFolder, _ name: String = "s.rung") throws
    -> StudyDirectory
  {
    try StudyDirectory(
      creating: folder.file(name), studyFile: Array("name: s\n".utf8), origin: Array("{}".utf8))
  }

  /// Plays so many events, or until nothing happens any more.
  ///
  /// - Returns: How many were played.
  @discardableResult
  mutating func play(_ count: Int = .max) throws -> Int {
    var played = 0
    while played < count, !waiting.isEmpty {
      let event = waiting.removeFirst()
      time += 1000
      let commands = coordinator.absorb(event, at: StudyTime(microseconds: time))
      store.append(
        JournalEntry(time: StudyTime(microseconds: time), event: event, commands: commands))
      try store.sync()
      for command in commands { perform(command) }
      played += 1
    }
    return played
  }

  /// Absorbs the beginning of another run, at another moment.
  mutating func restart(at moment: Double) {
    waiting = [
      .runBegan(
        Run(
          number: store.run, host: "there", process: 2, processStart: 2, job: nil,
          wallTime: moment, version: "test"))
    ]
  }

  mutating func refresh() throws {
    try store.refreshSnapshot(of: coordinator)
    try store.finishSnapshot()
  }

  mutating func writeSnapshot() throws { try store.writeSnapshot(of: coordinator) }

  private mutating func perform(_ command: Command) {
    switch command {
    case .propose(let trial): waiting.append(coordinator.proposal(for: trial))
    case .fit(let basis): waiting.append(.fitted(basis: basis))
    case .start(let leg):
      legs[leg.id] = leg
      waiting.append(.began(leg.id))
      report(leg.id, leg.source?.entry.epoch ?? 0)
    case .answer(let leg, _, let epoch, .goOn(let until)):
      legs[leg]?.until = until
      report(leg, epoch)
    case .answer(let leg, _, let epoch, let verdict):
      waiting.append(
        .legEnded(
          LegEnd(
            leg: leg, outcome: .exited(status: 0), keeping: verdict == .stop ? nil : epoch,
            lastLine: "bye")))
      if verdict != .stop { store(leg, epoch) }
    case .end(let leg, _): waiting.append(.legEnded(LegEnd(leg: leg, outcome: .endedByRung)))
    case .merge(let names, let entries, let worker):
      containers += 1
      waiting.append(
        .stored(
          Container(
            name: "\(store.run)-m\(containers).h5", owner: worker, entries: entries,
            replaced: names)))
    case .join, .conclude, .hold, .discard, .finish, .leave: break
    }
  }

  private mutating func store(_ leg: LegID, _ epoch: Int) {
    containers += 1
    waiting.append(
      .stored(
        Container(
          name: "\(store.run)-\(containers).h5", owner: WorkerID(0),
          entries: [.init(leg: leg, epoch: epoch, bytes: 10)])))
  }

  /// Trains a leg from an epoch to where a decision is due; every seventh trial diverges, every fifth fails once.
  private mutating func report(_ leg: LegID, _ last: Int) {
    let number = leg.trial.number
    if number % 5 == 4, leg.attempt == 1 {
      waiting.append(
        .legEnded(LegEnd(leg: leg, outcome: .exited(status: 1), lastLine: "trial \(number)\n\0")))
      return
    }
    for epoch in last..<max(legs[leg]?.until ?? 0, last + 1) {
      let loss = number % 7 == 6 ? Double.nan : Double(number * 37 % 11) / Double(epoch + 2)
      waiting.append(
        .reported(
          Report(
            leg: leg, epoch: epoch + 1,
            values: [.init("loss", loss), .init("extra-\(number % 3)", -.infinity)],
            isAnswerable: true)))
    }
  }
}

/// All of a coordinator's state, to be compared.
func wholeState(_ coordinator: Coordinator) throws -> String {
  var coordinator = coordinator
  let reports = coordinator.takeReports()
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return String(decoding: try encoder.encode(coordinator), as: UTF8.self)
    + String(decoding: try encoder.encode(reports), as: UTF8.self)
}
