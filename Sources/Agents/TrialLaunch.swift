import Coordination
import StudyModel

/// How a trial's process is started: its arguments and its environment.
struct TrialLaunch {
  /// The study.
  var study: Study
  /// The folder of the study file.
  var folder: String
  /// The agent's own environment, as `NAME=value`.
  var inherited: [String]
  /// The socket of the agent.
  var socket: String
  /// The folder with the Python client.
  var clientFolder: String
  /// The variable that binds a trial to its GPU; `nil` where trials use none.
  var deviceVariable: String?
  /// How trials are started as job steps; `nil` where they are processes of the agent's.
  var steps: StepLaunch?
  /// The folder of what is staged on this node; `nil` where nothing is.
  var stage: String?
  /// What lets trials share GPUs at the same time; `nil` where there is none.
  var mps: MPSClient?

  /// The service, and where it is.
  struct MPSClient {
    /// What it gives a trial.
    let service: MPSService
    /// Its GPUs.
    let devices: Int
    /// Its folder.
    let folder: String
  }

  /// The command line of each program of a trial: of one, or of its parts.
  func programs(_ configuration: Configuration) -> [[String]] {
    let parts = study.trial.parts
    return parts.isEmpty
      ? [arguments(configuration)] : parts.map { arguments(configuration, of: $0) }
  }

  /// The command line of a configuration.
  ///
  /// - Parameters:
  ///   - configuration: The trial's settings.
  ///   - part: The program, where the trial has several.
  /// - Returns: Each argument whole: nothing passes through a shell.
  func arguments(_ configuration: Configuration, of part: TrialPart? = nil) -> [String] {
    var hasPlaceholder = false
    var arguments: [String] = []
    for argument in part?.command ?? study.trial.command {
      let (text, found) = Self.replacePlaceholders(argument, configuration)
      hasPlaceholder = hasPlaceholder || found != .none
      guard found == .inactive else {
        arguments.append(text)
        continue
      }
      // Left out, and with it the option whose value it is: `--momentum {momentum}`.
      if argument.hasPrefix("{"), arguments.last?.hasPrefix("-") == true { arguments.removeLast() }
    }
    guard !hasPlaceholder else { return arguments }
    for setting in study.visible(configuration) {
      switch study.trial.arguments {
      case .append: arguments += ["--\(setting.name)", setting.value.description]
      case .hydra: arguments.append("\(setting.name)=\(setting.value)")
      case .none: break
      }
    }
    return arguments
  }

  /// Puts values in the place of `{name}`, and a brace in the place of `{{`.
  ///
  /// A closing brace by itself stays.
  ///
  /// - Parameters:
  ///   - text: An argument of the command.
  ///   - configuration: The trial's settings.
  /// - Returns: The text, and what was found in it.
  static func replacePlaceholders(
    _ text: String, _ configuration: Configuration
  ) -> (text: String, found: Placeholders) {
    var result = ""
    var found = Placeholders.none
    var rest = text[...]
    while let character = rest.first {
      if rest.hasPrefix("{{") {
        result.append(character)
        rest = rest.dropFirst(2)
      } else if character == "{", let end = rest.firstIndex(of: "}") {
        let name = String(rest[rest.index(after: rest.startIndex)..<end])
        if let value = configuration[name] {
          result += value.description
          if found == .none { found = .active }
        } else {
          found = .inactive
        }
        rest = rest[rest.index(after: end)...]
      } else {
        result.append(character)
        rest = rest.dropFirst()
      }
    }
    return (result, found)
  }

  /// What placeholders an argument has.
  enum Placeholders: Hashable {
    /// None.
    case none
    /// Of active parameters only.
    case active
    /// At least one of an inactive parameter: the argument is left out.
    case inactive
  }

  /// Variables that would make a framework believe that it is part of the agents' own job.
  private static let foreignPrefixes = [
    "SLURM_", "SLURMD_", "SRUN_", "PMI", "OMPI_", "PRTE_", "RUNG_",
  ]
  private static let keptVariables: Set<String> = ["SLURM_JOB_ID", "SLURM_TMPDIR"]
  /// Where srun(1) finds its Slurm.
  private static let slurmVariables: Set<String> = ["SLURM_CONF", "SLURM_CLUSTERS"]
  /// What users set for an MPI program, besides what a launcher tells it.
  private static let mpiPrefixes = ["OMPI_MCA_", "PMIX_MCA_", "PRTE_MCA_"]
  static let deviceVariables: Set<String> = [
    "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "GPU_DEVICE_ORDINAL",
    "ZE_AFFINITY_MASK", "NVIDIA_VISIBLE_DEVICES",
  ]

  /// Whether a variable belongs to the agents' own job, and not to a trial.
  static func isForeign(_ name: String) -> Bool {
    foreignPrefixes.contains { name.hasPrefix($0) } && !keptVariables.contains(name)
  }

  /// Whether srun(1), or the MPI program that it starts, is to find a variable all the same.
  private func isForStep(_ name: String) -> Bool {
    guard steps != nil else { return false }
    return Self.slurmVariables.contains(name)
      || (study.trial.launch == .step && Self.mpiPrefixes.contains { name.hasPrefix($0) })
  }

  /// A process's place among those of its trial: what torchrun(1) tells in variables.
  struct Rank: Hashable {
    /// Its rank, from 0.
    var rank: Int
    /// Processes of the trial.
    var worldSize: Int
    /// Its rank on this node, from 0.
    var localRank: Int
    /// Processes of the trial on this node.
    var localWorldSize: Int
    /// Where rank 0 waits for the others.
    var address: String
    /// The port there.
    var port: Int

    /// As torch.distributed's `env://` initialisation reads it. Source: PyTorch, "torchrun (Elastic
    /// Launch)", "Environment Variables".
    var variables: [String: String] {
      [
        "RANK": String(rank), "WORLD_SIZE": String(worldSize), "LOCAL_RANK": String(localRank),
        "LOCAL_WORLD_SIZE": String(localWorldSize), "MASTER_ADDR": address,
        "MASTER_PORT": String(port),
      ]
    }

    /// The name of its part of a checkpoint.
    var part: String { Self.part(of: rank) }

    /// The name of a rank's part of a checkpoint.
    static func part(of rank: Int) -> String { "rank-\(rank)" }
  }

  /// The environment of a leg's process.
  ///
  /// - Parameters:
  ///   - leg: What it is to train.
  ///   - directory: Its scratch folder.
  ///   - devices: The GPUs it may use.
  ///   - rank: Its place among the trial's processes; `nil` where it is alone.
  ///   - mark: A variable that no other process group has, as `NAME=value`.
  /// - Returns: As `NAME=value`, ascending by name.
  func environment(
    _ leg: Leg, directory: String, devices: [String], rank: Rank? = nil, mark: String
  ) -> [String] {
    var variables: [String: String] = [:]
    for entry in inherited {
      guard let sign = entry.firstIndex(of: "=") else { continue }
      let name = String(entry[..<sign])
      let isForeign =
        // Trials that are bound to no device see what this process was given.
        (deviceVariable != nil && Self.deviceVariables.contains(name))
        || (Self.isForeign(name) && !isForStep(name))
      if !isForeign { variables[name] = String(entry[entry.index(after: sign)...]) }
    }
    activate(&variables)
    variables["OMP_NUM_THREADS"] = String(study.trial.cpus)
    variables["MKL_NUM_THREADS"] = String(study.trial.cpus)
    variables["PYTHONUNBUFFERED"] = "1"
    variables["TMPDIR"] = directory
    let shared = mps?.service.variables(
      slots: leg.width, devices: mps?.devices ?? 0, in: mps?.folder ?? "")
    variables.merge(shared ?? [:]) { $1 }
    for variable in study.environment.variables { variables[variable.name] = variable.value }
    if let deviceVariable, !devices.isEmpty {
      variables[deviceVariable] = devices.joined(separator: ",")
    } else if let deviceVariable, steps == nil, study.trial.isWithoutGPUs(leg.configuration) {
      // It would see all of the node's, which others have: an empty list hides them.
      variables[deviceVariable] = ""
    }
    // Slurm and nvidia-smi(1) number by PCI address; CUDA would count the fastest first.
    if deviceVariable == Site.Vendor.nvidia.deviceVariable,
      devices.allSatisfy({ Int($0) != nil }), variables["CUDA_DEVICE_ORDER"] == nil
    {
      variables["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    }
    // With its store in shared memory, PMIx 4.2 at times has ranks crash or hang in MPI_Init. No other fence:
    // Slurm's tree fails where a step has only some of the job's nodes.
    if steps != nil, study.trial.launch == .step, variables["PMIX_MCA_gds"] == nil {
      variables["PMIX_MCA_gds"] = "hash"
    }
    variables.merge(rank?.variables ?? [:]) { $1 }
    // An empty entry would be the folder where the trial runs.
    let path = variables["PYTHONPATH"].flatMap { $0.isEmpty ? nil : ":" + $0 } ?? ""
    variables["PYTHONPATH"] = clientFolder + path
    variables["RUNG_STUDY"] = study.name
    variables["RUNG_TRIAL"] = leg.id.trial.description
    variables["RUNG_ATTEMPT"] = String(leg.id.attempt)
    variables["RUNG_CONFIG"] = directory + "/config.json"
    variables["RUNG_TRIAL_DIR"] = directory
    variables["RUNG_CHECKPOINT_DIR"] =
      directory + "/checkpoint" + (rank.map { "/" + $0.part } ?? "")
    variables["RUNG_SOCKET"] = socket
    variables["RUNG_FIDELITY_NAME"] = study.fidelity.name
    variables["RUNG_FIDELITY_MAX"] = String(study.lastEpoch(of: leg))
    variables["RUNG_SEED"] = String(leg.seed)
    variables["RUNG_FIDELITY_UNTIL"] = String(leg.until)
    variables["RUNG_RESUME_FROM"] = String(leg.source?.entry.epoch ?? 0)
    if let every = study.trial.checkpointEvery {
      variables["RUNG_CHECKPOINT_EVERY"] = String(every)
    }
    variables["RUNG_STAGE"] = stage
    if let scale = scaleText(of: leg) { variables["RUNG_SCALE"] = scale }
    return (variables.map { "\($0.key)=\($0.value)" } + [mark]).sorted()
  }

  /// Does what a virtual environment's `activate` does for a program that is started.
  private func activate(_ variables: inout [String: String]) {
    guard let path = study.environment.activate else { return }
    let root = path.hasPrefix("/") ? path : folder + "/" + path
    variables["VIRTUAL_ENV"] = root
    variables["PATH"] = "\(root)/bin:" + (variables["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
    variables["PYTHONHOME"] = nil
  }

  /// Where the program of a command is, searched as a shell would with the trial's own `PATH`.
  ///
  /// - Parameters:
  ///   - name: The command's first word.
  ///   - environment: The trial's environment.
  ///   - directory: Where the trial runs.
  ///   - isExecutable: Whether a path can be executed.
  /// - Returns: `nil` where there is none.
  static func findExecutable(
    _ name: String, environment: [String], directory: String, isExecutable: (String) -> Bool
  ) -> String? {
    if name.contains("/") {
      let path = name.hasPrefix("/") ? name : directory + "/" + name
      return isExecutable(path) ? path : nil
    }
    let search = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/bin:/bin"
    for folder in search.split(separator: ":") {
      let path = "\(folder)/\(name)"
      if isExecutable(path) { return path }
    }
    return nil
  }
}

extension Study {
  /// The epoch at which a leg's training would end for good: the length of a learning-rate schedule.
  func lastEpoch(of leg: Leg) -> Int { leg.seed > 0 ? leg.until : fidelity.maximum.epochs }
}
