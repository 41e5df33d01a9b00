import Coordination
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// Trials that find no memory, told apart from those that fail otherwise.
@Suite struct OutOfMemoryTests {
  @Test func theKernelsCountIsFoundInEitherVersionOfControlGroups() throws {
    let folder = try TemporaryFolder()
    for path in ["job/step", "memory/slurm/job"] { try makeFolders(folder.path, path) }
    _ = try folder.write("job/step/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    _ = try folder.write(
      "memory/slurm/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n")
    func kills(_ groups: String) -> Int? { memoryKills(groups: groups, root: folder.path) }
    #expect(kills("0::/job/step\n") == 2)
    #expect(kills("12:cpu,cpuacct:/x\n9:memory:/slurm/job\n0::/nowhere\n") == 5)
    #expect(kills("0::/nowhere\n") == nil)
    #expect(kills("") == nil)
    #expect(kills("rubbish\n1:2\n") == nil)
  }

  @Test func theLeastLimitOfAGroupAndThoseAboveCounts() throws {
    let folder = try TemporaryFolder()
    for path in ["job/step", "memory/slurm/job"] { try makeFolders(folder.path, path) }
    _ = try folder.write("job/memory.max", "\(300 << 20)\n")
    _ = try folder.write("job/step/memory.max", "max\n")
    _ = try folder.write("memory/memory.limit_in_bytes", "9223372036854771712\n")
    _ = try folder.write("memory/slurm/memory.limit_in_bytes", "\(700 << 20)\n")
    _ = try folder.write("memory/slurm/job/memory.limit_in_bytes", "\(500 << 20)\n")
    func limit(_ groups: String) -> Int? { memoryLimitMiB(groups: groups, root: folder.path) }
    #expect(limit("0::/job/step\n") == 300)
    #expect(limit("9:memory:/slurm/job\n0::/nowhere\n") == 500)
    #expect(limit("9:memory:/slurm/job\n0::/job/step\n") == 300)
    #expect(limit("9:memory:/\n") == nil, "no limit is a very large one")
    #expect(limit("0::/nowhere\n") == nil)
    #expect(limit("rubbish\n1:2\n") == nil)
  }

  private func makeFolders(_ root: String, _ path: String) throws {
    var folder = root
    for part in path.split(separator: "/") {
      folder += "/\(part)"
      if !exists(folder) { try makeFolder(folder) }
    }
  }

  @Test(
    arguments: [
      (LegEnd.Outcome.exited(status: 1), "MemoryError", nil, .host),
      (
        .exited(status: 1), "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to", nil,
        .device
      ),
      (.exited(status: 1), "RESOURCE_EXHAUSTED: Out of memory while trying to", nil, .device),
      (
        .signalled(6), "terminate called after throwing an instance of 'std::bad_alloc'", nil, .host
      ),
      (.exited(status: 1), "ValueError: memory", nil, nil),
      (.exited(status: 0), "MemoryError was handled", nil, nil),
      (.signalled(9), "epoch 3", 0, nil), (.signalled(9), "epoch 3", 1, .host),
      (.exited(status: 137), "epoch 3", 1, .host), (.exited(status: 1), "epoch 3", 1, nil),
      (.silent(seconds: 9), "MemoryError", nil, nil),
    ] as [(LegEnd.Outcome, String, Int?, LackedMemory?)])
  func anEndIsJudgedByItsWordsAndTheKernelsCount(
    outcome: LegEnd.Outcome, line: String, kills: Int?, lacked: LackedMemory?
  ) {
    let found = lackedMemory(
      outcome, lines: ["before", line, "after"], killsBefore: kills.map { _ in 4 },
      killsNow: kills.map { $0 + 4 })
    #expect(found == lacked)
  }

  @Test func aTrialThatRaisesMemoryErrorSaysSo() throws {
    let program = """
      import rung
      trial = rung.trial()
      trial.report(1, loss=1)
      data = bytearray(1 << 62)
      """
    let bench = try AgentBench(command: AgentBench.program(program))
    let leg = try bench.start(0, until: 9)
    var end = try bench.end(leg)
    end.peakMemoryMiB = nil
    #expect(end == LegEnd(leg: leg, outcome: .outOfMemory, lastLine: "MemoryError", lacked: .host))
  }
}
