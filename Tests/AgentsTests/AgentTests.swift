import Coordination
import Glibc
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

@testable import Agents

/// Trials that speak through the Python client.
@Suite struct AgentTests {
  /// Trains with a checkpoint of two files, and reports what it found and who it is.
  private static let training = """
    import os, hashlib, rung
    trial = rung.trial()
    path = os.path.join(trial.checkpoint_dir, "deep", "state")
    found = open(path, "rb").read() if trial.resumed_from else b""
    for epoch in trial.epochs():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        state = hashlib.sha256(b"%d" % epoch).digest() * 40000
        with open(path + ".new", "wb") as file: file.write(state)
        os.replace(path + ".new", path)
        with open(os.path.join(trial.checkpoint_dir, "epoch"), "w") as file: file.write(str(epoch))
        same = found == hashlib.sha256(b"%d" % trial.resumed_from).digest() * 40000
        trial.report(epoch, loss=1 / epoch, found=len(found), same=same, pid=os.getpid(),
                     until=trial.until, rate=trial.config["rate"], real=type(trial.config["rate"]) is float)
    """

  @Test func aTrialPausesAndGoesOnFromItsCheckpoint() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training))
    #expect(
      try bench.next { event -> Int? in
        if case .workerJoined(WorkerID(0), "localhost", let slots, nil) = event {
          slots
        } else {
          nil
        }
      } == 1)
    let first = try bench.start(4, until: 3)
    try bench.began(first)
    for epoch in 1...3 {
      let report = try bench.report(first)
      #expect(report.epoch == epoch && report.isAnswerable)
      #expect(report.value(of: "loss") == 1 / Double(epoch))
      #expect(report.value(of: "real") == 1 && report.value(of: "until") == 3)
    }
    try bench.answer(first, 3, .pause)
    var end = try bench.end(first)
    #expect(end.peakMemoryMiB.map { (5..<200).contains($0) } == true)
    end.peakMemoryMiB = nil
    #expect(end == LegEnd(leg: first, outcome: .exited(status: 0), keeping: 3))
    let container = try bench.stored()
    #expect(container.entries == [.init(leg: first, epoch: 3, bytes: 1_280_001)])
    #expect(container.owner == WorkerID(0) && container.replaced.isEmpty)
    #expect(try readFolder(bench.checkpoints) == [container.name])

    let source = Leg.Source(container: container.name, entry: container.entries[0])
    let second = try bench.start(4, attempt: 2, until: 9, from: source)
    let report = try bench.report(second)
    #expect(report.epoch == 4)
    #expect(report.value(of: "found") == 1_280_000 && report.value(of: "same") == 1)
    for _ in 5...9 { _ = try bench.report(second) }
    try bench.answer(second, 9, .complete)
    #expect(try bench.end(second).keeping == 9)
    #expect(try bench.stored().entries.map(\.epoch) == [9])
    #expect(try readFolder(bench.agent.scratch + "/legs") == [])
    #expect(
      try holds(within: 5) { try readFolder(bench.agent.scratch + "/spool").isEmpty })
  }

  @Test func aTrialThatIsAskedToHoldWaitsAtItsNextReport() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.slow))
    let leg = try bench.start(0, until: 100)
    #expect(try !bench.report(leg).isHeld)
    try bench.agent.perform(.perform(.hold(leg, on: WorkerID(0))))
    var last = try bench.report(leg)
    while !last.isHeld { last = try bench.report(leg) }
    try bench.answer(leg, last.epoch, .pause)
    let end = try bench.end(leg)
    #expect(end.outcome == .exited(status: 0))
    #expect(end.keeping == last.epoch)
    #expect(try bench.stored().entries.map(\.epoch) == [last.epoch])
  }

  @Test func aTrialIsAskedToHoldOnceItListens() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.slow))
    let leg = try bench.start(0, until: 100)
    try bench.agent.perform(.perform(.hold(leg, on: WorkerID(0))))
    let report = try bench.report(leg)
    #expect(report.epoch == 1)
    if !report.isHeld { #expect(try bench.report(leg).isHeld) }
  }

  @Test func anAgentThatStartsOverEndsItsTrialsAndJoinsAnew() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.slow))
    let isJoined: (Event) -> Bool? = { event in
      if case .workerJoined = event { true } else { nil }
    }
    _ = try bench.next(isJoined)
    let first = try bench.start(0, until: 100)
    let process = try #require(try bench.report(first).value(of: "pid")).rounded()
    try bench.agent.perform(.startOver)
    #expect(try bench.next(isJoined))
    #expect(processStart(Int(process)) == nil)
    #expect(try readFolder(bench.agent.scratch + "/legs") == [])
    let second = try bench.start(0, attempt: 2, until: 100)
    #expect(try bench.report(second).epoch == 1)
  }

  /// Epochs of a tenth of a second, each with a checkpoint.
  private static let slow = """
    import os, time, rung
    trial = rung.trial()
    for epoch in trial.epochs():
        time.sleep(0.1)
        with open(os.path.join(trial.checkpoint_dir, "epoch"), "w") as file: file.write(str(epoch))
        trial.report(epoch, loss=1 / epoch, pid=os.getpid())
    """

  @Test func aKeeperThatEndsIsStartedAgainAndDoesWhatWasOpen() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training))
    let leg = try bench.start(0, until: 1)
    _ = try bench.report(leg)
    let keeper = bench.agent.keeper.companion.process
    kill(keeper, SIGSTOP)
    try bench.answer(leg, 1, .pause)
    #expect(try bench.end(leg).keeping == 1)
    kill(keeper, SIGKILL)
    let container = try bench.stored()
    #expect(container.entries.map(\.epoch) == [1])
    #expect(bench.agent.keeper.companion.process != keeper)
    // Also on the way back.
    let other = bench.agent.keeper.companion.process
    kill(other, SIGSTOP)
    let source = Leg.Source(container: container.name, entry: container.entries[0])
    let next = try bench.start(0, attempt: 2, until: 2, from: source)
    kill(other, SIGKILL)
    #expect(try bench.report(next).value(of: "same") == 1)
    #expect(bench.agent.keeper.isIdle)
  }

  @Test func whatKeepsEndingKeepersFails() throws {
    // Keepers that end at once.
    let line = try KeeperLine { () throws(SystemError) in
      try Companion(program: "/bin/true", arguments: [])
    }
    let leg = LegID(TrialID(3), attempt: 1)
    let source = Leg.Source(container: "a.h5", entry: .init(leg: leg, epoch: 1, bytes: 1))
    let requests: [KeeperRequest] = [
      .save(leg, part: nil, epoch: 2, folder: "/nowhere"),
      .take(leg, part: nil, epoch: 3, folder: "/a", only: nil, copy: "/b"),
      .load(leg, source, folder: "/c"), .merge(["a", "b"], keeping: []), .discard(["c"]),
    ]
    for request in requests { try line.ask(request) }
    var replies: [KeeperReply] = []
    let isOver = try holds(within: 10) {
      replies += try line.receive()
      return line.isIdle
    }
    #expect(isOver)
    let reason = "the process that carries checkpoints ended twice while it was at it"
    #expect(
      replies == [
        .notStored(leg, epoch: 2, reason: reason + "; '/nowhere'"),
        .notStored(leg, epoch: 3, reason: reason), .taken(leg, epoch: 3),
        .notLoaded(leg, reason: reason, isDamaged: true), .notMerged(["a", "b"], reason: reason),
      ])
    // And where there is no end of it, the agent gives up.
    #expect(throws: AgentError.companionEnded("keeper")) {
      for _ in 0..<100 {
        _ = try line.receive()
        waitForAny([], atMost: 0.05)
      }
    }
  }

  @Test func aTrialThatIsStoppedLeavesNothing() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training))
    let leg = try bench.start(0, until: 1)
    _ = try bench.report(leg)
    try bench.answer(leg, 1, .stop)
    var end = try bench.end(leg)
    end.peakMemoryMiB = nil
    #expect(end == LegEnd(leg: leg, outcome: .exited(status: 0)))
    try bench.serve(for: 0.1)
    #expect(try readFolder(bench.checkpoints) == [])
    #expect(try readFolder(bench.agent.scratch + "/legs") == [])
  }

  @Test func aTrialThatGoesOnIsCopiedWhereItStood() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training)) {
      $0.trial.checkpointEvery = 2
    }
    let leg = try bench.start(0, until: 3)
    _ = try bench.report(leg)
    #expect(try bench.report(leg).epoch == 2)
    try bench.answer(leg, 2, .goOn(until: 3))
    let container = try bench.stored()
    #expect(container.entries.map(\.epoch) == [2])
    #expect(try bench.report(leg).epoch == 3)
    try bench.answer(leg, 3, .goOn(until: 9))
    #expect(try bench.stored().entries.map(\.epoch) == [3])
    let report = try bench.report(leg)
    #expect(report.epoch == 4 && report.value(of: "until") == 9)
    let target = bench.folder.file("back")
    try makeFolder(target)
    try CheckpointContainer.load(
      container.entries[0], from: bench.checkpoints + "/" + container.name, into: target)
    #expect(try readFile(target + "/epoch") == Array("2".utf8))
    try bench.agent.perform(.perform(.end(leg, on: WorkerID(0))))
    #expect(try bench.end(leg).outcome == .endedByRung)
  }

  /// What each of a warm process's trials may do to its folder; the first leaves it as it is.
  private static let deeds = [
    "pass", "open(os.path.join(trial.trial_dir, 'left'), 'w').close()",
    "os.rmdir(folder); os.symlink(os.environ['HOME'], folder)", "os.chmod(folder, 0)",
    "os.chmod(trial.trial_dir, 0o755)", "os.mkdir(os.path.join(folder, 'empty'))",
    "os.link(os.environ['RUNG_CONFIG'], 'linked')",
    "open(os.environ['RUNG_CONFIG'], 'w').write('{}')", "shutil.rmtree(trial.trial_dir)", "pass",
  ]

  @Test func aWarmProcessFindsEachTrialsFolderAsTheFirstTrialDid() throws {
    let program = """
      import json, os, shutil, stat, rung
      for trial in rung.trials():
          folder = os.environ["RUNG_CHECKPOINT_DIR"]
          modes = [stat.filemode(os.lstat(path).st_mode) for path in (trial.trial_dir, folder)]
          whole = (sorted(os.listdir(trial.trial_dir)) == ["checkpoint", "config.json"]
                   and modes == ["drwx------"] * 2 and os.listdir(folder) == []
                   and os.environ["RUNG_CONFIG"] == os.path.join(trial.trial_dir, "config.json")
                   and json.load(open(os.environ["RUNG_CONFIG"])) == trial.config)
          trial.report(1, whole=whole, inode=os.stat(trial.trial_dir).st_ino)
          exec(trial.config["word"])
      """
    let bench = try AgentBench(command: AgentBench.program(program))
    var inodes: [Double] = []
    for (number, deed) in Self.deeds.enumerated() {
      let leg = try bench.start(number, until: 1, [("word", .word(deed))])
      let report = try bench.report(leg)
      #expect(bench.values(report)["whole"] == 1, "after \(Self.deeds[max(0, number - 1)])")
      inodes.append(bench.values(report)["inode"] ?? 0)
      try bench.answer(leg, 1, .complete)
      #expect(try bench.end(leg).outcome == .askedForNext)
    }
    #expect(inodes[0] == inodes[1], "a folder that is left as it was is kept")
    let linked = String(decoding: try readFile(bench.folder.file("study/linked")), as: UTF8.self)
    #expect(linked.contains("os.link"), "the file that a trial has linked stays its own: \(linked)")
  }

  @Test func aWarmProcessTrainsOneTrialAfterAnother() throws {
    let program = """
      import os, json, rung
      seen = 0
      for trial in rung.trials():
          seen += 1
          config = json.load(open(os.environ["RUNG_CONFIG"]))
          for epoch in trial.epochs():
              open(os.path.join(trial.checkpoint_dir, "state"), "w").write("%d" % trial.id)
              trial.report(epoch, loss=trial.id, pid=os.getpid(), seen=seen,
                           same=config == trial.config, rate=trial.config["rate"],
                           real=type(trial.config["rate"]) is float,
                           env=int(os.environ["RUNG_TRIAL"]), word=trial.config["word"] == 'ä "b"',
                           tmp=os.path.isdir(os.environ["TMPDIR"]))
      print("dismissed")
      """
    let bench = try AgentBench(command: AgentBench.program(program))
    var processes: Set<Double> = []
    var last: Leg.Source?
    for number in 0..<3 {
      let leg = try bench.start(
        number, until: 2, [("rate", .real(Double(number))), ("word", .word("ä \"b\""))])
      for epoch in 1...2 {
        let report = try bench.report(leg)
        #expect(report.epoch == epoch)
        let values = bench.values(report)
        processes.insert(values["pid"] ?? 0)
        #expect(values["seen"] == Double(number + 1) && values["same"] == 1)
        #expect(values["rate"] == Double(number) && values["real"] == 1)
        #expect(values["env"] == Double(number) && values["word"] == 1 && values["tmp"] == 1)
      }
      try bench.answer(leg, 2, .pause)
      let end = try bench.end(leg)
      #expect(end.outcome == .askedForNext && end.keeping == 2)
      let container = try bench.stored()
      last = .init(container: container.name, entry: container.entries[0])
    }
    #expect(processes.count == 1)
    // On from a checkpoint, still in the same process.
    let leg = try bench.start(2, attempt: 2, until: 9, from: last)
    #expect(try bench.report(leg).epoch == 3)
    // It ends in the middle of its loop: the slot takes a new process.
    try bench.agent.perform(.perform(.end(leg, on: WorkerID(0))))
    #expect(try bench.end(leg).outcome == .endedByRung)
    let fresh = try bench.start(3, until: 1)
    let report = try bench.report(fresh)
    #expect(!processes.contains(bench.values(report)["pid"] ?? 0))
    try bench.answer(fresh, 1, .complete)
    #expect(try bench.end(fresh).outcome == .askedForNext)
    try bench.agent.perform(.perform(.finish(.nothingLeft)))
    try bench.serve(for: 0.3)
    #expect(bench.agent.isIdle)
  }

  /// The study may end while the checkpoint is on its way to a warm process that waits.
  @Test func aLegThatIsEndedBeforeItsCheckpointIsThereNeverStarts() throws {
    let program = """
      import os, rung
      for trial in rung.trials():
          for epoch in trial.epochs():
              open(os.path.join(trial.checkpoint_dir, "state"), "w").write("x" * 1000000)
              trial.report(epoch, loss=1, pid=os.getpid())
      """
    let bench = try AgentBench(command: AgentBench.program(program))
    let first = try bench.start(0, until: 1)
    let process = try bench.report(first).value(of: "pid")
    try bench.answer(first, 1, .pause)
    #expect(try bench.end(first).outcome == .askedForNext)
    let container = try bench.stored()
    let second = try bench.start(
      0, attempt: 2, until: 3,
      from: .init(container: container.name, entry: container.entries[0]))
    try bench.agent.perform(.perform(.end(second, on: WorkerID(0))))
    #expect(try bench.end(second).outcome == .endedByRung)
    try bench.serve(for: 0.3)
    #expect(!bench.events.contains(.began(second)))
    let third = try bench.start(1, until: 1)
    #expect(try bench.report(third).value(of: "pid") == process)
  }

  @Test func twoSlotsTrainSideBySide() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training), slots: 2)
    let legs = [try bench.start(0, slot: 0, until: 9), try bench.start(1, slot: 1, until: 9)]
    let processes = try legs.map { try bench.report($0).value(of: "pid") }
    #expect(processes[0] != processes[1])
    for leg in legs.reversed() {
      for epoch in 2...9 { #expect(try bench.report(leg).epoch == epoch) }
      try bench.answer(leg, 9, .complete)
    }
    for leg in legs { #expect(try bench.end(leg).keeping == 9) }
  }

  @Test func aCheckpointThatIsDamagedIsNoFailureOfTheTrial() throws {
    let bench = try AgentBench(command: AgentBench.program(Self.training))
    let leg = try bench.start(
      0, attempt: 2, until: 3,
      from: .init(
        container: "gone.h5", entry: .init(leg: LegID(TrialID(0), attempt: 1), epoch: 1, bytes: 1)))
    let reason = try bench.next { event -> String? in
      if case .damaged(leg, let reason, nil) = event { reason } else { nil }
    }
    #expect(reason.hasPrefix("'\(bench.checkpoints)/gone.h5' is damaged: "))
    #expect(try readFolder(bench.agent.scratch + "/legs") == [])
  }

  @Test func aCheckpointThatFindsNoRoomIsSaidAndTheTrialGoesOn() throws {
    let disk = try SmallDisk()
    try disk.fill(leaving: 100_000)
    let program = """
      import os, rung
      trial = rung.trial()
      for epoch in trial.epochs():
          with open(os.path.join(trial.checkpoint_dir, "state"), "wb") as file:
              file.write(os.urandom(300_000))
          trial.report(epoch, loss=1)
      """
    let bench = try AgentBench(
      command: AgentBench.program(program), checkpoints: disk.path
    ) { $0.trial.checkpointEvery = 1 }
    let leg = try bench.start(0, until: 9)
    #expect(try bench.report(leg).epoch == 1)
    try bench.answer(leg, 1, .goOn(until: 9))
    #expect(try bench.notStored().contains("No space left on device"))
    #expect(try bench.report(leg).epoch == 2)
    disk.makeRoom()
    try bench.answer(leg, 2, .goOn(until: 9))
    let container = try bench.stored()
    #expect(container.entries.map(\.epoch) == [2])
    #expect(try bench.report(leg).epoch == 3)
    #expect(try readFolder(disk.path) == [container.name])
  }

  @Test func aClientThatChattersHoldsNobodyUp() throws {
    let program = """
      import os, socket, sys
      if sys.argv[1] == "0":
          s = socket.socket(socket.AF_UNIX); s.connect(os.environ["RUNG_SOCKET"])
          s.sendall(b'{"trial": 0, "attempt": 1}\\n')
          while True: s.sendall(b"rubbish\\n" * 1000)
      import rung
      trial = rung.trial()
      for epoch in trial.epochs(): trial.report(epoch, loss=1)
      """
    let bench = try AgentBench(
      command: AgentBench.program(program) + ["{rate}"], slots: 2
    ) {
      $0.space = SearchSpace(parameters: [
        Parameter(name: "rate", domain: .integer(low: 0, high: 1, step: 1, log: false))
      ])
    }
    let chatterer = try bench.start(0, slot: 0, until: 9, [("rate", .integer(0))])
    try bench.began(chatterer)
    let other = try bench.start(1, slot: 1, until: 2, [("rate", .integer(1))])
    for epoch in 1...2 { #expect(try bench.report(other).epoch == epoch) }
    try bench.answer(other, 2, .stop)
    _ = try bench.end(other)
    try bench.agent.perform(.perform(.end(chatterer, on: WorkerID(0))))
    #expect(try bench.end(chatterer).outcome == .endedByRung)
    #expect(try bench.log().utf8.count < 600_000)
  }
}
