import Coordination
public import Simulation
public import StudyModel

/// One way to cut an allocation into trials, and what came of it in virtual time.
public struct Rehearsal: Hashable, Sendable, Codable {
  /// The GPUs of each trial; where trials differ in size, what `trial.gpus` is then.
  public var size: TrialSize
  /// GPUs of the whole job that trials can use.
  public var gpus: Int
  /// Nodes of the workers.
  public var nodes: Int
  /// Trials that run at a time.
  public var trialsAtATime: Int
  /// Seconds from the first job's submission to the study's end, the mean over the seeds.
  public var runTime: Double
  /// Their standard deviation.
  public var runTimeDeviation: Double
  /// Seconds until 95 % of what the metric gains in all, the mean over the seeds.
  public var anytime: Double
  /// Work of one GPU that has a trial for itself, as a share of the GPU-time of the jobs.
  public var efficiency: Double
  /// GPU-hours of the jobs.
  public var gpuHours: Double
  /// Jobs of the chain, the mean over the seeds.
  public var jobs: Double
  /// The share of the slots' time in which none held a trial.
  public var idle: Double
  /// What is set aside of memory for each trial; `nil` where nobody says anything.
  public var memory: MemoryFigure?
}

/// What is rehearsed: a study, what its trials would measure, and how the machine takes its time.
public struct Stage: Sendable {
  /// The study; its trials have one size.
  public var study: Study
  /// What trials measure, and how long their epochs take on one GPU.
  public var objective: any Objective
  /// How the machine takes its time.
  public var machine: MachineModel
  /// How often each way is rehearsed, with other seeds each time.
  public var seeds: Int

  /// A stage of these parts.
  public init(study: Study, objective: any Objective, machine: MachineModel, seeds: Int = 5) {
    self.study = study
    self.objective = objective
    self.machine = machine
    self.seeds = seeds
  }

  /// Lets the study run to its end by a plan, through the code that decides in a job.
  ///
  /// A searcher whose model takes long is replaced by random search: what counts here is who trains
  /// when, and a model's proposals would make a rehearsal as long as the study's own decisions.
  ///
  /// - Parameters:
  ///   - plan: The plan.
  ///   - size: The GPUs of each trial in it; `nil` for the study's own.
  /// - Returns: What came of it.
  /// - Throws: `SimulationError`, where jobs are too short for the study for instance.
  public func rehearse(_ plan: Plan, _ size: TrialSize?) throws(SimulationError) -> Rehearsal {
    var runs: [Observed] = []
    for seed in 0..<seeds { runs.append(try observe(plan, size, UInt64(seed))) }
    let shares = size?.trialsPerGPU ?? study.trial.trialsPerGPU
    let slots = plan.slotsWithGPUs
    let gpus = (slots + shares - 1) / shares
    // What nodes without GPUs offer is no GPU-time.
    let ofGPUs = Double(slots) / Double(max(1, plan.slots))
    func mean(_ value: (Observed) -> Double) -> Double {
      runs.reduce(0) { $0 + value($1) } / Double(runs.count)
    }
    let runTime = mean(\.run.makespanSeconds)
    let variance = mean { ($0.run.makespanSeconds - runTime) * ($0.run.makespanSeconds - runTime) }
    // Jobs hold their GPUs before there are agents to use them.
    let setup = (machine.setup ?? 0) * Double(gpus)
    let gpuSeconds = mean {
      $0.run.slotSeconds * ofGPUs / Double(shares) + setup * Double($0.run.jobs)
    }
    return Rehearsal(
      size: size ?? TrialSize(gpus: study.trial.gpus), gpus: gpus, nodes: plan.workerNodes,
      trialsAtATime: plan.trialsAtATime, runTime: runTime,
      runTimeDeviation: variance.squareRoot(), anytime: mean(\.anytime),
      efficiency: gpuSeconds > 0 ? mean(\.work) / gpuSeconds : 0, gpuHours: gpuSeconds / 3600,
      jobs: mean { Double($0.run.jobs) }, idle: 1 - mean(\.run.utilization),
      memory: plan.memory)
  }

  private struct Observed {
    var run: SimulatedRun
    /// Seconds to 95 % of the gain.
    var anytime: Double
    /// Seconds that one GPU would have needed for all epochs.
    var work: Double
  }

  private func observe(
    _ plan: Plan, _ size: TrialSize?, _ seed: UInt64
  ) throws(SimulationError) -> Observed {
    var study = study.resized(to: size)
    study.seed &+= seed
    if [.mobster, .agebo, .mixedBO].contains(study.algorithm.search.kind) {
      study.algorithm.search = Search(.random)
    }
    let workers = plan.components.filter { $0.slotsPerNode > 0 }
    var settings = Simulator.Settings(
      slots: workers.flatMap { Array(repeating: $0.slotsPerNode, count: $0.nodes) },
      machine: machine, walltime: plan.time.seconds, seed: study.seed)
    settings.machine.nodeFailure = nil
    // Those who only coordinate are no agents here.
    let idle = plan.components.reduce(0) { $0 + ($1.slotsPerNode > 0 ? 0 : $1.nodes) }
    settings.classes = plan.classes.map {
      TrialClass($0.sizes, firstRank: $0.firstRank - idle, agents: $0.agents)
    }
    var simulator = Simulator(study: study, objective: objective, settings: settings)
    try simulator.run()
    let coordinator = simulator.coordinator
    var work = 0.0
    for trial in coordinator.trials where trial.epoch > 0 {
      guard let curve = objective.curve(of: trial.configuration, for: trial.id) else { continue }
      for step in 0..<curve.count where curve.epoch(ofStep: step) <= trial.epoch {
        work += curve.seconds(ofStep: step)
      }
    }
    return Observed(
      run: SimulatedRun(of: simulator), anytime: anytime(simulator), work: work)
  }

  /// When the best value seen had made 95 % of the way from the first to the last.
  private func anytime(_ simulator: Simulator) -> Double {
    let reports = simulator.coordinator.reports
    let isMaximized = study.metric.goal == .maximize
    var best: Double?
    var steps: [(seconds: Double, value: Double)] = []
    for (row, value) in (reports.column(study.metric.name) ?? []).enumerated() {
      guard value.isFinite, best.map({ isMaximized ? value > $0 : value < $0 }) ?? true else {
        continue
      }
      best = value
      steps.append((Double(reports.times[row]) / 1e6, value))
    }
    guard let first = steps.first?.value, let last = best else { return 0 }
    let goal = first + 0.95 * (last - first)
    return steps.first { isMaximized ? $0.value >= goal : $0.value <= goal }?.seconds ?? 0
  }
}
