import StudyModel

// The lines that bash runs.
extension JobScript {
  /// Modules, variables and the virtual environment; empty where none is named.
  ///
  /// The study's own variables are not among them: the agents hand those to the trials alone.
  func preparation() throws(JobScriptError) -> [String] {
    var lines: [String] = []
    for module in site.modules + study.environment.modules {
      let name = shellQuoted(try moduleName(module))
      lines.append("module load \(name) || fail module \(name)")
    }
    for variable in site.variables {
      let name = try variableName(variable.name)
      let value = variable.value.isEmpty ? "" : try oneLine(variable.value, name)
      lines.append("export \(name)=\(shellQuoted(value))")
    }
    if let activate = study.environment.activate {
      let folder = try environmentFolder(activate)
      lines.append("# shellcheck source=/dev/null")
      lines.append(
        ". \(shellQuoted(folder + "/bin/activate")) ||\n"
          + "  fail 'virtual environment' \(shellQuoted(folder))")
    }
    return lines.isEmpty ? [] : Self.failing + lines + [""]
  }

  /// 65 is a file that is wrong, of sysexits(3).
  private static let failing = [
    "fail() {",
    "  printf \"job script: the %s '%s' does not load; name another in the study or site file\\n\" \\",
    "    \"$1\" \"$2\" >&2",
    "  exit 65",
    "}",
    "",
  ]

  private func moduleName(_ name: String) throws(JobScriptError) -> String {
    let name = try oneLine(name, "modules")
    guard name.utf8.first != UInt8(ascii: "-") else { throw .moduleOption(name) }
    return name
  }

  private func variableName(_ name: String) throws(JobScriptError) -> String {
    let isName = name.unicodeScalars.enumerated().allSatisfy { index, scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "_": true
      case "0"..."9": index > 0
      default: false
      }
    }
    guard isName, !name.isEmpty else { throw .variableName(name) }
    return name
  }

  /// The virtual environment's folder, beside the study file where it is not absolute.
  private func environmentFolder(_ folder: String) throws(JobScriptError) -> String {
    let folder = try oneLine(folder, "environment.activate")
    guard folder.utf8.first != UInt8(ascii: "/") else { return folder }
    return try absolutePath(locations.studyFolder, "the study file's folder") + "/" + folder
  }

  /// One step over all components: one agent a node, one MPI world, rank 0 on the first component.
  func launch() throws(JobScriptError) -> [String] {
    let mpi = shellQuoted(try oneLine(site.mpi, "mpi"))
    var lines = Self.forgetting
    if isHeterogeneous { lines += Self.fencing + (try watching()) }
    lines += Self.trying
    if isHeterogeneous { lines.append("  rm -f \"$RUNG_STATUS_FILE\"") }
    lines.append("  srun --mpi=\(mpi) \\")
    for (index, component) in plan.components.enumerated() {
      let start = index > 0 ? "    : " : "    "
      let group = isHeterogeneous ? "--het-group=\(index) " : ""
      let survival = isHeterogeneous ? "" : "--no-kill "
      lines += [
        """
        \(start)\(group)--nodes=\(component.nodes) --ntasks=\(component.nodes) \
        --ntasks-per-node=1 --cpus-per-task=\(component.cores) \\
        """,
        "      --cpu-bind=none \(survival)--kill-on-bad-exit=0 --wait=0 \\",
        "      \(try agent(component)) \\",
      ]
    }
    lines += isHeterogeneous ? Self.waiting : ["    || status=$?"]
    lines += Self.judging
    if isHeterogeneous { lines.append("rm -f \"$RUNG_STATUS_FILE\"") }
    return lines + ["exit \"$status\""]
  }

  /// In about 2 % of the steps over several components srun of Slurm 22.05.8 does not return though
  /// the step is over (27 of 1,644; mended in 24.05.4), and the job would stay until its limit.
  private func watching() throws(JobScriptError) -> [String] {
    let directory = try absolutePath(locations.directory, "the study's directory")
    return [
      "# srun of Slurm 22.05 may not return though its step is over: rank 0 leaves its exit status in",
      "# a file, and an srun that is still there a minute later is ended.",
      "export RUNG_STATUS_FILE=\(shellQuoted(directory + "/jobs/"))\"$SLURM_JOB_ID.status\"",
      "patience=${RUNG_STEP_PATIENCE:-60}",
      "",
    ]
  }
  private static let waiting = [
    "    &",
    "  step=$! late=0",
    "  while kill -0 \"$step\" 2>/dev/null; do",
    "    sleep 1",
    "    [ ! -s \"$RUNG_STATUS_FILE\" ] || late=$((late + 1))",
    "    [ \"$late\" -lt \"$patience\" ] || kill -KILL \"$step\" 2>/dev/null",
    "  done",
    "  wait \"$step\" || status=$?",
    "  [ \"$late\" -lt \"$patience\" ] || status=$(cat \"$RUNG_STATUS_FILE\")",
  ]

  /// The step is tried three times: an agent that a signal ended makes srun return 128 and the
  /// signal, whether or not the others brought the study to its end, and the study goes on from
  /// what is on disk; where nothing is left to do the next try ends at once. Not after SIGTERM
  /// (143): that is how Slurm and users end a job. 70 is a mistake of Rung's own, of sysexits(3).
  private static let trying = [
    "# No agent that is lost ends the others; a step that a crash ended is tried again, since the",
    "# study goes on from disk.",
    "for try in 1 2 3; do",
    "  status=0",
  ]
  /// With the default fence of Slurm 22.05's PMIx plugin, MPI_Init of a step over several components
  /// crashed in 9 of 265 runs, a message reaching a rank that had not registered its callback yet;
  /// with the tree in none of 1,121. To go with the last site whose Slurm is of that release.
  private static let fencing = [
    "# The default fence of Slurm 22.05 lets ranks leave MPI_Init before others are ready.",
    "export SLURM_PMIX_FENCE=tree",
    "",
  ]
  private static let judging = [
    "  case $status in 70 | 134 | 135 | 136 | 137 | 139) ;; *) break ;; esac",
    "  echo \"job script: try $try of the step ended with status $status\" >&2",
    "done",
  ]

  private func agent(_ component: Plan.Component) throws(JobScriptError) -> String {
    let executable = try absolutePath(locations.executable, "the executable")
    let directory = try absolutePath(locations.directory, "the study's directory")
    let vendor = component.role == .workers ? plan.vendor?.rawValue ?? "none" : "none"
    return """
      \(shellQuoted(executable)) agent \(shellQuoted(directory)) \
      --slots \(component.slotsPerNode) --gpu-vendor \(vendor)
      """
  }

  /// What sbatch leaves behind and srun would take for its own options.
  ///
  /// In a heterogeneous job the values are those of the first component alone: its memory would
  /// bound the workers' step too. From 23.11 on srun refuses to start where SLURM_TRES_PER_TASK
  /// says otherwise than `--cpus-per-task`. SLURM_EXPORT_ENV=NONE, from `sbatch --export=NONE`,
  /// would keep the modules from the agents. Source: srun(1), "Input environment variables".
  private static let forgetting = [
    "# srun would take these, which sbatch leaves behind, for options of its own.",
    "unset SLURM_CPUS_PER_TASK SLURM_NTASKS SLURM_NPROCS SLURM_NTASKS_PER_NODE SLURM_MEM_PER_NODE \\",
    "  SLURM_MEM_PER_CPU SLURM_MEM_PER_GPU SLURM_GPUS SLURM_GPUS_PER_NODE SLURM_GPUS_PER_TASK \\",
    "  SLURM_TRES_PER_TASK SLURM_CPU_BIND SLURM_GPU_BIND SLURM_HINT SLURM_DISTRIBUTION \\",
    "  SLURM_EXPORT_ENV",
    "",
  ]
}
