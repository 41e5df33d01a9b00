import Coordination
import Simulation
import StudyModel
import TestSupport
import Testing

/// Whole studies whose proposals come from a Gaussian process.
struct ProcessStudyTests {
  @Test(arguments: [Algorithm.Name.mobster, .pashaBO], seeds(3, from: 430_000))
  func theyEndAndRepeatEventByEvent(name: Algorithm.Name, seed: UInt64) throws {
    var study = SimulationBench.study
    study.algorithm = Algorithm(name)
    study.algorithm.search.process.candidates = 30
    study.stop.trials = 20
    study.seed = seed
    var machine = MachineModel()
    machine.nodeFailure = 300
    let settings = Simulator.Settings(slots: [2, 2], machine: machine, seed: seed)
    var journals: [[Event]] = []
    for _ in 0..<2 {
      let recorder = Recorder()
      var simulator = Simulator(
        study: study, objective: BuiltInObjective(.curves, for: study), settings: settings)
      simulator.observe = { event, _, _, _ in recorder.events.append(event) }
      try simulator.run()
      guard case .finished = simulator.coordinator.phase else {
        Issue.record("seed \(seed): it has not ended")
        return
      }
      journals.append(recorder.events)
    }
    #expect(journals[0] == journals[1])
    let origins = journals[0].compactMap { event in
      if case .proposed(_, _, let origin) = event { origin } else { nil }
    }
    #expect(origins.count == 20)
    #expect(origins.prefix(6).allSatisfy { $0 == .random })
    let modelled = origins.filter { if case .model = $0 { true } else { false } }
    #expect(modelled.count >= 12)
  }

  private final class Recorder: @unchecked Sendable {
    // Used by one simulation on one thread.
    var events: [Event] = []
  }
}
