import Coordination
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// What processes that an agent starts find of CPUs.
@Suite struct AffinityTests {
  /// Notes what it may use, and stays until all have.
  private static let noting = """
    import os, time
    name = "cpus-" + os.environ["RUNG_TRIAL"] + "-" + os.environ.get("RANK", "0")
    with open(name + ".new", "w") as file: file.write(repr(sorted(os.sched_getaffinity(0))))
    os.rename(name + ".new", name)
    time.sleep(30)
    """

  private func bench(
    slots: Int, cpus: [[Int]]?, _ change: (inout Study) -> Void = { _ in }
  ) throws -> AgentBench {
    try AgentBench(
      command: AgentBench.program(Self.noting), slots: slots, cpus: cpus, change)
  }

  private func noted(_ bench: AgentBench, _ name: String) throws -> String {
    let path = bench.folder.file("study/cpus-\(name)")
    let isThere = try holds(within: 20) {
      try bench.serve(for: 0.02)
      return exists(path)
    }
    #expect(isThere, "\(name) noted nothing")
    return String(decoding: try readFile(path), as: UTF8.self)
  }

  @Test func trialsAtATimeHaveCPUsOfTheirOwn() throws {
    let all = usableCPUs()
    try #require(all.count > 1, "needs two CPUs")
    let bench = try bench(slots: 2, cpus: [[all[0]], [all[1]]])
    try bench.start(0, slot: 0, until: 1)
    try bench.start(1, slot: 1, until: 1)
    #expect(try noted(bench, "0-0") == "[\(all[0])]")
    #expect(try noted(bench, "1-0") == "[\(all[1])]")
  }

  @Test func aTrialOfSeveralSlotsHasTheCPUsOfAll() throws {
    let all = usableCPUs()
    try #require(all.count > 1, "needs two CPUs")
    let bench = try bench(slots: 2, cpus: [[all[0]], [all[1]]])
    try bench.start(0, slot: 0, slots: 2, until: 1)
    #expect(try noted(bench, "0-0") == "[\(all[0]), \(all[1])]")
  }

  @Test func ranksHaveAShareEach() throws {
    let all = usableCPUs()
    try #require(all.count > 1, "needs two CPUs")
    let bench = try bench(slots: 2, cpus: [[all[1]], [all[0]]]) { study in
      study.trial.launch = .ranks
      study.trial.gpus = 2
    }
    try bench.start(0, slot: 0, slots: 2, until: 1)
    #expect(try noted(bench, "0-0") == "[\(all[1])]")
    #expect(try noted(bench, "0-1") == "[\(all[0])]")
  }

  @Test func whereNothingIsBoundAllCPUsAreThere() throws {
    let bench = try bench(slots: 1, cpus: nil)
    try bench.start(0, until: 1)
    #expect(try noted(bench, "0-0") == "\(usableCPUs())")
  }
}
