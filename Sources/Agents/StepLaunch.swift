import Coordination
import StudyModel

/// How trials are started as job steps of their own.
///
/// Source: srun(1) of Slurm 22.05. Steps with `--overlap` are given devices that others have; with
/// `--exact`, and memory of their own, each gets what is free, so that no device is given twice.
public struct StepLaunch: Hashable, Sendable {
  /// The path of Rung's own program, which becomes the trial's in each task.
  public var program: String
  /// The value of `srun --mpi` for programs of several ranks.
  public var mpi: String
  /// The name of GPUs in `--gres`, such as `gpu` or `gpu:a100`; `nil` where trials need none.
  public var gres: String?
  /// Memory of each slot in MiB; `nil` where the study bounds it.
  public var memoryMiB: Int?
  /// What Slurm counts for a core.
  public var threadsPerCore: Int
  /// The variable that binds a trial to the GPUs of its step; `nil` where it needs none.
  public var deviceVariable: String?

  /// Steps of these properties.
  public init(
    program: String, mpi: String, gres: String?, memoryMiB: Int?, threadsPerCore: Int = 1,
    deviceVariable: String?
  ) {
    self.program = program
    self.mpi = mpi
    self.gres = gres
    self.memoryMiB = memoryMiB
    self.threadsPerCore = threadsPerCore
    self.deviceVariable = deviceVariable
  }

  /// The command line that starts a leg's programs as a step: of several components where there are
  /// several programs, each on a node of its own.
  ///
  /// - Parameters:
  ///   - files: The JSON file with the command line of each program.
  ///   - leg: What they are to train.
  ///   - trial: What they need.
  ///   - host: The agent's node.
  /// - Returns: The first word is the name of srun(1) itself.
  func arguments(
    _ files: [String], of leg: Leg, _ trial: TrialSettings, on host: String
  ) -> [String] {
    let hosts = leg.hosts ?? [host]
    let common = [
      "--quiet", "--kill-on-bad-exit=1", "--job-name=rung-\(leg.id)",
      "--mpi=\(trial.launch == .step ? mpi : "none")",
    ]
    guard trial.parts.isEmpty else {
      let components = trial.parts.indices.map { place in
        component(trial.parts[place], on: hosts[place], files[place])
      }
      return ["srun"] + common + components.joined(separator: [":"])
    }
    // All nodes of a step have equally many slots: the planner sees to it.
    let slots = max(1, leg.width / hosts.count)
    let tasks = trial.launch == .step ? slots : 1
    let memory = trial.memoryMiB.map { $0 * tasks } ?? memoryMiB.map { $0 * slots }
    let gpus = trial.isWithoutGPUs(leg.configuration) ? 0 : slots
    return ["srun"] + common
      + resources(
        on: hosts, tasks: tasks, cpus: trial.cpus, gpus: gres == nil ? nil : gpus, memory: memory)
      + task(files[0], keepsSlurm: trial.launch == .step)
  }

  private func component(_ part: TrialPart, on host: String, _ file: String) -> [String] {
    let memory = part.memoryMiB.map { $0 * part.ranks } ?? memoryMiB
    return resources(
      on: [host], tasks: part.ranks, cpus: part.cpus, gpus: gres == nil ? nil : part.gpus,
      memory: memory)
      + task(file, keepsSlurm: true, threads: part.cpus)
  }

  private func resources(
    on hosts: [String], tasks: Int, cpus: Int, gpus: Int?, memory: Int?
  ) -> [String] {
    var options = [
      "--exact", "--nodes=\(hosts.count)", "--ntasks=\(tasks * hosts.count)",
      "--ntasks-per-node=\(tasks)", "--nodelist=\(hosts.joined(separator: ","))",
      "--cpus-per-task=\(cpus * threadsPerCore)",
    ]
    if let gres, let gpus { options.append(gpus > 0 ? "--gres=\(gres):\(gpus)" : "--gres=none") }
    if let memory { options.append("--mem=\(memory)M") }
    return options
  }

  private func task(_ file: String, keepsSlurm: Bool, threads: Int? = nil) -> [String] {
    var words = [program, "task", file]
    if let deviceVariable { words += ["--devices", deviceVariable] }
    if keepsSlurm { words.append("--keep-slurm") }
    if let threads { words += ["--threads", String(threads)] }
    return words
  }

  /// What a task of a step does before it becomes the trial's program: of the variables that srun adds
  /// to the trial's own, it keeps those that the trial is to have.
  ///
  /// Slurm sets the variables of all vendors at once, which on AMD would filter one after the other.
  ///
  /// - Parameters:
  ///   - environment: As `NAME=value`.
  ///   - deviceVariable: The one that binds the trial to its GPUs; `nil` where it needs none.
  ///   - isStep: Whether the program is to find those of Slurm and MPI.
  ///   - threads: The cores of the process, where they are others than the trial's own.
  /// - Returns: The trial's environment.
  public static func taskEnvironment(
    _ environment: [String], deviceVariable: String?, keepingSlurm isStep: Bool,
    threads: Int? = nil
  ) -> [String] {
    let kept = environment.map { entry in
      let name = entry.prefix { $0 != "=" }
      guard let threads, name == "OMP_NUM_THREADS" || name == "MKL_NUM_THREADS" else {
        return entry
      }
      return "\(name)=\(threads)"
    }.filter { entry in
      let name = String(entry.prefix { $0 != "=" })
      if TrialLaunch.deviceVariables.contains(name) { return name == deviceVariable }
      guard !isStep, !name.hasPrefix("RUNG_") else { return true }
      return !TrialLaunch.isForeign(name)
    }
    let mark = "SLURM_PROCID="
    guard isStep, !kept.contains("SLURM_NTASKS=1"),
      let rank = kept.first(where: { $0.hasPrefix(mark) })?.dropFirst(mark.utf8.count)
    else { return kept }
    // One connection is enough, and reaches this node only.
    return kept.filter { rank == "0" || !$0.hasPrefix("RUNG_SOCKET=") } + ["RUNG_RANK=\(rank)"]
  }
}
