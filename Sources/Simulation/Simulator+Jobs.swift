import Coordination
import RealModule
import StudyModel

extension Simulator {
  /// A job is submitted.
  mutating func beginJob() {
    jobs += 1
    // A study's time begins with its first agent.
    let wait = settings.machine.queueWait + setup
    waited += wait
    schedule(.jobBegins, after: wait)
  }

  /// Seconds of a job before its agents are there.
  private var setup: Double { settings.machine.setup ?? 0 }

  /// All nodes of the job come up at once.
  mutating func jobBegins() throws(SimulationError) {
    try absorb(
      .runBegan(
        Run(
          number: jobs, host: "simulated", process: jobs, processStart: 0, job: nil, wallTime: 0,
          version: "simulated", classes: settings.classes.isEmpty ? nil : settings.classes)))
    if jobs == 1, !prior.isEmpty { try absorb(.known(prior)) }
    for (rank, slots) in settings.slots.enumerated() {
      try absorb(.workerJoined(WorkerID(rank), host: "node\(rank)", slots: slots))
      if let mean = settings.machine.nodeFailure {
        schedule(.nodeFails(rank: rank, job: jobs), after: lifetime(mean))
      }
    }
    guard let limit = settings.walltime else { return }
    let walltime = max(0, limit - setup)
    schedule(.jobEnds(job: jobs), after: walltime)
    let margin = min(Coordinator.margin(ofJob: limit), walltime)
    try absorb(
      .horizonKnown(StudyTime(seconds: coordinator.now.seconds + walltime - margin)))
  }

  /// Seconds until a node fails: exponential, so that a node does not age.
  private mutating func lifetime(_ mean: Double) -> Double {
    var random = RandomStream(
      seed: settings.seed, trial: TrialID(failures), purpose: .simulation)
    failures += 1
    return -mean * Double.log(1 - random.unit())
  }

  mutating func nodeFails(_ rank: Int, _ job: Int) throws(SimulationError) {
    guard job == jobs else { return }
    for number in processes.indices where processes[number].slot?.worker.rank == rank {
      vacate(number)
    }
    try absorb(.workerLost(WorkerID(rank), reason: "the node failed"))
    if coordinator.slotCount == 0 { try endJob() }
  }

  /// The job ends with all that runs; the study goes on in a next one from the last checkpoints.
  ///
  /// - Throws: ``SimulationError/noProgress(jobs:)`` where jobs only repeat what was trained before.
  mutating func endJob() throws(SimulationError) {
    if case .finished = coordinator.phase { return }
    let reports = coordinator.reports.count
    idleJobs = reports > lastReports ? 0 : idleJobs + 1
    lastReports = reports
    guard idleJobs < Self.mostIdleJobs else { throw .noProgress(jobs: idleJobs) }
    for number in processes.indices { vacate(number) }
    clearSchedule()
    used = []
    proposals = []
    isProposing = false
    beginJob()
  }
}
