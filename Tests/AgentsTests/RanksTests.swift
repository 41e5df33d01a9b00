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
      with: "total = all_reduce(rank)\n    if rank == 1 and epoch == 2: sys.exit(3)")
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

  @Test func aTrialOnSeveralGPUsSeesThemAllAndOneOnAShareSeesIts() {
    var study = Study(
      name: "s", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
      space: SearchSpace(parameters: []), trial: TrialSettings(command: ["x"], gpus: 4))
    func devices(_ slots: [Int]) -> [String] {
      Agent.devices(
        of: slots.map { SlotID(WorkerID(1), $0) } + [SlotID(WorkerID(2), 0)],
        of: ["4", "5", "6", "7"], on: WorkerID(1), study: study)
    }
    #expect(devices([0, 1, 2, 3]) == ["4", "5", "6", "7"])
    #expect(devices([2, 3]) == ["6", "7"])
    study.trial.trialsPerGPU = 4
    #expect(devices([7]) == ["5"])
    #expect(devices([8, 9, 10, 11]) == ["6"])
    #expect(devices([4, 5, 6, 7, 8, 9, 10, 11]) == ["5", "6"])
  }
}
