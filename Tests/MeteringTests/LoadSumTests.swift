import Coordination
import Processes
import Testing

@testable import Metering

struct LoadSumTests {
  /// Readings that were written down.
  private struct Recording: Gauge {
    let device = "0"
    var readings: [GaugeReading?]
    mutating func read() -> GaugeReading? { readings.removeFirst() }
  }

  @Test func loadsAreMeansOverTimeAndEnergyIsASum() {
    var sum = LoadSum(
      Recording(readings: [
        GaugeReading(busy: 1, memoryMiB: 900, watts: 300), nil,
        GaugeReading(busy: 0.25, memoryMiB: 500, watts: 100),
        GaugeReading(busy: 0.5, memoryMiB: nil, watts: nil),
      ]))
    sum.look(after: 1)
    // A look without an answer counts for no time.
    sum.look(after: 100)
    sum.look(after: 3)
    #expect(
      sum.take()
        == DeviceLoad(device: "0", seconds: 4, busy: 0.4375, memoryMiB: 900, joules: 600))
    #expect(sum.take() == nil)
    sum.look(after: 2)
    #expect(sum.take() == DeviceLoad(device: "0", seconds: 2, busy: 0.5))
  }

  @Test func aProcessIsToldOnceItHasMoreMemoryThanEver() {
    func entry(_ process: Int, _ memory: Int) -> ManagementLibrary.Process {
      ManagementLibrary.Process(process: process, memoryMiB: memory)
    }
    var memory = ProcessMemory()
    func changes(_ devices: [[ManagementLibrary.Process]]) -> [[Int]] {
      memory.changes(in: devices).map { [$0.process, $0.device, $0.memoryMiB] }
    }
    #expect(
      changes([[entry(7, 100)], [entry(7, 50), entry(5, 9)]]) == [
        [5, 1, 9], [7, 0, 100], [7, 1, 50],
      ])
    #expect(changes([[entry(7, 90)], [entry(7, 50), entry(5, 9)]]) == [])
    #expect(changes([[entry(7, 101)], [entry(7, 50)]]) == [[7, 0, 101]])
    // 5 has ended meanwhile; another has its number now.
    #expect(changes([[], [entry(5, 3)]]) == [[5, 1, 3]])
  }
}
