import Coordination
import Foundation
import Glibc
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

@testable import Agents

/// Trials of several processes, one for each GPU.
@Suite struct RanksTests {
  /// Ranks that add up what they have over a socket of their own, as a data-parallel training does its
  /// gradients: none gets on without the others.
  private static let group = """
    import json, os, socket, sys, time
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
    if rank == 0:
        server = socket.create_server(address)
        peers = [server.accept()[0].makefile("rw") for _ in range(world - 1)]
    else:
        while True:
            try:
                peers = [socket.create_connection(address).makefile("rw")]
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
    def tell(peer, value):
        peer.write(json.dumps(value) + "\\n")
        peer.flush()
    def all_reduce(value):
        if rank:
            tell(peers[0], value)
            return json.loads(peers[0].readline())
        total = value + sum(json.loads(peer.readline()) for peer in peers)
        for peer in peers: tell(peer, total)
        return total

    """

  private static let training =
    group + """
      import rung
      trial = rung.trial()
      parts = sorted(os.path.basename(part) for part in trial.checkpoint_parts)
      states = [open(os.path.join(part, "state")).read() for part in trial.checkpoint_parts
                if os.path.exists(os.path.join(part, "state"))]
      for epoch in trial.epochs():
          time.sleep(float(os.environ.get("NAP", "0")) * rank)
          total = all_reduce(rank)
          with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file:
              file.write("%d %d" % (rank, epoch))
          print("rank", rank, "of", world, "local", os.environ["LOCAL_RANK"], os.environ["LOCAL_WORLD_SIZE"],
                "sees", os.environ.get("CUDA_VISIBLE_DEVICES"), "parts", parts, "states", states, flush=True)
          trial.report(epoch, loss=1 / epoch, total=total, rank=rank)
      """

  private func bench(
    _ program: String, slots: Int = 4, _ change: (inout Study) -> Void = { _ in }
  ) throws -> AgentBench {
    try AgentBench(command: AgentBench.program(program), slots: slots) { study in
      study.trial.gpus = slots
      study.trial.launch = .ranks
      change(&study)
    }
  }

  @Test func theRanksFindEachOtherAndEachItsPartAgain() throws {
    let bench = try bench(Self.training)
    let first = try bench.start(0, slots: 3, until: 2)
    try bench.began(first)
    for epoch in 1...2 {
      let report = try bench.report(first)
      #expect(report.epoch == epoch)
      #expect(report.value(of: "total") == 3 && report.value(of: "rank") == 0)
    }
    try bench.answer(first, 2, .pause)
    let end = try bench.end(first)
    #expect(end.outcome == .exited(status: 0) && end.keeping == 2)
    let container = try bench.stored()
    #expect(container.entries.map(\.bytes) == [9], "three parts of three bytes")

    // Other slots, and fewer of them: each rank finds what all have left.
    let source = Leg.Source(container: container.name, entry: container.entries[0])
    let second = try bench.start(0, attempt: 2, slot: 2, slots: 2, until: 3, from: source)
    let report = try bench.report(second)
    #expect(report.epoch == 3 && report.value(of: "total") == 1)
    try bench.answer(second, 3, .complete)
    #expect(try bench.end(second).keeping == 3)
    #expect(try bench.stored().entries.map(\.bytes) == [6], "not what rank 2 had left before")
    let log = try bench.log()
    for rank in 0..<3 { #expect(log.contains("rank \(rank) of 3 local \(rank) 3 sees")) }
    for rank in 0..<2 {
      #expect(
        log.contains(
          "rank \(rank) of 2 local \(rank) 2 sees None parts ['rank-0', 'rank-1', 'rank-2'] states "
            + "['0 2', '1 2', '2 2']"))
    }
  }

  @Test func aDecisionWaitsForEveryRanksPart() throws {
    let bench = try bench(
      Self.training.replacingOccurrences(
        of: "trial.report(epoch", with: "time.sleep(rank); trial.report(epoch"), slots: 2)
    let leg = try bench.start(0, slots: 2, until: 1)
    try bench.began(leg)
    let begin = monotonicSeconds()
    _ = try bench.report(leg)
    #expect(monotonicSeconds() - begin > 0.9, "rank 1 reports a second after rank 0")
    try bench.answer(leg, 1, .pause)
    #expect(try bench.end(leg).keeping == 1)
  }

  @Test func aRankThatFailsEndsTheOthers() throws {
    let failing = Self.training.replacingOccurrences(
      of: "total = all_reduce(rank)",
      with: """
        if rank == 1 and epoch == 2: sys.exit(3)
            try: total = all_reduce(rank)
            except (OSError, ValueError): time.sleep(60)
        """)
    let bench = try bench(failing)
    let leg = try bench.start(0, slots: 4, until: 9)
    let end = try bench.end(leg)
    #expect(end.outcome == .exited(status: 3))
    #expect(end.keeping == nil, "its checkpoint is not whole")
    #expect(bench.agent.isIdle)
  }

  @Test func ranksThatAreAskedToHoldLeaveAWholeCheckpoint() throws {
    let slow = Self.training.replacingOccurrences(
      of: "total = all_reduce(rank)", with: "time.sleep(0.1); total = all_reduce(rank)")
    let bench = try bench(slow)
    let leg = try bench.start(0, slots: 4, until: 1000)
    _ = try bench.report(leg)
    try bench.agent.perform(.perform(.hold(leg, on: WorkerID(0))))
    var last = try bench.report(leg)
    while !last.isHeld { last = try bench.report(leg) }
    try bench.answer(leg, last.epoch, .pause)
    let end = try bench.end(leg)
    #expect(end.outcome == .exited(status: 0))
    #expect(end.keeping == last.epoch)
    let container = try bench.stored()
    let source = Leg.Source(container: container.name, entry: container.entries[0])
    let again = try bench.start(0, attempt: 2, slots: 4, until: last.epoch + 1, from: source)
    #expect(try bench.report(again).epoch == last.epoch + 1)
    let states = (0..<4).map { "'\($0) \(last.epoch)'" }.joined(separator: ", ")
    #expect(try bench.log().contains("states [\(states)]"))
  }

  @Test func aRankThatNeverReportsIsNamed() throws {
    let mute = Self.training.replacingOccurrences(
      of: "trial.report(epoch", with: "rank == 1 or trial.report(epoch")
    let bench = try bench(mute, slots: 2) { $0.trial.silence = .seconds(1) }
    let leg = try bench.start(0, slots: 2, until: 1)
    #expect(try bench.end(leg).outcome == .silent(seconds: 1))
    #expect(
      try bench.log().contains(
        "rank 1 has not reported epoch 1, for which rank 0 waits; each rank must call 'report'"))
  }

  // MARK: On several agents

  /// Two agents of two slots each, of one study.
  private func pair(
    _ program: String, _ change: (inout Study) -> Void = { _ in }
  ) throws -> (AgentBench, AgentBench) {
    let first = try bench(program, slots: 2, change)
    let second = try AgentBench(
      command: AgentBench.program(program), slots: 2, beside: first
    ) { study in
      study.trial.gpus = 3
      study.trial.launch = .ranks
      change(&study)
    }
    return (first, second)
  }

  /// A leg on both agents, the first of which says where its ranks meet.
  private func start(
    _ first: AgentBench, _ second: AgentBench, attempt: Int = 1, slots: [Int] = [2, 1], until: Int,
    from source: Leg.Source? = nil
  ) throws -> LegID {
    let places = zip([first, second], slots).flatMap { bench, count in
      (0..<count).map { SlotID(bench.worker, $0) }
    }
    let leg = Leg(
      id: LegID(TrialID(0), attempt: attempt), slots: places,
      configuration: Configuration([("rate", .real(1))]), source: source, until: until)
    try first.agent.perform(.perform(.start(leg)))
    let port = try first.next { event in
      if case .opened(leg.id, let port) = event { port } else { nil }
    }
    try second.agent.perform(
      .perform(.join(leg, on: second.worker, at: Rendezvous(host: "localhost", port: port))))
    for bench in [first, second] { try bench.began(leg.id, on: bench.worker) }
    return leg.id
  }

  /// Serves both until one has what is wanted.
  private func both<Value>(
    _ first: AgentBench, _ second: AgentBench, _ wanted: () throws -> Value?
  ) throws -> Value {
    let deadline = monotonicSeconds() + 20
    while monotonicSeconds() < deadline {
      for bench in [first, second] { try bench.serve(for: 0.02) }
      if let value = try wanted() { return value }
    }
    throw Missing(description: "\(first.events) and \(second.events)")
  }

  private func report(
    _ first: AgentBench, _ second: AgentBench, where isWanted: (Report) -> Bool = { _ in true }
  ) throws -> Report {
    try both(first, second) {
      for case .reported(let report) in first.events where isWanted(report) { return report }
      return nil
    }
  }

  /// What both stored of one checkpoint.
  private func stored(_ first: AgentBench, _ second: AgentBench) throws -> Leg.Source {
    let containers = try [first, second].map { try $0.stored() }
    #expect(containers.map { $0.entries[0].part } == [.init(0, of: 2), .init(1, of: 2)])
    return Leg.Source(
      containers.map { Leg.Piece(container: $0.name, entry: $0.entries[0]) })
  }

  @Test func ranksOnTwoAgentsTrainTogetherAndFindAllPartsAgain() throws {
    let (first, second) = try pair(Self.training)
    let leg = try start(first, second, until: 2)
    let decisive = try report(first, second) { $0.epoch == 2 }
    #expect(decisive.value(of: "total") == 3, "ranks 0, 1 and 2")
    #expect(second.events.allSatisfy { if case .reported = $0 { false } else { true } })
    for bench in [first, second] { try bench.answer(leg, 2, .pause) }
    for bench in [first, second] {
      let end = try bench.end(leg)
      #expect(end.outcome == .exited(status: 0) && end.keeping == 2 && end.worker == bench.worker)
    }
    let source = try stored(first, second)
    #expect(source.bytes == 9)

    // The other way round, with one rank on the agent that had two.
    let again = try start(second, first, attempt: 2, slots: [2, 1], until: 3, from: source)
    #expect(try report(second, first).value(of: "total") == 3)
    for bench in [second, first] { try bench.answer(again, 3, .complete) }
    for bench in [second, first] { #expect(try bench.end(again).keeping == 3) }
    let states = "parts ['rank-0', 'rank-1', 'rank-2'] states ['0 2', '1 2', '2 2']"
    for rank in ["0 of 3 local 0 2", "1 of 3 local 1 2"] {
      #expect(try second.log().contains("rank \(rank) sees None \(states)"))
    }
    #expect(try first.log().contains("rank 2 of 3 local 0 1 sees None \(states)"))
  }

  @Test func aDecisionIsHeededOnceTheRanksOfAnAgentHaveComeAsFar() throws {
    let (first, second) = try pair(
      Self.training.replacingOccurrences(
        of: "trial.report(epoch", with: "time.sleep(rank / 2); trial.report(epoch"))
    let leg = try start(first, second, until: 1)
    _ = try report(first, second)
    // Rank 2, on the second agent, reports half a second after rank 1.
    for bench in [first, second] { try bench.answer(leg, 1, .pause) }
    for bench in [second, first] { #expect(try bench.end(leg).keeping == 1) }
    #expect(try stored(first, second).bytes == 9)
  }

  @Test func ranksOnTwoAgentsThatAreAskedToHoldLeaveAWholeCheckpoint() throws {
    let slow = Self.training.replacingOccurrences(
      of: "total = all_reduce(rank)", with: "time.sleep(0.1); total = all_reduce(rank)")
    let (first, second) = try pair(slow)
    let leg = try start(first, second, until: 1000)
    _ = try report(first, second)
    try first.agent.perform(.perform(.hold(leg, on: first.worker)))
    let held = try report(first, second) { $0.isHeld }
    for bench in [first, second] { try bench.answer(leg, held.epoch, .pause) }
    #expect(try first.end(leg).keeping == held.epoch)
    // It gets no further: the coordinator has it ended.
    try second.agent.perform(.perform(.end(leg, on: second.worker)))
    #expect(try second.end(leg).keeping == held.epoch)
    let source = try stored(first, second)
    _ = try start(first, second, attempt: 2, until: held.epoch + 1, from: source)
    _ = try report(first, second) { $0.leg.attempt == 2 && $0.epoch == held.epoch + 1 }
    let states = (0..<3).map { "'\($0) \(held.epoch)'" }.joined(separator: ", ")
    for bench in [first, second] { #expect(try bench.log().contains("states [\(states)]")) }
  }

  @Test func aCheckpointIsTakenOnBothAgentsWhileTheTrialWaits() throws {
    let (first, second) = try pair(Self.training) { $0.trial.checkpointEvery = 2 }
    let leg = try start(first, second, until: 9)
    _ = try report(first, second) { $0.epoch == 2 }
    for bench in [first, second] { try bench.answer(leg, 2, .goOn(until: 9)) }
    _ = try report(first, second) { $0.epoch == 4 }
    #expect(try stored(first, second).entry.epoch == 2)
    for bench in [first, second] { try bench.agent.perform(.perform(.end(leg, on: bench.worker))) }
    for bench in [first, second] { #expect(try bench.end(leg).keeping == nil) }
  }

  @Test func ranksThatHaveNothingMoreToDoEndByThemselves() throws {
    let own = Self.training + "\n    if epoch == 2: sys.exit(0)"
    let (first, second) = try pair(own)
    let leg = try start(first, second, until: 9)
    let end = try both(first, second) { () -> LegEnd? in
      for case .legEnded(let end) in first.events { return end }
      return nil
    }
    #expect(end.outcome == .exited(status: 0) && end.keeping == 2)
    try second.agent.perform(.perform(.conclude(leg, on: second.worker)))
    #expect(try second.end(leg).outcome == .exited(status: 0))
    #expect(try stored(first, second).entry.epoch == 2)
  }

  @Test func aTrialOnSeveralGPUsSeesThemAllAndOneOnAShareSeesIts() {
    var shares = 1
    func devices(_ slots: [Int]) -> [String] {
      Agent.devices(
        of: slots.map { SlotID(WorkerID(1), $0) } + [SlotID(WorkerID(2), 0)],
        of: ["4", "5", "6", "7"], on: WorkerID(1), sharedBy: shares)
    }
    #expect(devices([0, 1, 2, 3]) == ["4", "5", "6", "7"])
    #expect(devices([2, 3]) == ["6", "7"])
    shares = 4
    #expect(devices([7]) == ["5"])
    #expect(devices([8, 9, 10, 11]) == ["6"])
    #expect(devices([4, 5, 6, 7, 8, 9, 10, 11]) == ["5", "6"])
  }
}
