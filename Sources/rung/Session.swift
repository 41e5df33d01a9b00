import Agents
import Coordination
import Glibc
import Planning
import Processes
import Reporting
import Resources
import StudyModel
import StudyStore

/// One run of a coordinator over a study.
struct Session {
  var handle: StudyHandle
  var record: Store.Record
  /// The size of trials in this run, where it is not the study's own.
  var size: TrialSize?
  var isForced = false

  /// Slots and GPUs for the trials on this machine.
  struct Seats {
    var count: Int
    var devices: [String]
    var deviceVariable: String?
    /// The CPUs of each seat; `nil` where trials are bound to none.
    var cpus: [[Int]]?
    /// Seats of each device, where they are others than the study says.
    var perDevice: Int?
    /// The service by which trials share the devices.
    var mps: MPSService?
  }

  /// The seats of this machine for trials.
  ///
  /// - Parameters:
  ///   - trial: What a trial needs.
  ///   - folder: That of the study file, where data is staged in this machine's memory.
  ///   - wished: How many are wished for; `nil` for what the machine has.
  ///   - vendor: The GPUs' vendor; `nil` for whichever is there.
  ///   - isWhole: Whether there are no other nodes, so that a trial must fit here.
  ///   - sharing: How trials share GPUs.
  /// - Returns: At least one seat.
  /// - Throws: `StageFailure` where what is staged is not there; ``Failure`` where more GPUs are wished for or needed than there are.
  static func seats(
    for trial: TrialSettings, in folder: String? = nil, wished: Int?, vendor: Site.Vendor? = nil,
    isWhole: Bool = true, sharing: SharingOptions = .plain
  ) throws -> Seats {
    var machine = Machine(detecting: vendor)
    var trial = trial
    var perDevice: Int?
    if trial.gpus > 0, sharing.gpuSharing == .mig, !machine.devices.isEmpty {
      machine.devices = try instances(of: machine, for: trial)
      // An instance is a device that no other trial has.
      trial.trialsPerGPU = 1
      perDevice = 1
    } else if trial.gpus > 0 {
      machine.askDriver(try readLink("/proc/self/exe"))
    }
    if let folder { machine.memoryMiB -= try stagedMemoryMiB(of: trial.stage, in: folder) }
    let (count, devices) = machine.slots(for: trial)
    if trial.gpus > 0, devices.isEmpty {
      note("rung: this machine shows no GPU; trials run on its cores")
    }
    let shares = trial.trialsPerGPU
    let most = devices.isEmpty ? Int.max : machine.devices.count * shares
    let seats = wished ?? count
    guard seats <= most else {
      throw Failure(
        .usage,
        "\(seats) slots\(shares > 1 ? ", \(shares) on a GPU" : " of one GPU each"), but this "
          + "machine has \(machine.devices.count); ask for '--slots \(most)', or set 'gpus: 0' in "
          + "the study")
    }
    if isWhole, let needed = trial.largestSlots, needed > seats {
      let remedy = needed <= most ? "ask for '--slots \(needed)', or " : ""
      throw Failure(
        .usage,
        "a trial may have \(needed) slots, but there are \(seats) here; \(remedy)lower "
          + "'trial.gpus' in the study")
    }
    return Seats(
      count: seats,
      devices: devices.isEmpty ? [] : Array(machine.devices.prefix((seats + shares - 1) / shares)),
      deviceVariable: devices.isEmpty ? nil : machine.vendor?.deviceVariable,
      cpus: Machine.cpus(
        ofSlots: seats, for: trial, beside: devices.isEmpty ? [] : machine.domains,
        isGranted: isInJob),
      perDevice: perDevice,
      mps: devices.isEmpty ? nil : try mps(on: machine, for: trial, sharing))
  }

  /// The instances of GPUs that are this machine's slots.
  private static func instances(
    of machine: Machine, for trial: TrialSettings
  ) throws -> [String] {
    guard machine.vendor == .nvidia, trial.gpus == 1, trial.sizes == nil else {
      throw Failure(
        .usage,
        "with '--gpu-sharing mig' each trial has one instance of an NVIDIA GPU; write 'gpus: 1' or a "
          + "share such as 'gpus: 0.5' in the study")
    }
    do throws(GPUInstances.Failure) {
      return try GPUInstances().slots(of: machine.devices, for: trial.trialsPerGPU)
    } catch { throw Failure(.usage, error.description) }
  }

  /// NVIDIA's service for GPUs that trials share by it; `nil` where they do not.
  private static func mps(
    on machine: Machine, for trial: TrialSettings, _ sharing: SharingOptions
  ) throws -> MPSService? {
    guard sharing.gpuSharing == .mps, trial.trialsPerGPU > 1 else { return nil }
    guard machine.vendor == .nvidia, !machine.facts.isEmpty else {
      throw Failure(
        .usage,
        "trials are to share GPUs by NVIDIA's MPS, but NVIDIA's driver does not say which there are; "
          + "leave '--gpu-sharing' out, or write 'sharing: plain' in the site file")
    }
    // Before there is a study that would have to be moved aside.
    guard executablePath(MPSService.program) != nil else { throw MPSService.missing }
    return MPSService(
      shares: trial.trialsPerGPU,
      memoryMiB: sharing.gpuMemory ?? machine.facts.map(\.memoryMiB).min())
  }

  /// Whether Slurm has given this process what it has.
  static var isInJob: Bool { environment("SLURM_JOB_ID") != nil }

  /// Seconds from SIGTERM to SIGKILL: `RUNG_GRACE`, or Slurm's default of `KillWait` in slurm.conf.
  static func grace() -> Double { environment("RUNG_GRACE").flatMap { Double($0) } ?? 30 }

  /// Seconds after which an agent that says nothing counts as lost: `RUNG_SILENCE`, or 30.
  static func silence() -> Double {
    environment("RUNG_SILENCE").flatMap { Double($0) } ?? silenceLimit
  }

  /// The memory of this node that the job may use, in MiB: what it asked Slurm for, the machine's, or what
  /// the job's control group allows, whichever is least.
  ///
  /// Source: sbatch(1), `SLURM_MEM_PER_NODE`; `--mem=0` is all of the node's. Rung's own job scripts take
  /// the variable away, since in a heterogeneous job it is the first component's: there the plan says it.
  ///
  /// - Parameter plan: The plan by which the study was submitted last; `nil` where it never was.
  /// - Returns: `Int.max` where nobody says anything.
  static func jobMemoryMiB(by plan: Plan?) -> Int {
    let planned =
      environment("SLURM_JOB_ID") == nil
      ? nil : plan?.components.last { $0.slotsPerNode > 0 }?.memoryMiB
    let given = environment("SLURM_MEM_PER_NODE").flatMap { Int($0) } ?? planned ?? 0
    let machine = Machine(detecting: nil).memoryMiB
    return given > 0 ? min(given, machine) : machine
  }

  /// What this run's trials were measured to need of memory where it takes place; `nil` where nothing was
  /// measured, and for those that are measured now.
  private func measuredPeaks() -> [MemoryPeak]? {
    guard handle.origin.short == nil,
      // A calibration that is gone or damaged is none: nothing then waits before it must.
      let calibrations = try? readCalibrations(of: handle.origin.file),
      let measured = calibrations[environment("SLURM_JOB_ID") == nil ? nil : handle.plan?.site],
      measured.command == handle.study.trial.command
    else { return nil }
    let peaks = measured.memoryPeaks(for: handle.study.resized(to: size).trial)
    return peaks.isEmpty ? nil : peaks
  }

  /// Refuses a study that another coordinator runs.
  func refuseIfHeld() throws {
    guard let run = record.coordinator.run, !isForced else { return }
    let holder =
      "process \(run.process) on host '\(run.host)'" + (run.job.map { " of job \($0)" } ?? "")
    // The same job on another host: its former step is over, or Slurm would not have started this.
    if run.host != hostName(), let job = run.job, environment("SLURM_JOB_ID") == String(job) {
      return
    }
    switch StudyHandle.isAlive(record.coordinator) {
    case false?: return
    case true?: throw StoreError.held(handle.directory.path, by: holder)
    case nil:
      throw StoreError.held(
        handle.directory.path,
        by: holder + ", which cannot be seen from here (if it is gone, '--force' goes on)")
    }
  }

  /// Settings of an agent.
  static func agentSettings(
    _ handle: StudyHandle, size: TrialSize?, worker: WorkerID, seats: Seats, host: String
  ) -> AgentSettings {
    var settings = AgentSettings(
      worker: worker, study: handle.study.resized(to: size), studyFolder: handle.origin.folder,
      directory: handle.directory.path, slots: seats.count, devices: seats.devices,
      deviceVariable: seats.deviceVariable, host: host, client: Resource.client)
    settings.isMetered = true
    settings.cpus = seats.cpus
    settings.slotsPerDevice = seats.perDevice
    settings.mps = seats.mps
    return settings
  }

  /// What to note of this run.
  func run(number: Int, steps: Run.Steps? = nil, classes: [TrialClass] = []) -> Run {
    Run(
      number: number, host: hostName(), process: Int(getpid()),
      processStart: processStart() ?? 0, job: environment("SLURM_JOB_ID").flatMap { Int($0) },
      wallTime: wallSeconds(), version: Rung.version, size: size, steps: steps,
      peaks: steps == nil ? measuredPeaks() : nil, classes: classes.isEmpty ? nil : classes)
  }

  /// Runs the study here, without MPI, until it ends or is interrupted.
  ///
  /// - Parameter seats: Where trials run.
  /// - Returns: The state in the end, and how the run ended.
  /// - Throws: What the agent and the store throw.
  mutating func runHere(
    _ seats: Seats
  ) throws -> (Coordinator, CoordinatorLoop<NoOtherAgents>.RunEnd) {
    try refuseIfHeld()
    let signals = try SignalPort(endingSignals)
    let lookout = try Companion(arguments: ["lookout", handle.directory.path])
    var settings = Self.agentSettings(
      handle, size: size, worker: WorkerID(0), seats: seats, host: hostName())
    settings.isAlone = true
    settings.memoryMiB = Machine().memoryMiB
    let agent = try Agent(settings)
    let progress = StudyProgressLine()
    defer { progress.close() }
    do {
      let store = try begin()
      var loop = try CoordinatorLoop(
        coordinator: record.coordinator, store: store, agent: agent, port: NoOtherAgents(),
        signals: signals, lookout: lookout, grace: Self.grace(),
        prior: try handle.priorResults(for: record.coordinator), progress: progress.show)
      let end = try loop.run(run(number: store.run))
      return (loop.coordinator, end)
    } catch {
      agent.shutDown()
      throw error
    }
  }

  /// Begins a run on the study, from what its files say by then.
  ///
  /// - Returns: The study's files.
  /// - Throws: `StoreError`.
  mutating func begin() throws(StoreError) -> Store {
    let store = try Store(beginning: handle.directory, after: &record)
    removeStrayContainers()
    removeAll(handle.directory.scratch)
    return store
  }

  /// Deletes containers that no journal knows: they were being written when a run was killed.
  ///
  /// Only after a run has begun: until then another coordinator may be writing them.
  private func removeStrayContainers() {
    let known = Set(record.coordinator.containers.map(\.name))
    for name in namesInFolder(handle.directory.checkpoints) where !known.contains(name) {
      removeAll(handle.directory.checkpoints + "/" + name)
    }
  }

  /// Prints the outcome, and ends with its exit status.
  ///
  /// - Parameters:
  ///   - coordinator: The state in the end.
  ///   - directory: The study's folder.
  ///   - json: Whether to print JSON.
  /// - Throws: ``Failure`` where the study has failed or is not finished.
  static func conclude(
    _ coordinator: Coordinator, directory: StudyDirectory, json: Bool
  ) throws {
    let status = StudyStatus(of: coordinator, isHeld: false)
    try write(json ? try jsonText(status) : status.description + "\n")
    switch status.state {
    case .failed:
      let first = coordinator.trials.first { $0.state == .failed }
      let why = first.map {
        "; trial \($0.id): \($0.reason) ('rung explain \(directory.path) \($0.id)' says more)"
      }
      throw Failure(.studyFailed, "the study failed: \(status.reason ?? "")\(why ?? "")")
    case .completed, .stopped: break
    case .waiting, .running, .paused:
      throw Failure(
        .stoppedEarly, "stopped early; 'rung resume \(directory.path)' goes on with the study")
    }
  }
}
