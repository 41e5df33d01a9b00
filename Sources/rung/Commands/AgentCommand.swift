import Agents
import ArgumentParser
import Coordination
import Glibc
import MPI
import Processes
import StudyModel
import StudyStore

struct AgentCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "agent", abstract: "Serve a node; job scripts start it by srun.",
    discussion: discussion(
      "Rank 0 coordinates, and every rank serves its node.",
      examples: "srun --mpi=pmix rung agent study.rung --slots 4 --gpu-vendor nvidia"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Option(help: "Trials that run at a time on this node; 0 to coordinate only.") var slots: Int?
  @Option(help: "nvidia, amd or none.") var gpuVendor: VendorOption?
  @OptionGroup var sharing: SharingOptions
  @OptionGroup var size: TrialSizeOption
  @OptionGroup var stepOptions: StepOptions
  @Option(help: "Classes of trials with the numbers of their agents, as job scripts have them.")
  var classes: ClassesOption?
  @Flag(help: "Go on even if another coordinator may still hold the study.") var force = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let slots, slots < 0 { throw ValidationError("'--slots' is at least 0, not \(slots)") }
  }

  func run() throws {
    // Signals are blocked, and companions started, before MPI makes threads and connections.
    let signals = try SignalPort(endingSignals)
    let handle = try StudyHandle(directory)
    let rank = environment("PMIX_RANK") ?? environment("PMI_RANK") ?? environment("SLURM_PROCID")
    let worker = WorkerID(rank.flatMap { Int($0) } ?? 0)
    let lookout =
      worker.rank == 0
      ? try Companion(arguments: ["lookout", handle.directory.path]) : nil
    var settings = Session.agentSettings(
      handle, size: try size.size(for: handle.study), worker: worker, seats: try seats(handle),
      host: environment("SLURMD_NODENAME") ?? hostName())
    settings.steps = try stepOptions.launch(for: gpuVendor)
    settings.memoryMiB = Session.jobMemoryMiB(by: handle.plan)
    settings.deviceMemoryMiB = handle.plan?.deviceMemoryMiB
    let agent = try Agent(settings)
    // From here on errors are told inside of MPI: a rank that ends alone would leave the others
    // waiting in MPI_Init.
    let coordinator = try withMPI(
      unfinishedPerPeer: 1024, patience: .seconds(20),
      callPatience: .seconds(2 * Session.silence()), reportingTo: { note("rung: \($0)") },
      exitStatus: { error in
        agent.shutDown()
        let status = Failure.status(of: error)
        if worker.rank == 0 {
          leave(status)
        } else if case AgentError.coordinatorSilent? = error as? AgentError {
          queueAgainIfAbandoned()
        }
        return Int(status)
      }
    ) { (world: borrowing Communicator) -> Coordinator? in
      guard world.rank == worker.rank else {
        throw Failure(
          .ourMistake,
          "MPI says rank \(world.rank), the environment \(worker.rank): start 'rung agent' by "
            + "srun with the site's MPI (rung was built for another one)")
      }
      guard world.rank == 0 else {
        try serveAsAgent(
          agent, world.mailbox, signals: signals, silence: 2 * Session.silence())
        return nil
      }
      // The script waits so long for a step to come up, and no longer.
      leave(nil)
      return try coordinate(handle, agent, world.mailbox, signals, lookout)
    }
    guard let coordinator else { return }
    do { try Session.conclude(coordinator, directory: handle.directory, json: json) } catch {
      leave(Failure.status(of: error))
      throw error
    }
    leave(0)
  }

  /// Leaves rank 0's exit status, or that it is up, for a job script that cannot rely on srun.
  private func leave(_ status: Int32?) {
    guard let path = environment("RUNG_STATUS_FILE") else { return }
    do { try writeFile(path, Array((status.map { "\($0)\n" } ?? "").utf8)) } catch {
      // Without the file the script waits for srun alone.
      note("rung: \(error)")
    }
  }

  /// Rank 0's part.
  ///
  /// - Returns: The state in the end.
  private func coordinate(
    _ handle: StudyHandle, _ agent: Agent, _ mailbox: Mailbox, _ signals: SignalPort,
    _ lookout: Companion?
  ) throws -> Coordinator {
    var session = Session(
      handle: handle, record: try handle.read(), size: try size.size(for: handle.study),
      isForced: force)
    if case .finished = session.record.coordinator.phase {
      // A follow-up job that finds nothing to do.
      var port = WorldPort(mailbox)
      try dismiss(port.others, of: &port)
      agent.shutDown()
      return session.record.coordinator
    }
    try session.refuseIfHeld()
    let store = try session.begin()
    var loop = try CoordinatorLoop(
      coordinator: session.record.coordinator, store: store, agent: agent,
      port: WorldPort(mailbox, staging: agent, reportingTo: { note($0) }),
      signals: signals, lookout: lookout, grace: Session.grace(), silence: Session.silence(),
      prior: try handle.priorResults(for: session.record.coordinator),
      progress: StudyProgressLine().show)
    // The agents are one step of their own.
    let limit = Run.Steps(limit: stepOptions.stepLimit.map { max(1, $0 - 1) })
    _ = try loop.run(
      session.run(
        number: store.run, steps: stepOptions.steps == nil ? nil : limit,
        classes: classes?.classes ?? []))
    return loop.coordinator
  }

  /// The slots of this node, each with its own of the GPUs that the job was given here.
  private func seats(_ handle: StudyHandle) throws -> Session.Seats {
    let vendor = gpuVendor?.vendor
    if slots == 0 { return Session.Seats(count: 0, devices: [], deviceVariable: nil) }
    // A step's GPUs are Slurm's to choose, and its cores Slurm's to bind.
    if stepOptions.steps != nil, let slots {
      return Session.Seats(count: slots, devices: [], deviceVariable: nil)
    }
    let study = handle.study.resized(to: try size.size(for: handle.study))
    if gpuVendor == VendorOption.none, let slots {
      return Session.Seats(
        count: slots, devices: [], deviceVariable: nil,
        cpus: Machine.cpus(
          ofSlots: slots, for: study.trial, beside: [], isGranted: Session.isInJob))
    }
    return try Session.seats(
      for: study.trial, wished: slots, vendor: vendor, isWhole: false, sharing: sharing)
  }
}
