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
    var lines = Self.forgetting + (try knowing())
    if isHeterogeneous { lines += Self.fencing } else { lines += Self.living }
    lines += try chain("begin")
    if outlivesNodes { lines.append("nodes=\(plan.components[0].nodes)") }
    lines += Self.trying + ["  srun --mpi=\(mpi) \\"]
    for (index, component) in plan.components.enumerated() {
      let nodes = outlivesNodes ? "\"$nodes\"" : String(component.nodes)
      let start = index > 0 ? "    : " : "    "
      let group = isHeterogeneous ? "--het-group=\(index) " : ""
      let survival = outlivesNodes ? "--no-kill " : ""
      lines += [
        """
        \(start)\(group)--nodes=\(nodes) --ntasks=\(nodes) \
        --ntasks-per-node=1 --cpus-per-task=\(component.cpus) \\
        """,
        "      --cpu-bind=none \(survival)--kill-on-bad-exit=0 --wait=0 \\",
      ]
      if plan.strategy == .steps {
        // An agent that held GPUs or memory would keep them from the steps of the trials.
        lines.append("      --overlap --gres=none --mem=\(agentMemoryMiB)M \\")
      }
      lines.append("      \(try agent(component)) \\")
    }
    return lines + Self.waiting + Self.judging + (outlivesNodes ? Self.counting : [])
      + ["done"] + (try chain("end"))
  }

  /// What the agents and the functions below are told of this job.
  private func knowing() throws(JobScriptError) -> [String] {
    let directory = shellQuoted(try absolutePath(locations.directory, "the study's directory"))
    return [
      "# SIGTERM is for the agents: they bring the run to its end, and this script waits for them.",
      "trap : TERM",
      "# So are these, which '--signal=B:' of sbatch sends to this script alone; srun passes them on.",
      "step=",
      "trap '[ -z \"$step\" ] || kill -USR1 \"$step\"' USR1",
      "trap '[ -z \"$step\" ] || kill -USR2 \"$step\"' USR2",
      "study=\(directory)",
      "# Where Slurm cannot be asked.",
      "RUNG_JOB_END=$(($(date +%s) + \(minutes * 60)))",
      "# Rank 0 makes this file when it is up, and leaves its exit status there: srun of Slurm 22.05",
      "# may not return though its step is over, may return 0 though nothing ran, and may hang in a",
      "# job that was queued again, on what is left of the step before.",
      "RUNG_STATUS_FILE=$study/jobs/$SLURM_JOB_ID.status",
      "# Seconds from SIGTERM to SIGKILL.",
      "RUNG_GRACE=\(site.grace.components.seconds)",
      "export RUNG_JOB_END RUNG_STATUS_FILE RUNG_GRACE",
    ] + (try localStorage()) + [
      "patience=${RUNG_STEP_PATIENCE:-60} birth=${RUNG_START_PATIENCE:-300}",
      "newest() { local files=(\"$study\"/journal/*.jsonl); echo \"${files[-1]}\"; }",
      "",
    ]
  }

  /// Where the workers' nodes have storage for themselves, if the site file names its folder.
  func localStorage() throws(JobScriptError) -> [String] {
    let partitions = plan.components.filter { $0.role == .workers }.map(\.partition)
    let place = partitions.last { site.partition(named: $0)?.local?.path != nil }
    guard let partition = place, let path = site.partition(named: partition)?.local?.path
    else { return [] }
    let folder = shellQuoted(try absolutePath(path, "partitions.\(partition).local.path"))
    return [
      "# The agents work below it, where a node has it and Slurm names no folder of its own.",
      "export RUNG_LOCAL_STORAGE=\(folder)",
    ]
  }

  /// The agents of a plain job that lose rank 0 cannot tell whether its process has ended, and this
  /// script starts the step again, or its whole node has: then Slurm, told not to end the job,
  /// leaves it running without a script, and they have it queue the job again.
  private static let living = [
    "# A sign of life: without it, agents that lose rank 0 take this node for dead.",
    "export RUNG_LIFE_FILE=$study/jobs/$SLURM_JOB_ID.life",
    "(while kill -0 $$ 2>/dev/null; do date +%s >\"$RUNG_LIFE_FILE\"; sleep 5; done) &",
    "life=$!",
    "",
  ]

  private static let dying = [
    "{ kill -KILL \"$life\"; wait \"$life\"; } 2>/dev/null",
    "rm -f \"$RUNG_LIFE_FILE\"",
  ]

  /// The first and the last thing that the script does: the next job of a chain is queued before
  /// anything can end this one, and cancelled where the study has ended.
  private func chain(_ moment: String) throws(JobScriptError) -> [String] {
    let executable = shellQuoted(try absolutePath(locations.executable, "the executable"))
    guard moment == "end" else {
      return [
        "# The next job of a chain waits for the end of this one, whatever ends it.",
        "\(executable) chain \"$study\" begin",
        "",
      ]
    }
    return [
      "rm -f \"$RUNG_STATUS_FILE\""
    ] + (isHeterogeneous ? [] : Self.dying) + [
      "# 0 instead of 75 where a follow-up job is queued, so that Slurm does not call this one failed.",
      "exec \(executable) chain \"$study\" end \"$status\"",
    ]
  }

  /// The step is tried again where a crash ended it: an agent that a signal ended makes srun return
  /// 128 and the signal, whether or not the others brought the study to its end, and the study goes
  /// on from what is on disk; where nothing is left to do the next try ends at once. Not after
  /// SIGTERM (143): that is how Slurm and users end a job. 1 from srun is a step that it could not
  /// create, where rank 0 never came up. 70 is a mistake of Rung's own, 71 the
  /// loss of all other nodes, of sysexits(3).
  private static let trying = [
    "# No agent that is lost ends the others; a step that a crash ended is tried again, since the",
    "# study goes on from disk: at most three times in a row without a new report.",
    "tries=0",
    "while :; do",
    "  status=0 late=0 unborn=0 before=$(newest)",
    "  rm -f \"$RUNG_STATUS_FILE\"",
  ]
  /// In about 2 % of the steps over several components srun of Slurm 22.05.8 does not return though
  /// the step is over (27 of 1,644; mended in 24.05.4), and the job would stay until its limit.
  private static let waiting = [
    "    &",
    "  step=$!",
    "  while kill -0 \"$step\" 2>/dev/null; do",
    "    sleep 1",
    "    [ ! -s \"$RUNG_STATUS_FILE\" ] || late=$((late + 1))",
    "    [ -e \"$RUNG_STATUS_FILE\" ] || unborn=$((unborn + 1))",
    "    [ \"$unborn\" -ne \"$birth\" ] || kill -TERM \"$step\"",
    "    if [ \"$late\" -ge \"$patience\" ] || [ \"$unborn\" -ge $((birth + 10)) ]; then",
    "      kill -KILL \"$step\"",
    "    fi",
    "  done 2>/dev/null",
    "  wait \"$step\" || status=$?",
    "  if [ \"$late\" -ge \"$patience\" ]; then",
    "    status=$(cat \"$RUNG_STATUS_FILE\")",
    "  elif [ \"$unborn\" -ge \"$birth\" ] ||",
    "    { [ \"$status\" = 0 ] && [ ! -s \"$RUNG_STATUS_FILE\" ]; } ||",
    "    { [ \"$status\" = 1 ] && [ ! -e \"$RUNG_STATUS_FILE\" ]; }; then",
    "    status=70",
    "  fi",
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
    "  case $status in 70 | 71 | 134 | 135 | 136 | 137 | 139) ;; *) break ;; esac",
    "  after=$(newest)",
    "  tries=$((tries + 1))",
    "  if [ \"$after\" != \"$before\" ] && grep -q '\"reported\":' \"$after\"; then tries=0; fi",
    "  echo \"job script: the step ended with status $status; $tries of 3 without a report\" >&2",
    "  [ \"$tries\" -lt 3 ] || break",
  ]
  /// A step over more nodes than the job has waits for them until it is given up.
  private static let counting = [
    "  # A node that died has left this job.",
    "  left=$(squeue --noheader --jobs=\"$SLURM_JOB_ID\" --format=%D) || left=",
    "  case $left in '' | *[!0-9]*) ;; *) nodes=$left ;; esac",
  ]

  /// An agent with its companions, and rank 0 of a large study, in MiB.
  static let ownMemoryMiB = 1024
  /// The same, and what is staged in memory.
  private var agentMemoryMiB: Int { Self.ownMemoryMiB + (plan.stagedMiB ?? 0) }

  private func agent(_ component: Plan.Component) throws(JobScriptError) -> String {
    let executable = try absolutePath(locations.executable, "the executable")
    let hasGPUs = component.role == .workers && component.sizes?.needsGPUs ?? true
    let vendor = hasGPUs ? vendor(of: component)?.rawValue ?? "none" : "none"
    let size = plan.trialSize.map { " --trial-gpus \($0)" } ?? ""
    return """
      \(shellQuoted(executable)) agent "$study" \
      --slots \(component.slotsPerNode) --gpu-vendor \(vendor)\(sharing(component))\(size)\(try steps(component))\(classes)
      """
  }

  /// What the agents are told of the GPUs that trials share.
  private func sharing(_ component: Plan.Component) -> String {
    guard component.role == .workers, plan.vendor != nil, plan.strategy != .steps,
      let gpus = site.partition(named: component.partition)?.gpus,
      gpus.sharing == .mps || gpus.sharing == .mig
    else { return "" }
    let memory = gpus.memoryMiB.map { " --gpu-memory \($0)" } ?? ""
    return " --gpu-sharing \(gpus.sharing.rawValue)" + (gpus.sharing == .mps ? memory : "")
  }

  /// Classes may have GPUs of several makers.
  private func vendor(of component: Plan.Component) -> Site.Vendor? {
    guard component.sizes != nil else { return plan.vendor }
    return site.partition(named: component.partition)?.gpus?.vendor
  }

  /// The classes of trials with the numbers of their agents, in the order of their ranks.
  private var classes: String {
    guard let first = plan.classes.first else { return "" }
    let words = plan.classes.map { "\($0.sizes)=\($0.agents)" }.joined(separator: ",")
    return " --classes \(first.firstRank):\(words)"
  }

  /// What the agents are told of the steps that they start.
  func steps(_ component: Plan.Component) throws(JobScriptError) -> String {
    guard plan.strategy == .steps else { return "" }
    var options = " --steps \(shellQuoted(try oneLine(site.mpi, "mpi")))"
    if let gres = component.gres {
      let name = gres.split(separator: ":").dropLast().joined(separator: ":")
      options += " --step-gres \(shellQuoted(try oneLine(name, "gres")))"
    }
    if component.threadsPerCore > 1 { options += " --step-threads \(component.threadsPerCore)" }
    if let limit = plan.stepLimit { options += " --step-limit \(limit)" }
    let memory = site.partition(named: component.partition)?.memoryMiB
    if study.trial.memoryMiB == nil, site.asksForMemory, let memory {
      let each = max(1, (memory - agentMemoryMiB) / component.slotsPerNode)
      options += " --step-memory \(each)"
    }
    return options
  }

  /// What sbatch leaves behind and srun would take for its own options.
  ///
  /// In a heterogeneous job the values are those of the first component alone: its memory would
  /// bound the workers' step too. From 23.11 on srun refuses to start where SLURM_TRES_PER_TASK
  /// says otherwise than `--cpus-per-task`. SLURM_EXPORT_ENV=NONE, from `sbatch --export=NONE`,
  /// would keep the modules from the agents. Source: srun(1), "Input environment variables".
  static let forgetting = [
    "# srun would take these, which sbatch leaves behind, for options of its own.",
    "unset SLURM_CPUS_PER_TASK SLURM_NTASKS SLURM_NPROCS SLURM_NTASKS_PER_NODE SLURM_MEM_PER_NODE \\",
    "  SLURM_MEM_PER_CPU SLURM_MEM_PER_GPU SLURM_GPUS SLURM_GPUS_PER_NODE SLURM_GPUS_PER_TASK \\",
    "  SLURM_TRES_PER_TASK SLURM_CPU_BIND SLURM_GPU_BIND SLURM_HINT SLURM_DISTRIBUTION \\",
    "  SLURM_EXPORT_ENV",
    "",
  ]
}
