import Coordination
import StudyModel
import Testing

struct UsageTests {
  @Test func loadsOfADeviceAreAddedOverRunsAndNodesKeptApart() throws {
    var desk = Desk(slots: [1, 1])
    func used(_ rank: Int, _ load: DeviceLoad) {
      #expect(desk.absorb(.used(WorkerID(rank), [load])) == [])
    }
    used(1, DeviceLoad(device: "0", seconds: 10, busy: 0.5, memoryMiB: 7, joules: 100))
    used(0, DeviceLoad(device: "cores", seconds: 5, busy: 1))
    used(0, DeviceLoad(device: "0", seconds: 5, busy: 0.25, joules: 1))
    // The next run has its agents in another order.
    desk.begin(slots: [1])
    used(0, DeviceLoad(device: "0", seconds: 15, busy: 0.25, memoryMiB: 3))
    #expect(
      desk.coordinator.usage.map(\.host) == ["node0", "node0", "node1"])
    #expect(
      desk.coordinator.usage.map(\.load) == [
        DeviceLoad(device: "0", seconds: 20, busy: 0.25, memoryMiB: 3, joules: 1),
        DeviceLoad(device: "cores", seconds: 5, busy: 1),
        DeviceLoad(device: "0", seconds: 10, busy: 0.5, memoryMiB: 7, joules: 100),
      ])
  }

  @Test func whatCannotBeTrueOrComesFromNobodyIsLeftOut() {
    var desk = Desk(slots: [1])
    for load in [
      DeviceLoad(device: "0", seconds: -1, busy: 0.5),
      DeviceLoad(device: "0", seconds: 1, busy: 1.5),
      DeviceLoad(device: "0", seconds: .nan, busy: 0.5),
      DeviceLoad(device: "0", seconds: 1, busy: 0.5, memoryMiB: -1),
      DeviceLoad(device: "0", seconds: 1, busy: 0.5, joules: .infinity),
    ] {
      desk.absorb(.used(WorkerID(0), [load]))
    }
    desk.absorb(.used(WorkerID(7), [DeviceLoad(device: "0", seconds: 1, busy: 0.5)]))
    desk.absorb(.used(WorkerID(-1), [DeviceLoad(device: "0", seconds: 1, busy: 0.5)]))
    #expect(desk.coordinator.usage == [])
  }

  @Test func nothingIsDecidedByWhatWasMeasured() {
    var (plain, measured) = (Desk(slots: [2, 2]), Desk(slots: [2, 2]))
    for second in 0..<20 {
      let leg = LegID(TrialID(second % 4), attempt: 1 + second / 4)
      let load = DeviceLoad(device: "0", seconds: 5, busy: Double(second) / 20)
      #expect(measured.absorb(.used(WorkerID(second % 2), [load])) == plain.absorb(.deadlinePassed))
      #expect(
        measured.report(leg, epoch: 1 << min(2, second / 4), Double(second))
          == plain.report(leg, epoch: 1 << min(2, second / 4), Double(second)))
      #expect(measured.end(leg) == plain.end(leg))
    }
    #expect(measured.coordinator.trials == plain.coordinator.trials)
  }
}
