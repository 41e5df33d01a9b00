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

  /// The command line that starts a leg's program as a step.
  ///
  /// - Parameters:
  ///   - command: The program, as a path, and its arguments.
  ///   - leg: What it is to train.
  ///   - trial: What it needs.
  ///   - host: The agent's node.
  /// - Returns: Without the path of srun(1) itself, which stands first.
  func arguments(
    _ command: [String], of leg: Leg, _ trial: TrialSettings, on host: String
  ) -> [String] {
    let hosts = leg.hosts ?? [host]
    // All nodes of a step have equally many slots: the planner sees to it.
    let slots = max(1, leg.width / hosts.count)
    let tasks = trial.launch == .step ? slots : 1
    var arguments = [
      "srun", "--quiet", "--exact", "--kill-on-bad-exit=1", "--job-name=rung-\(leg.id)",
      "--nodes=\(hosts.count)", "--ntasks=\(tasks * hosts.count)", "--ntasks-per-node=\(tasks)",
      "--nodelist=\(hosts.joined(separator: ","))",
      "--cpus-per-task=\(trial.cpus * threadsPerCore)",
      "--mpi=\(trial.launch == .step ? mpi : "none")",
    ]
    if let gres { arguments.append("--gres=\(gres):\(slots)") }
    if let memory = trial.memoryMiB.map({ $0 * tasks }) ?? memoryMiB.map({ $0 * slots }) {
      arguments.append("--mem=\(memory)M")
    }
    var task = [program, "task"]
    if let deviceVariable { task += ["--devices", deviceVariable] }
    if trial.launch == .step { task.append("--keep-slurm") }
    return arguments + task + ["--"] + command
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
  /// - Returns: The trial's environment.
  public static func taskEnvironment(
    _ environment: [String], deviceVariable: String?, keepingSlurm isStep: Bool
  ) -> [String] {
    let kept = environment.filter { entry in
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
