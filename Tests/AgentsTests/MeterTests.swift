import Coordination
import Glibc
import Processes
import StudyModel
import Testing

@testable import Agents

struct MeterTests {
  @Test func anAgentTellsHowBusyItsNodeIsAndOutlivesItsMeter() throws {
    let bench = try AgentBench(command: ["sh", "-c", "sleep 60"], isMetered: true)
    let loads = try bench.next { event -> [DeviceLoad]? in
      if case .used(WorkerID(0), let loads) = event { loads } else { nil }
    }
    let cores = try #require(loads.first { $0.device == DeviceLoad.cores })
    #expect(cores.seconds > 2 && cores.seconds < 20)
    #expect((0...1).contains(cores.busy))
    #expect((cores.memoryMiB ?? 0) > 0)
    // The meter is gone, and trials start as before.
    let meter = try #require(bench.agent.meter)
    #expect(kill(meter.process, SIGKILL) == 0)
    let leg = try bench.start(0, until: 1)
    try bench.next { if case .began(leg, _) = $0 { () } else { nil } }
    try bench.serve(for: 0.2)
    #expect(bench.agent.meter == nil)
  }
}
