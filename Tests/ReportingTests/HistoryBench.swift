import Coordination
import Reporting
import Simulation
import StudyModel
import Synchronization
import TestSupport

/// Studies on random machines in virtual time, and what was heard of them.
struct HistoryBench {
  let coordinator: Coordinator
  let history: StudyHistory

  /// Runs a random study.
  ///
  /// - Parameters:
  ///   - seed: Of all that is random.
  ///   - trials: How many; `nil` for some.
  /// - Throws: `SimulationError`.
  init(seed: UInt64, trials: Int? = nil) throws {
    var random = SeededGenerator(seed, 517)
    var study = Study(
      name: "study", metric: Metric(name: "accuracy", goal: .maximize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(27)),
      space: SearchSpace(parameters: [
        Parameter(name: "x", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
        Parameter(name: "y", domain: .categorical([.word("a"), .word("b"), .word("c")])),
      ]), trial: TrialSettings(command: []), stop: StopRules())
    study.seed = seed
    study.algorithm = .halving(
      eta: 3, random.chance(0.5) ? .promotion : .stopping, brackets: random.integer(1...3))
    study.stop.trials = trials ?? random.integer(1...40)
    study.baseline = 0.4
    if random.chance(0.5) { study.trial.checkpointEvery = random.integer(1...4) }
    var machine = MachineModel()
    machine.start = random.chance(0.5) ? 0.5 : 0
    machine.save = random.chance(0.5) ? 0.25 : 0
    machine.load = random.chance(0.5) ? 1.5 : 0
    if trials == nil, random.chance(0.3) { machine.nodeFailure = 60 }
    var slots = (0..<random.integer(1...3)).map { _ in random.integer(1...4) }
    if trials == nil, random.chance(0.3) {
      // Trials that grow to four slots.
      study.algorithm = Algorithm(.rasda)
      study.algorithm.schedule.growthLimit = 4
      study.trial.gpus = 1
      slots = slots.map { _ in 4 }
    }
    let isCut = trials == nil && random.chance(0.5)
    var simulator = Simulator(
      study: study, objective: BuiltInObjective(.curves, for: study),
      settings: Simulator.Settings(
        slots: slots, machine: machine, walltime: isCut ? 60 : nil, seed: seed))
    let heard = Recorder()
    simulator.observe = { event, time, commands, coordinator in
      heard.history.withLock { $0.hear(event, at: time, commands: commands, coordinator) }
    }
    try simulator.run()
    coordinator = simulator.coordinator
    history = heard.history.withLock { $0 }
  }

  private final class Recorder: Sendable {
    let history = Mutex(StudyHistory())
  }
}
