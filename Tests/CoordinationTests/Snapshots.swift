import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// The coordinator as a snapshot gives it back: trials and reports in columns, all else as JSON.
func throughSnapshot(_ coordinator: Coordinator) throws -> Coordinator {
  var rest = coordinator
  let reports = rest.takeReports()
  let trials = rest.takeTrials()
  let shared = try roundTrip(trials.shared)
  var back = try roundTrip(rest)
  back.putReports(reports)
  let isWhole = back.putTrials(
    TrialColumns(integers: trials.integers, reals: trials.reals, shared: shared))
  #expect(isWhole)
  #expect(back.trials == coordinator.trials)
  return back
}

@Suite struct TrialColumnsTests {
  @Test func columnsThatDoNotFitAreRefused() throws {
    var desk = Desk(slots: [2])
    desk.report(LegID(TrialID(0), attempt: 1), epoch: 1, 0.5)
    var coordinator = desk.coordinator
    let trials = coordinator.takeTrials()
    let names = Set(trials.integers.map(\.name))
    #expect(names.isSuperset(of: ["attempts", "state", "checkpoint", "value-0", "started"]))
    for index in trials.integers.indices {
      // A row fewer, and a place that nothing has.
      for number in [nil, 1 << 40] {
        var integers = trials.integers
        integers[index].numbers.removeLast()
        if let number { integers[index].numbers.append(number) }
        let isPlace =
          ["state", "reason", "hosts", "origin", "checkpoint", "former_checkpoint"]
          .contains(integers[index].name) || integers[index].name.hasPrefix("value-")
        guard number == nil || isPlace else { continue }
        let columns = TrialColumns(
          integers: integers, reals: trials.reals, shared: trials.shared)
        #expect(columns.trials() == nil, "\(integers[index].name)")
      }
    }
    let fewer = TrialColumns(
      integers: trials.integers.dropLast(), reals: trials.reals, shared: trials.shared)
    #expect(fewer.trials() == nil)
  }
}
