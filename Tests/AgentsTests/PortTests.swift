import CompactJSON
import Coordination
import Glibc
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

@testable import Agents

/// What every way to the other agents promises.
@Suite struct PortContractTests {
  private static let ports: [@Sendable () -> any AgentsPort] = [
    { NoOtherAgents() }, { ScriptedPort(0) }, { ScriptedPort(3) },
  ]

  @Test(arguments: ports.indices) func aPortKeepsItsPromises(index: Int) throws {
    var port = Self.ports[index]()
    let others = port.others
    #expect(Set(others).count == others.count && !others.contains(WorkerID(0)))
    _ = try port.receive()
    #expect(try port.receive().isEmpty)
    #expect(try !port.send(.shutDown, to: WorkerID(99)))
    for idle in [0, 1e-6, 1, 1e6] {
      if let pause = port.pause(afterIdle: idle) {
        #expect((0...1).contains(pause))
      } else {
        #expect(others.isEmpty)
      }
    }
    for worker in others {
      #expect(try port.send(.shutDown, to: worker))
      #expect(try port.receive().contains { $0.0 == worker && $0.1 == .farewell })
    }
    #expect(port.others == others)
  }

  @Test func pollingPausesGrowWithTheTimeInWhichNothingCame() {
    #expect(pollingPause(afterIdle: 0) == 0 && pollingPause(afterIdle: 49e-6) == 0)
    #expect(pollingPause(afterIdle: 1e-3) == 1e-4 && pollingPause(afterIdle: 0.05) == 1e-3)
    #expect(pollingPause(afterIdle: 0.5) == 5e-3 && pollingPause(afterIdle: 1e9) == 1e-2)
  }

  /// By `Codable`, since nothing is known here of the value but that it is `Encodable`.
  private func codable(_ value: some Encodable) throws -> [UInt8] { try CompactJSON.encode(value) }

  @Test func ordersAndMessagesComeThroughAsBytes() throws {
    let leg = LegID(TrialID(3), attempt: 2)
    let orders: [AgentOrder] = [
      .shutDown, .perform(.answer(leg, on: WorkerID(1), epoch: 3, .goOn(until: 9))),
      .perform(.finish(.rule("target"))),
    ]
    for order in orders {
      let bytes = try CompactJSON.encode(order)
      #expect(try CompactJSON.decode(AgentOrder.self, from: bytes) == order)
      #expect(try bytes == codable(order))
    }
    let messages: [AgentMessage] = [
      .alive, .farewell,
      .event(
        .reported(
          Report(
            leg: leg, epoch: 1,
            values: [.init("a", .nan), .init("b", -.infinity), .init("c", 0.1)],
            isAnswerable: false))),
    ]
    for message in messages {
      let bytes = try CompactJSON.encode(message)
      #expect(try CompactJSON.decode(AgentMessage.self, from: bytes) == message)
      #expect(try bytes == codable(message))
    }
  }
}

/// The loop on rank 0 with scripted agents elsewhere.
@Suite struct CoordinatorLoopTests {
  private let folder: TemporaryFolder
  private let directory: StudyDirectory
  private let study: Study

  init() throws {
    folder = try TemporaryFolder()
    directory = try StudyDirectory(creating: folder.file("s.rung"), studyFile: [10], origin: [10])
    var stop = StopRules()
    stop.trials = 30
    study = Study(
      name: "loop", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false))
      ]),
      trial: TrialSettings(command: ["true"]), stop: stop)
  }

  private func agent(_ study: Study) throws -> Agent {
    var settings = AgentSettings(
      worker: WorkerID(0), study: study, studyFolder: folder.path, directory: directory.path,
      slots: 0, devices: [], deviceVariable: nil, host: "here", client: [])
    settings.program = try rungProgram()
    return try Agent(settings)
  }

  /// Runs the study once; a signal arrives after so many reports.
  private func run(
    _ port: ScriptedPort, of other: Study? = nil, silence: Double = silenceLimit,
    until reports: Int = .max
  ) throws -> CoordinatorLoop<ScriptedPort>.RunEnd {
    let study = other ?? study
    let signals = try SignalPort([SIGUSR1])
    _ = signals.receive()
    var record = try Store.read(directory, study: study)
    let store = try Store(beginning: directory, after: &record)
    let agent = try agent(study)
    defer { agent.shutDown() }
    var loop = try CoordinatorLoop(
      coordinator: record.coordinator, store: store, agent: agent, port: port, signals: signals,
      silence: silence, progress: { if $0.reports.count >= reports { raise(SIGUSR1) } })
    return try loop.run(
      Run(
        number: store.run, host: "here", process: Int(getpid()), processStart: 1, job: nil,
        wallTime: wallSeconds(), version: "test"))
  }

  @Test func aStudyRunsOnTheOtherNodes() throws {
    #expect(try run(ScriptedPort(3)) == .finished(.nothingLeft))
    let record = try Store.read(directory, study: study)
    #expect(record.entriesFromSnapshot == record.journal.entries)
    #expect(record.coordinator.trials.count == 30)
    let hosts = Set(record.coordinator.trials.flatMap(\.hosts))
    #expect(hosts == ["node-1", "node-2", "node-3"])
    let replayed = try Store.read(directory, study: study, usingSnapshot: false)
    #expect(replayed.firstDifference == nil)
  }

  @Test func slotsThatAskAtOnceGetDifferentConfigurations() throws {
    var study = study
    study.algorithm = Algorithm(.grid)
    study.algorithm.search.grid.points = 12
    #expect(try run(ScriptedPort(3), of: study) == .finished(.exhausted))
    let trials = try Store.read(directory, study: study).coordinator.trials
    let tried = trials.filter(\.isProposed).map(\.configuration)
    #expect(tried.count == 12)
    #expect(Set(tried).count == 12)
  }

  /// Nobody is told anything that a crash could make undone.
  @Test func whatIsOrderedIsOnTheDiskBefore() throws {
    var count = 0
    let port = ScriptedPort(2) { order in
      guard case .perform(let command) = order else { return }
      count += 1
      let entries = try Journal.entries(directory.journal)
      #expect(entries.contains { $0.commands.contains(command) })
    }
    #expect(try run(port) == .finished(.nothingLeft))
    #expect(count > 60)
  }

  /// Rank 0 looks often for what comes soon after something else, however long the run has lasted.
  @Test func theTimeWithoutAnythingBeginsAnewWithEachEvent() throws {
    var study = study
    study.stop.trials = 3_000
    let begin = monotonicSeconds()
    var leastIdle = Double.infinity
    let port = ScriptedPort(
      2, willPause: { if monotonicSeconds() - begin > 0.5 { leastIdle = min(leastIdle, $0) } })
    #expect(try run(port, of: study) == .finished(.nothingLeft))
    #expect(leastIdle < 0.25)
  }

  @Test func anAgentThatTakesNoMoreIsLostAndItsTrialsGoOnElsewhere() throws {
    #expect(
      try run(ScriptedPort(2, takesNoMore: WorkerID(2), patience: 5)) == .finished(.nothingLeft))
    let record = try Store.read(directory, study: study)
    #expect(
      try Journal.entries(directory.journal).contains {
        $0.event == .workerLost(WorkerID(2), reason: "it takes no more messages")
      })
    #expect(record.coordinator.trials.count == 30)
    #expect(record.coordinator.trials.allSatisfy { $0.state != .running && $0.state != .failed })
  }

  @Test func anAgentThatCannotHaveTheStagedDataIsDoneWithout() throws {
    var study = study
    study.trial.stage = [StagedItem(from: "data")]
    let failure = StageFailure("there is no room", isOfSource: false)
    #expect(
      try run(ScriptedPort(3, refusing: [WorkerID(2): failure]), of: study)
        == .finished(.nothingLeft))
    let record = try Store.read(directory, study: study)
    #expect(Set(record.coordinator.trials.flatMap(\.hosts)) == ["node-1", "node-3"])
    #expect(
      try Journal.entries(directory.journal).contains {
        $0.event == .workerLost(WorkerID(2), reason: "there is no room")
      })
  }

  @Test func whereNoAgentCanHaveTheStagedDataTheRunEnds() throws {
    var study = study
    study.trial.stage = [StagedItem(from: "data")]
    let failure = StageFailure("there is no room", isOfSource: false)
    let refusing = [WorkerID(1): failure, WorkerID(2): StageFailure("nor here", isOfSource: false)]
    #expect(throws: AgentError.notStaged(failure)) {
      try run(ScriptedPort(2, refusing: refusing), of: study)
    }
    let missing = StageFailure("it is not there", isOfSource: true)
    #expect(throws: AgentError.notStaged(missing)) {
      try run(ScriptedPort(3, refusing: [WorkerID(2): missing]), of: study)
    }
  }

  @Test func anAgentThatWasSilentStartsOverAndServesAgain() throws {
    var study = study
    study.stop.trials = 3_000
    #expect(
      try run(ScriptedPort(2, silent: WorkerID(2), patience: 5), of: study, silence: 0.1)
        == .finished(.nothingLeft))
    let record = try Store.read(directory, study: study)
    let events = try Journal.entries(directory.journal).map(\.event)
    let lost = try #require(
      events.firstIndex(of: .workerLost(WorkerID(2), reason: "silent for 0 s")))
    let back = try #require(
      events.firstIndex(of: .workerJoined(WorkerID(2), host: "back-2", slots: 2)))
    #expect(lost < back)
    // Nothing of its former life is heard in between.
    let between = events[lost..<back].filter {
      if case .reported(let report) = $0 { report.leg.attempt == 1 } else { false }
    }
    #expect(!between.isEmpty)
    let interrupted = record.coordinator.trials.filter { $0.attempts > 1 && $0.hosts.count > 1 }
    #expect(!interrupted.isEmpty)
    #expect(record.coordinator.trials.contains { $0.hosts.contains("back-2") })
    #expect(record.coordinator.trials.allSatisfy { $0.state != .running && $0.state != .failed })
  }

  @Test func aSignalEndsARunAndTheNextGoesOn() throws {
    var runs = 0
    while try run(ScriptedPort(2), until: 10 * (runs + 1))
      != .finished(.nothingLeft)
    {
      runs += 1
      let record = try Store.read(directory, study: study)
      #expect(
        try Journal.entries(directory.journal).last?.event == .runEnded(reason: "signal \(SIGUSR1)")
      )
      #expect(record.entriesFromSnapshot == record.journal.entries)
    }
    #expect(runs >= 3)
    let record = try Store.read(directory, study: study, usingSnapshot: false)
    #expect(record.firstDifference == nil && record.coordinator.trials.count == 30)
  }

  @Test func whatCannotBeRecordedIsNotDone() throws {
    removeAll(directory.journal)
    let disk = try SmallDisk()
    try makeLink(directory.journal, to: disk.path)
    try disk.fill(leaving: 20_000)
    var performed: [Command] = []
    let port = ScriptedPort(2) { order in
      if case .perform(let command) = order { performed.append(command) }
    }
    let error = #expect(throws: StoreError.self) { try run(port) }
    #expect(
      error?.description == "write '\(directory.journal)/0001.jsonl': No space left on device")
    let entries = try Journal.entries(directory.journal)
    let recorded = entries.flatMap(\.commands)
    #expect(!performed.isEmpty && performed.allSatisfy { recorded.contains($0) })
    disk.makeRoom()
    #expect(try run(ScriptedPort(2)) == .finished(.nothingLeft))
  }
}
