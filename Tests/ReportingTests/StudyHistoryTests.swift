import Coordination
import StudyModel
import TestSupport
import Testing

@testable import Reporting

struct StudyHistoryTests {
  @Test(arguments: seeds(60, from: 1))
  func theTimeOfSlotsAddsUpToWhatTheCoordinatorCounts(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    let end = bench.coordinator.now.seconds
    let timeline = SlotTimeline(of: bench.history, until: end)
    let offered = Double(bench.coordinator.slotMicroseconds) / 1e6
    let held = Double(bench.coordinator.busyMicroseconds) / 1e6
    #expect(abs(timeline.total.offered - offered) < 1e-3 * offered, "seed \(seed)")
    let phases = timeline.total.loading + timeline.total.training + timeline.total.saving
    #expect(abs(phases - held) < 1e-3 * max(1, held), "seed \(seed): \(phases) of \(held)")
    let budget = ReportBudget(of: bench.history, bench.coordinator)
    let training = budget.training.keys.sorted().reduce(0) { $0 + (budget.training[$1] ?? 0) }
    let sum = training + budget.again + budget.loading + budget.saving + budget.idle
    #expect(abs(sum - budget.offered) < 1e-3 * offered, "seed \(seed): \(budget)")
    #expect(budget.again >= 0)
  }

  @Test func trialsOfSeveralSlotsAreAmongThoseThatAreTried() throws {
    let widths = try (1...60 as ClosedRange<UInt64>).flatMap { seed in
      try HistoryBench(seed: seed).history.legs.map(\.rows.count)
    }
    #expect(Set(widths) == [1, 2, 4])
  }

  @Test(arguments: seeds(60, from: 1))
  func noSlotDoesTwoThingsAtATime(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    let end = bench.coordinator.now.seconds
    for row in bench.history.rows.indices {
      let legs = bench.history.legs.filter { $0.rows.contains(row) }.sorted { $0.from < $1.from }
      for (one, next) in zip(legs, legs.dropFirst()) {
        #expect(one.times(until: end).to <= next.from + 1e-6, "seed \(seed), row \(row)")
      }
      for leg in legs {
        let (began, told, to) = leg.times(until: end)
        #expect(leg.from <= began && began <= told && told <= to, "seed \(seed)")
        #expect(
          bench.history.services.contains {
            $0.rows.contains(row) && $0.from <= leg.from && to <= ($0.to ?? end) + 1e-6
          }, "seed \(seed): a process where no agent is")
      }
    }
    let attempts = bench.coordinator.trials.reduce(0) { $0 + $1.attempts }
    #expect(bench.history.legs.count == attempts, "seed \(seed)")
  }

  @Test(arguments: seeds(30, from: 1))
  func theHoursGrowWithTheReports(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    #expect(bench.history.hours.count == bench.coordinator.reports.count)
    #expect(bench.history.hours == bench.history.hours.sorted())
    #expect(bench.history.hours.last ?? 0 <= bench.coordinator.gpuHours + 1e-9)
  }

  @Test(arguments: seeds(30, from: 1))
  func whatIsRepeatedIsCountedOnlyWhereProcessesWereLost(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    let budget = ReportBudget(of: bench.history, bench.coordinator)
    let isWhole =
      bench.history.beginnings.count == 1 && bench.history.services.allSatisfy { $0.to == nil }
    // The trials of a simulation leave a checkpoint at each rung: nothing is trained twice otherwise.
    if isWhole { #expect(budget.again == 0, "seed \(seed)") }
  }

  @Test func aLostProcessIsTrainedAgainFromItsCheckpoint() throws {
    var study = Study(
      name: "study", metric: Metric(name: "value", goal: .maximize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(9), maximum: Budget(9)),
      space: SearchSpace(parameters: []), trial: TrialSettings(command: []), stop: StopRules())
    study.trial.retries = 1
    study.stop.trials = 1
    var coordinator = Coordinator(study: study)
    var history = StudyHistory()
    func absorb(_ event: Event, _ seconds: Double) {
      let time = StudyTime(seconds: seconds)
      let commands = coordinator.absorb(event, at: time)
      history.hear(event, at: time, commands: commands, coordinator)
    }
    func report(_ attempt: Int, _ epoch: Int, _ seconds: Double) {
      absorb(
        .reported(
          Report(
            leg: LegID(TrialID(0), attempt: attempt), epoch: epoch, values: [.init("value", 1)],
            isAnswerable: true)), seconds)
    }
    let run = Run(
      number: 1, host: "n0", process: 1, processStart: 1, job: nil, wallTime: 0, version: "0")
    absorb(.runBegan(run), 0)
    absorb(.workerJoined(WorkerID(0), host: "n0", slots: 1), 0)
    absorb(.proposed(TrialID(0), Configuration(), from: .random), 2)
    absorb(.began(LegID(TrialID(0), attempt: 1)), 10)
    report(1, 1, 20)
    report(1, 2, 30)
    absorb(.legEnded(LegEnd(leg: LegID(TrialID(0), attempt: 1), outcome: .signalled(9))), 34)
    // It left no checkpoint, and begins anew.
    absorb(.began(LegID(TrialID(0), attempt: 2)), 40)
    report(2, 1, 50)
    report(2, 2, 60)
    report(2, 3, 70)
    try #require(history.legs.count == 2)
    let (first, second) = (history.legs[0], history.legs[1])
    #expect(first.from == 0, "the slot is held while the configuration is proposed")
    #expect(first.fate == .failed)
    #expect(second.from == 34)
    #expect(history.failures.map(\.reason) == ["ended by signal 9"])
    #expect(history.failures.map(\.epoch) == [2])
    let budget = ReportBudget(of: history, coordinator)
    // 4 s behind the last report of the first process, and 20 s of the second for epochs 1 and 2.
    #expect(budget.again == 24)
    #expect(budget.loading == 16)
    #expect(budget.training == ["running": 30])
    #expect(budget.idle == 0)
  }
}
