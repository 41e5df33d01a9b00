import Coordination
import Simulation
import StudyModel
import Synchronization
import TestSupport
import Testing

struct SimulatorTests {
  @Test(arguments: seeds(40, from: 1))
  func aSimulationIsAFunctionOfItsStudy(seed: UInt64) throws {
    let bench = SimulationBench(seed: seed)
    let first = try bench.journal()
    let second = try bench.journal()
    #expect(first == second)
  }

  @Test(arguments: seeds(100, from: 100))
  func noSlotIsUsedTwiceAndNoReportIsLost(seed: UInt64) throws {
    let bench = SimulationBench(seed: seed)
    var book: [SlotID: LegID] = [:]
    var reported: Set<[Int]> = []
    for (event, commands) in try bench.journal() {
      switch event {
      case .runBegan: book = [:]
      case .workerLost(let worker, _): book = book.filter { $0.key.worker != worker }
      case .legEnded(let end): book = book.filter { $0.value != end.leg }
      case .reported(let report): reported.insert([report.leg.trial.number, report.epoch])
      default: break
      }
      for case .start(let leg) in commands {
        #expect(book[leg.slot] == nil, "seed \(seed): \(leg.id)")
        book[leg.slot] = leg.id
      }
    }
    let simulator = try bench.run()
    #expect(simulator.coordinator.reports.count <= reported.count)
    guard case .finished = simulator.coordinator.phase else {
      Issue.record("seed \(seed): it has not ended")
      return
    }
  }

  @Test func independentTrialsAreScheduledAsAListIs() throws {
    // Without pauses every slot takes the next trial as soon as it is free.
    var study = SimulationBench.study
    study.algorithm = Algorithm(.random)
    study.stop.trials = 57
    let costs = (0..<57).map { Double(1 + $0 * 37 % 11) }
    let objective = Costs(seconds: costs, epochs: 9)
    var simulator = Simulator(
      study: study, objective: objective, settings: Simulator.Settings(slots: [3, 2]))
    try simulator.run()
    var ends = Array(repeating: 0.0, count: 5)
    for cost in costs {
      let slot = ends.indices.min { (ends[$0], $0) < (ends[$1], $1) } ?? 0
      ends[slot] += cost * 9
    }
    let result = SimulatedRun(of: simulator)
    #expect(result.makespanSeconds == ends.max())
    #expect(result.busySeconds == costs.reduce(0, +) * 9)
    #expect(result.reports == 57 * 9)
    #expect(result.slotSeconds == 5 * result.makespanSeconds)
  }

  @Test func theMachinesOwnTimeIsAdded() throws {
    var study = SimulationBench.study
    study.algorithm = Algorithm(.random)
    study.stop.trials = 1
    study.trial.gpus = 4
    var machine = MachineModel()
    machine.start = 10
    machine.save = 3
    machine.queueWait = 100
    machine.efficiency = MachineModel.Curve([.init(4, 0.5)])
    var simulator = Simulator(
      study: study, objective: Costs(seconds: [8], epochs: 9),
      settings: Simulator.Settings(slots: [4], machine: machine))
    try simulator.run()
    // Four GPUs at an efficiency of one half are twice as fast.
    #expect(simulator.makespan == 100 + 10 + 9 * 4 + 3)
    #expect(simulator.coordinator.now == StudyTime(seconds: 49))
  }

  @Test func aTrialThatGoesOnLoadsItsCheckpointAndRepeatsNothing() throws {
    var study = SimulationBench.study
    study.algorithm = .halving(eta: 3)
    study.stop.trials = 9
    var machine = MachineModel()
    machine.load = 1000
    var simulator = Simulator(
      study: study, objective: Costs(seconds: Array(repeating: 1, count: 9), epochs: 9),
      settings: Simulator.Settings(slots: [1], machine: machine))
    try simulator.run()
    let resumes = simulator.coordinator.trials.reduce(0) { $0 + $1.attempts - 1 }
    let epochs = simulator.coordinator.trials.reduce(0) { $0 + $1.epoch }
    #expect(resumes > 0)
    #expect(simulator.makespan == Double(epochs) + 1000 * Double(resumes))
    #expect(simulator.coordinator.reports.count == epochs)
  }

  @Test func aChainOfJobsDrainsAndTrainsNoEpochTwice() throws {
    var study = SimulationBench.study
    study.algorithm = Algorithm(.random)
    study.stop.trials = 2
    var simulator = Simulator(
      study: study, objective: Costs(seconds: [10, 10], epochs: 9),
      settings: Simulator.Settings(slots: [1], walltime: 60))
    let reports = Mutex(0)
    simulator.observe = { event, _, _, _ in
      if case .reported = event { reports.withLock { $0 += 1 } }
    }
    try simulator.run()
    // Five epochs in each job.
    #expect(simulator.jobs == 4)
    #expect(reports.withLock { $0 } == 18)
    #expect(simulator.coordinator.trials.allSatisfy { $0.epoch == 9 })
    #expect(simulator.coordinator.reports.count == 18)
  }

  @Test func jobsThatAreTooShortForAnEpochEndTheSimulation() throws {
    var study = SimulationBench.study
    study.algorithm = Algorithm(.random)
    study.stop.trials = 1
    var simulator = Simulator(
      study: study, objective: Costs(seconds: [10], epochs: 9),
      settings: Simulator.Settings(slots: [1], walltime: 9))
    #expect(throws: SimulationError.noProgress(jobs: 100)) { try simulator.run() }
  }

  @Test func whatTheTableDoesNotHaveIsSaid() throws {
    let table = Table(configurations: [], curves: [])
    var simulator = Simulator(
      study: SimulationBench.study, objective: table, settings: Simulator.Settings(slots: [1]))
    #expect(throws: SimulationError.unknownConfiguration(TrialID(0))) { try simulator.run() }
  }
}

/// Trials that cost something and measure something.
struct Costs: Objective {
  let seconds: [Double]
  let epochs: Int

  func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    LearningCurve(
      values: [(1...epochs).map { Double(trial.number * 7 % 13) + Double($0) }],
      seconds: .perEpoch(seconds[trial.number]))
  }
}

/// A random study on a random machine.
struct SimulationBench {
  static let study = Study(
    name: "study", metric: Metric(name: "accuracy", goal: .maximize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
    space: SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
      Parameter(name: "y", domain: .categorical([.word("a"), .word("b"), .word("c")])),
    ]), trial: TrialSettings(command: []), stop: StopRules())

  let study: Study
  let settings: Simulator.Settings

  init(seed: UInt64) {
    var random = SeededGenerator(seed, 906)
    var study = Self.study
    study.seed = seed
    study.algorithm = .halving(
      eta: 3, random.chance(0.5) ? .promotion : .stopping, brackets: random.integer(1...3))
    study.stop.trials = random.integer(1...40)
    if random.chance(0.5) { study.trial.checkpointEvery = random.integer(1...4) }
    var machine = MachineModel()
    machine.start = random.chance(0.5) ? 0.5 : 0
    machine.save = random.chance(0.5) ? 0.25 : 0
    machine.load = random.chance(0.5) ? 1.5 : 0
    machine.queueWait = random.chance(0.5) ? 100 : 0
    var slots = (0..<random.integer(1...3)).map { _ in random.integer(1...4) }
    if random.chance(0.3) { slots.append(1) }
    if random.chance(0.3) { machine.nodeFailure = 60 }
    settings = Simulator.Settings(
      slots: slots, machine: machine, walltime: random.chance(0.5) ? 40 : nil, seed: seed)
    self.study = study
  }

  func run() throws -> Simulator {
    var simulator = Simulator(
      study: study, objective: BuiltInObjective(.curves, for: study), settings: settings)
    try simulator.run()
    return simulator
  }

  /// Every event with its commands.
  func journal() throws -> [(event: Event, commands: [Command])] {
    var simulator = Simulator(
      study: study, objective: BuiltInObjective(.curves, for: study), settings: settings)
    let recorder = Recorder()
    simulator.observe = { event, _, commands, _ in recorder.entries.append((event, commands)) }
    try simulator.run()
    return recorder.entries
  }

  private final class Recorder: @unchecked Sendable {
    // Used by one simulation on one thread.
    var entries: [(event: Event, commands: [Command])] = []
  }
}

/// Whether two journals are equal.
private func == (
  left: [(event: Event, commands: [Command])], right: [(event: Event, commands: [Command])]
) -> Bool {
  left.map(\.event) == right.map(\.event) && left.map(\.commands) == right.map(\.commands)
}
