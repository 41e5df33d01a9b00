import Coordination
import RealModule
import StudyModel

extension Simulator {
  /// A job is submitted.
  mutating func beginJob() {
    jobs += 1
    waited += settings.machine.queueWait
    schedule(.jobBegins, after: settings.machine.queueWait)
  }

  /// All nodes of the job come up at once.
  mutating func jobBegins() throws(SimulationError) {
    try absorb(
      .runBegan(
        Run(
          number: jobs, host: "simulated", process: jobs, processStart: 0, job: nil, wallTime: 0,
          version: "simulated")))
    if jobs == 1, !prior.isEmpty { try absorb(.known(prior)) }
    for (rank, slots) in settings.slots.enumerated() {
      try absorb(.workerJoined(WorkerID(rank), host: "node\(rank)", slots: slots))
      if let mean = settings.machine.nodeFailure {
        schedule(.nodeFails(rank: rank, job: jobs), after: lifetime(mean))
      }
    }
    guard let walltime = settings.walltime else { return }
    schedule(.jobEnds(job: jobs), after: walltime)
    let margin = min(Coordinator.margin(ofJob: walltime), walltime)
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
    proposals = []
    isProposing = false
    beginJob()
  }
}
