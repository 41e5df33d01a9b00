import JobScripts
import Planning
import StudyModel
import Testing

@Suite struct JobScriptTests {
  private func script(
    _ study: Study = digits(), at site: Site = Sites.privateCluster,
    _ locations: JobLocations = locations,
    strategy: String = "hetjob", stagedMiB: Int = 0
  ) throws -> [String] {
    let plan = try plan(
      study, at: site,
      asking: PlanRequest(size: .nodes(2), strategy: strategy, stagedMiB: stagedMiB))
    return try jobScript(
      for: plan, study: study, site: site, locations: locations, version: version
    ).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  // MARK: - Directives

  @Test func theStudysSlurmSettingsGoBeforeTheSites() throws {
    var study = digits()
    var site = Sites.privateCluster
    site.slurm = SlurmSettings(
      account: "theirs", qos: "theirs", constraint: "theirs", mail: "theirs@there")
    let theirs = try script(study, at: site)
    #expect(theirs.count(where: { $0 == "#SBATCH --account=theirs" }) == 2)
    #expect(theirs.count(where: { $0 == "#SBATCH --qos=theirs" }) == 2)
    #expect(theirs.count(where: { $0 == "#SBATCH --constraint=theirs" }) == 1)
    #expect(theirs.count(where: { $0 == "#SBATCH --mail-user=theirs@there" }) == 1)
    study.slurm = SlurmSettings(account: "ours", qos: "ours", constraint: "ours", mail: "us@here")
    let ours = try script(study, at: site)
    #expect(!ours.contains { $0.contains("theirs") })
    #expect(ours.count(where: { $0 == "#SBATCH --account=ours" }) == 2)
    #expect(ours.count(where: { $0 == "#SBATCH --mail-user=us@here" }) == 1)
    #expect(ours.count(where: { $0 == "#SBATCH --mail-type=END,FAIL" }) == 1)
  }

  @Test func agentsAreToldHowTrialsShareGPUs() throws {
    var study = digits()
    study.trial.trialsPerGPU = 2
    var site = Sites.privateCluster
    func agents(_ sharing: Site.Sharing, _ strategy: String = "hetjob") throws -> [String] {
      site.partitions[0].gpus?.sharing = sharing
      site.partitions[0].gpus?.memoryMiB = 40_960
      return try script(study, at: site, strategy: strategy).filter { $0.contains("/rung' agent ") }
    }
    #expect(try !agents(.plain).joined().contains("sharing"))
    #expect(try !agents(.shards).joined().contains("sharing"))
    let (mps, mig) = (try agents(.mps), try agents(.mig))
    #expect(!mps[0].contains("sharing"), "the coordinator's")
    #expect(mps[1].contains(" --gpu-vendor nvidia --gpu-sharing mps --gpu-memory 40960 "))
    #expect(mig[1].contains(" --gpu-vendor nvidia --gpu-sharing mig "))
    study.trial.trialsPerGPU = 1
    #expect(try !agents(.mps, "steps").joined().contains("sharing"), "Slurm's to bind")
  }

  @Test func aConstraintIsTheWorkersOwn() throws {
    var study = digits()
    study.slurm.constraint = "[a|b]"
    let lines = try script(study)
    let border = try #require(lines.firstIndex(of: "#SBATCH hetjob"))
    let constraint = try #require(lines.firstIndex(of: "#SBATCH --constraint=\"[a|b]\""))
    #expect(border < constraint)
  }

  @Test func eachClassOfTrialsIsAComponentOfOneStep() throws {
    var study = digits()
    study.slurm.constraint = "big"
    study.trial.launch = .ranks
    let sizes: [ParameterValue] = [.integer(0), .integer(1), .integer(4)]
    study.trial.sizes = .chosen(sizes)
    study.space = SearchSpace(parameters: [
      Parameter(name: TrialSizes.parameterName, domain: .ordinal(sizes))
    ])
    let made = try plan(
      study, at: Sites.privateCluster,
      asking: PlanRequest(size: .nodes(4), strategy: "hetjob"))
    let lines = try jobScript(
      for: made, study: study, site: Sites.privateCluster, locations: locations, version: version
    ).split(separator: "\n").map(String.init)
    #expect(lines.count { $0 == "#SBATCH hetjob" } == 2)
    #expect(
      lines.filter { $0.hasPrefix("#SBATCH --partition") }
        == ["#SBATCH --partition=cpu", "#SBATCH --partition=gpu", "#SBATCH --partition=gpu"])
    #expect(lines.filter { $0.hasPrefix("#SBATCH --gres") }.count == 2)
    #expect(lines.count { $0 == "#SBATCH --constraint=big" } == 2, "not the nodes without GPUs")
    #expect(lines.filter { $0.contains("--het-group=") }.count == 3)
    #expect(
      lines.filter { $0.contains(" agent \"$study\"") }
        .map { $0.split(separator: "\" --slots ")[1] } == [
          "4 --gpu-vendor none --classes 0:0=1,1=1,4=2 \\",
          "4 --gpu-vendor nvidia --classes 0:0=1,1=1,4=2 \\",
          "4 --gpu-vendor nvidia --classes 0:0=1,1=1,4=2 \\",
        ])
    #expect(
      lines.contains {
        $0.contains("--component 0=1@cpu --component 1=1@gpu --component 4=2@gpu --time 60m")
      }, "the head says how to ask for the same")
  }

  @Test func agentsOfStepsHaveTheMemoryForWhatIsStagedThere() throws {
    var study = digits()
    study.trial.memoryMiB = nil
    for (staged, agent, each) in [(0, 1024, 3744), (3000, 4024, 2994)] {
      let lines = try script(study, strategy: "steps", stagedMiB: staged)
      #expect(lines.contains("      --overlap --gres=none --mem=\(agent)M \\"))
      #expect(lines.contains { $0.contains(" --step-memory \(each) ") })
    }
  }

  @Test func aNodesLossIsSurvivedOnlyByAPlainJob() throws {
    #expect(try script(strategy: "resident").contains("#SBATCH --no-kill"))
    #expect(try !script(strategy: "hetjob").contains { $0.contains("no-kill") })
  }

  @Test func whatTheSiteRulesOutIsNotAskedFor() throws {
    var site = Sites.privateCluster
    #expect(try script(at: site, strategy: "resident").contains("#SBATCH --requeue"))
    site.requeuesJobs = false
    site.outlivesNodes = false
    let lines = try script(at: site, strategy: "resident")
    #expect(!lines.contains { $0.contains("requeue") || $0.contains("no-kill") })
  }

  @Test func whereSlurmCountsThreadsAllOfThemAreAskedFor() throws {
    var site = Sites.privateCluster
    site.partitions[0].threadsPerCore = 2
    let lines = try script(at: site, strategy: "hetjob")
    #expect(
      lines.filter { $0.contains("#SBATCH --cpus-per-task") } == [
        "#SBATCH --cpus-per-task=2", "#SBATCH --cpus-per-task=16",
      ])
    #expect(lines.contains { $0.hasPrefix("    : --het-group=1") && $0.contains("-task=16 ") })
  }

  @Test func theAgentsAreToldOfTheNodesOwnStorage() throws {
    var site = Sites.privateCluster
    #expect(try !script(at: site).contains { $0.contains("RUNG_LOCAL_STORAGE") })
    site.partitions[0].local = .init(path: "/local/it's", sizeMiB: 1024)
    #expect(try script(at: site).contains("export RUNG_LOCAL_STORAGE='/local/it'\\''s'"))
    site.partitions[0].local = .init(sizeMiB: 1024)
    #expect(try !script(at: site).contains { $0.contains("RUNG_LOCAL_STORAGE") })
  }

  @Test func everyDirectiveStandsBeforeTheFirstCommand() throws {
    let lines = try script()
    let command = try #require(lines.firstIndex { !$0.hasPrefix("#") && !$0.isEmpty })
    let directive = try #require(lines.lastIndex { $0.hasPrefix("#SBATCH") })
    #expect(directive < command)
    #expect(lines[...directive].allSatisfy { $0.hasPrefix("#") })
  }

  // MARK: - Preparation

  @Test func modulesVariablesAndEnvironmentComeInThisOrder() throws {
    var site = Sites.privateCluster
    site.modules = ["GCC"]
    site.variables = [.init(name: "B", value: "it's"), .init(name: "EMPTY", value: "")]
    var study = digits()
    study.environment = EnvironmentSettings(
      modules: ["CUDA/12"], activate: ".venv",
      variables: [.init(name: "NCCL_DEBUG", value: "WARN")])
    let lines = try script(study, at: site)
    let wanted = [
      "module load 'GCC' || fail module 'GCC'", "module load 'CUDA/12' || fail module 'CUDA/12'",
      "export B='it'\\''s'", "export EMPTY=''", "# shellcheck source=/dev/null",
      ". '/path/to/digits/.venv/bin/activate' ||",
      "  fail 'virtual environment' '/path/to/digits/.venv'",
    ]
    let start = try #require(lines.firstIndex(of: wanted[0]))
    #expect(Array(lines[start...].prefix(wanted.count)) == wanted)
    #expect(!lines.contains { $0.contains("NCCL_DEBUG") }, "the agents give it to the trials")
  }

  @Test func anAbsoluteEnvironmentStaysWhereItIs() throws {
    var study = digits()
    study.environment.activate = "/opt/env"
    #expect(try script(study).contains(". '/opt/env/bin/activate' ||"))
  }

  // MARK: - What no script can carry

  private func expect(
    _ error: JobScriptError, _ wording: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ script: () throws -> [String]
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) { try script() }
    #expect(error.description == wording, sourceLocation: sourceLocation)
  }

  /// What could end a line, each before what could then be an option.
  static let lineEnds = [
    "\n", "\r", "\u{0}", "\u{7f}", "\u{85}", "\u{2028}", "\r\n", "\t", "\u{1b}",
  ]
  .map { "a\($0)#SBATCH --uid=0" }

  @Test(arguments: lineEnds) func noValueOfAStudyEndsALine(value: String) throws {
    let changes: [(String, (inout Study) -> Void)] = [
      ("name", { $0.name = value }),
      ("slurm.account", { $0.slurm.account = value }),
      ("slurm.qos", { $0.slurm.qos = value }),
      ("slurm.constraint", { $0.slurm.constraint = value }),
      ("slurm.mail", { $0.slurm.mail = value }),
      ("modules", { $0.environment.modules = [value] }),
      ("environment.activate", { $0.environment.activate = value }),
    ]
    for (field, change) in changes {
      var study = digits()
      change(&study)
      #expect(throws: JobScriptError.controlCharacter(field: field)) { try script(study) }
    }
  }

  @Test(arguments: lineEnds) func noValueOfASiteEndsALine(value: String) throws {
    let changes: [(String, (inout Site) -> Void)] = [
      ("site", { $0.name = value }),
      ("mpi", { $0.mpi = value }),
      ("gres", { $0.partitions[0].gpus?.gresType = value }),
      ("A", { $0.variables = [.init(name: "A", value: value)] }),
      (
        "slurm.partition",
        {
          $0.partitions[0].name = value
          $0.workerPartition = value
        }
      ),
    ]
    for (field, change) in changes {
      var site = Sites.privateCluster
      change(&site)
      #expect(throws: JobScriptError.controlCharacter(field: field)) {
        try script(at: site, strategy: "resident")
      }
    }
  }

  @Test(arguments: lineEnds) func noPathEndsALine(value: String) throws {
    let wrong = [
      ("the executable", JobLocations(executable: value, directory: "/d", studyFolder: "/s")),
      (
        "the study's directory",
        JobLocations(executable: "/e", directory: value, studyFolder: "/s")
      ),
      (
        "the study file's folder",
        JobLocations(executable: "/e", directory: "/d", studyFolder: value)
      ),
    ]
    for (field, locations) in wrong {
      #expect(throws: JobScriptError.controlCharacter(field: field)) {
        try script(digits(), locations)
      }
    }
  }

  @Test func controlCharacterInWords() {
    expect(
      .controlCharacter(field: "slurm.account"),
      """
      'slurm.account' holds a line break or another control character, which no job script can \
      carry; write it on one line
      """
    ) {
      var study = digits()
      study.slurm.account = "a\nb"
      return try script(study)
    }
  }

  @Test func emptyValue() {
    expect(
      .empty(field: "slurm.account"), "'slurm.account' is empty; write a value or leave it out"
    ) {
      var study = digits()
      study.slurm.account = ""
      return try script(study)
    }
  }

  @Test func relativePath() {
    expect(
      .relativePath(field: "the executable", path: ".build/rung"),
      "the executable '.build/rung' is no absolute path; begin it with '/'"
    ) {
      var here = locations
      here.executable = ".build/rung"
      return try script(digits(), here)
    }
  }

  @Test func backslash() {
    expect(
      .backslash(field: "the study's directory", path: "/a\\b"),
      """
      the study's directory '/a\\b' holds a backslash, which Slurm takes out of the names of \
      output files; rename the folder
      """
    ) {
      var here = locations
      here.directory = "/a\\b"
      return try script(digits(), here)
    }
  }

  @Test func moduleOption() {
    expect(
      .moduleOption("--force"),
      "the module '--force' begins with '-'; write the name of a module to load"
    ) {
      var study = digits()
      study.environment.modules = ["--force"]
      return try script(study)
    }
  }

  @Test(arguments: ["", "1A", "A-B", "A=B", "A B", "Ä", "A\n"])
  func variableName(name: String) {
    expect(
      .variableName(name),
      """
      the variable '\(name)' is none that a shell can export; use letters, digits and '_', not a \
      digit first
      """
    ) {
      var site = Sites.privateCluster
      site.variables = [.init(name: name, value: "x")]
      return try script(at: site)
    }
  }
}
