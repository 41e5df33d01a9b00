import Coordination
import StudyModel
import Testing

@testable import Agents

@Suite struct TrialLaunchTests {
  private var launch: TrialLaunch
  private let configuration = Configuration([
    ("rate", .real(0.5)), ("width", .integer(8)), ("name", .word("a b; $(x)")),
    ("flag", .truth(true)),
  ])

  init() {
    let space = SearchSpace(parameters: [
      Parameter(name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false)),
      Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false)),
      Parameter(name: "name", domain: .categorical([.word("a b; $(x)")])),
      Parameter(name: "flag", domain: .categorical([.truth(true), .truth(false)])),
      Parameter(
        name: "momentum", domain: .real(low: 0, high: 1, step: nil, log: false),
        conditions: [.init(parameter: "flag", values: [.truth(false)])]),
    ])
    let study = Study(
      name: "digits", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(81)), space: space,
      trial: TrialSettings(command: ["train", "x"], cpus: 4))
    launch = TrialLaunch(
      study: study, folder: "/study", inherited: [], socket: "/s/socket", clientFolder: "/s/python",
      deviceVariable: nil)
  }

  private func with(_ change: (inout TrialLaunch) -> Void) -> TrialLaunch {
    var launch = launch
    change(&launch)
    return launch
  }

  private func arguments(_ command: String..., style: TrialSettings.Arguments = .append) -> [String]
  {
    with {
      $0.study.trial.command = command
      $0.study.trial.arguments = style
    }.arguments(configuration)
  }

  @Test func aTrialWithoutGPUsSeesNoneOfThoseOnItsNode() {
    var launch = with {
      $0.study.trial.gpus = 1
      $0.study.trial.sizes = .chosen([.integer(0), .integer(1)])
      $0.inherited = ["CUDA_VISIBLE_DEVICES=0,1", "ROCR_VISIBLE_DEVICES=0,1"]
      $0.deviceVariable = "CUDA_VISIBLE_DEVICES"
    }
    func devices(gpus: Int, _ devices: [String]) -> [String] {
      let leg = Leg(
        id: LegID(TrialID(0), attempt: 1), slots: [SlotID(WorkerID(0), 0)],
        configuration: Configuration([("gpus", .integer(gpus))]), source: nil, until: 1)
      return launch.environment(leg, directory: "/d", devices: devices, mark: "M=1")
        .filter { $0.contains("VISIBLE_DEVICES") }
    }
    #expect(devices(gpus: 0, []) == ["CUDA_VISIBLE_DEVICES="])
    #expect(devices(gpus: 1, ["1"]) == ["CUDA_VISIBLE_DEVICES=1"])
    // Slurm gives none to its step.
    launch.steps = StepLaunch(
      program: "/opt/rung", mpi: "pmix", gres: "gpu", memoryMiB: nil,
      deviceVariable: "CUDA_VISIBLE_DEVICES")
    #expect(devices(gpus: 0, []) == [])
  }

  @Test func settingsAreAppendedInTheStudysOrder() {
    #expect(
      arguments("train", "x") == [
        "train", "x", "--width", "8", "--rate", "0.5", "--name", "a b; $(x)", "--flag", "true",
      ])
    #expect(
      arguments("train", style: .hydra) == [
        "train", "width=8", "rate=0.5", "name=a b; $(x)", "flag=true",
      ])
    #expect(arguments("train", "x", style: .none) == ["train", "x"])
  }

  @Test func placeholdersAreReplacedAndThenNothingIsAppended() {
    #expect(
      arguments("train", "--lr={rate}", "{width}x{width}", "[{name}]")
        == ["train", "--lr=0.5", "8x8", "[a b; $(x)]"])
    #expect(arguments("train", "{momentum}", "m={momentum}!") == ["train"])
    #expect(arguments("{name}") == ["a b; $(x)"])
  }

  @Test func twoBracesAreOne() {
    #expect(arguments("train", "{{x}", "{{{rate}}", style: .none) == ["train", "{x}", "{0.5}"])
    #expect(
      arguments("train", "{{rate}", style: .hydra)
        == ["train", "{rate}", "width=8", "rate=0.5", "name=a b; $(x)", "flag=true"])
    #expect(arguments("train", "a}b", "{", style: .none) == ["train", "a}b", "{"])
  }

  @Test func aValueIsNotReadForPlaceholdersAgain() {
    let result = with { $0.study.trial.command = ["{name}"] }
      .arguments(Configuration([("name", .word("{rate}")), ("rate", .real(1))]))
    #expect(result == ["{rate}"])
  }

  private let leg = Leg(
    id: LegID(TrialID(17), attempt: 2), slots: [SlotID(WorkerID(0), 1)],
    configuration: Configuration(),
    source: .init(
      container: "c", entry: .init(leg: LegID(TrialID(17), attempt: 1), epoch: 3, bytes: 1)),
    until: 9)

  private func environment(
    _ launch: TrialLaunch, devices: [String] = [], leg: Leg? = nil, rank: TrialLaunch.Rank? = nil
  ) -> [String: String] {
    let entries = launch.environment(
      leg ?? self.leg, directory: "/d", devices: devices, rank: rank, mark: "RUNG_PROCESS=/d/p")
    #expect(Set(entries.map { $0.prefix { $0 != "=" } }).count == entries.count)
    var variables: [String: String] = [:]
    for entry in entries {
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = String(parts[1])
    }
    return variables
  }

  @Test func indicesOfNVIDIAsDevicesAreCountedByAddress() {
    let cuda = with { $0.deviceVariable = "CUDA_VISIBLE_DEVICES" }
    let order = "CUDA_DEVICE_ORDER"
    #expect(environment(cuda, devices: ["1", "3"])[order] == "PCI_BUS_ID")
    #expect(environment(cuda, devices: ["GPU-1"])[order] == nil)
    // The devices of a step are Slurm's to name.
    #expect(environment(cuda)[order] == "PCI_BUS_ID")
    #expect(
      environment(with { $0.deviceVariable = "ROCR_VISIBLE_DEVICES" }, devices: ["1"])[order] == nil
    )
    #expect(environment(launch)[order] == nil)
    let chosen = with {
      $0.deviceVariable = "CUDA_VISIBLE_DEVICES"
      $0.inherited = ["CUDA_DEVICE_ORDER=FASTEST_FIRST"]
    }
    #expect(environment(chosen, devices: ["1"])[order] == "FASTEST_FIRST")
  }

  @Test func aTrialIsToldWhoItIs() {
    let variables = environment(launch)
    let expected = [
      "RUNG_STUDY": "digits", "RUNG_TRIAL": "17", "RUNG_ATTEMPT": "2",
      "RUNG_CONFIG": "/d/config.json", "RUNG_TRIAL_DIR": "/d", "TMPDIR": "/d",
      "RUNG_CHECKPOINT_DIR": "/d/checkpoint", "RUNG_SOCKET": "/s/socket",
      "RUNG_FIDELITY_NAME": "epoch", "RUNG_FIDELITY_MAX": "81", "RUNG_FIDELITY_UNTIL": "9",
      "RUNG_RESUME_FROM": "3", "RUNG_SEED": "0", "RUNG_PROCESS": "/d/p", "OMP_NUM_THREADS": "4",
      "MKL_NUM_THREADS": "4", "PYTHONUNBUFFERED": "1", "PYTHONPATH": "/s/python",
    ]
    #expect(variables == expected)
    var first = leg
    first.source = nil
    #expect(environment(launch, leg: first)["RUNG_RESUME_FROM"] == "0")
    #expect(
      environment(with { $0.study.trial.checkpointEvery = 5 })["RUNG_CHECKPOINT_EVERY"] == "5")
  }

  @Test func whatBelongsToTheAgentsJobIsTakenAway() {
    let foreign = [
      "SLURM_PROCID=0", "SLURM_NTASKS=4", "SLURM_JOB_NODELIST=n0", "SLURMD_NODENAME=n0",
      "SRUN_DEBUG=3", "PMI_RANK=0", "PMI2_X=1", "PMIX_RANK=0", "PMIX_SERVER_URI4=x", "PMIVERSION=2",
      "OMPI_COMM_WORLD_SIZE=4", "OMPI_MCA_btl=tcp", "PRTE_X=1", "RUNG_TRIAL=9", "RUNG_SITE=x",
    ]
    let kept = [
      "SLURM_JOB_ID=12", "SLURM_TMPDIR=/local", "PATH=/bin", "HOME=/root", "EMPTY=", "A=b=c",
      "SLURMLIKE=1", "LD_LIBRARY_PATH=/cuda",
    ]
    let variables = environment(with { $0.inherited = foreign + kept + ["no sign"] })
    for entry in kept {
      let name = String(entry.prefix { $0 != "=" })
      #expect(variables[name].map { "\(name)=\($0)" } == entry)
    }
    for entry in foreign where !entry.hasPrefix("RUNG_TRIAL") {
      #expect(variables[String(entry.prefix { $0 != "=" })] == nil, "\(entry)")
    }
    #expect(variables["RUNG_TRIAL"] == "17")
  }

  @Test func anMPIStepHasPMIxOutOfSharedMemoryUnlessSomebodyWantsIt() {
    func store(_ inherited: [String] = [], _ launch: TrialSettings.Launch = .step) -> String? {
      environment(
        with {
          $0.steps = StepLaunch(
            program: "/rung", mpi: "pmix", gres: nil, memoryMiB: nil, deviceVariable: nil)
          $0.study.trial.launch = launch
          $0.inherited = inherited
        })["PMIX_MCA_gds"]
    }
    #expect(store() == "hash")
    #expect(store(["PMIX_MCA_gds=ds21"]) == "ds21")
    #expect(store([], .plain) == nil)
    #expect(environment(launch)["PMIX_MCA_gds"] == nil)
  }

  private let devices = [
    "CUDA_VISIBLE_DEVICES=2,3", "ROCR_VISIBLE_DEVICES=2,3", "HIP_VISIBLE_DEVICES=2,3",
    "GPU_DEVICE_ORDINAL=2,3", "ZE_AFFINITY_MASK=2",
  ]

  @Test(arguments: ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"])
  func exactlyOneVariableBindsATrialToItsDevice(name: String) {
    let variables = environment(
      with {
        $0.inherited = devices
        $0.deviceVariable = name
      }, devices: ["3"])
    let bound = variables.filter { entry in
      devices.contains { $0.hasPrefix(entry.key + "=") }
    }
    #expect(bound == [name: "3"])
  }

  /// On cores alone, a list of devices that somebody gave stays the limit.
  @Test func aTrialWithoutADeviceSeesNoMoreThanTheAgent() {
    let variables = environment(with { $0.inherited = ["CUDA_VISIBLE_DEVICES="] })
    #expect(variables["CUDA_VISIBLE_DEVICES"] == "")
  }

  @Test func theStudysVariablesOverruleButThoseOfRung() {
    let variables = environment(
      with {
        $0.inherited = ["A=1", "OMP_NUM_THREADS=64"]
        $0.study.environment.variables = [
          .init(name: "A", value: "2"), .init(name: "OMP_NUM_THREADS", value: "1"),
          .init(name: "RUNG_TRIAL", value: "99"),
        ]
      })
    #expect(variables["A"] == "2" && variables["OMP_NUM_THREADS"] == "1")
    #expect(variables["RUNG_TRIAL"] == "17")
  }

  @Test func theClientComesFirstOnPythonsPath() {
    #expect(
      environment(with { $0.inherited = ["PYTHONPATH=/a:/b"] })["PYTHONPATH"] == "/s/python:/a:/b")
    #expect(environment(with { $0.inherited = ["PYTHONPATH="] })["PYTHONPATH"] == "/s/python")
  }

  @Test func aVirtualEnvironmentIsActivated() {
    let variables = environment(
      with {
        $0.inherited = ["PATH=/usr/bin", "PYTHONHOME=/x"]
        $0.study.environment.activate = ".venv"
      })
    #expect(variables["VIRTUAL_ENV"] == "/study/.venv" && variables["PYTHONHOME"] == nil)
    #expect(variables["PATH"] == "/study/.venv/bin:/usr/bin")
    let absolute = environment(with { $0.study.environment.activate = "/opt/env" })
    #expect(absolute["PATH"] == "/opt/env/bin:/usr/local/bin:/usr/bin:/bin")
  }

  @Test func aProgramIsSearchedWithTheTrialsOwnPath() {
    func find(_ name: String, _ executables: Set<String>) -> String? {
      TrialLaunch.findExecutable(
        name, environment: ["A=1", "PATH=/a::/b"], directory: "/study",
        isExecutable: { executables.contains($0) })
    }
    #expect(find("python3", ["/b/python3", "/a/python3"]) == "/a/python3")
    #expect(find("python3", ["/b/python3"]) == "/b/python3")
    #expect(find("python3", ["/study/python3", "/c/python3"]) == nil)
    #expect(find("./train", ["/study/./train"]) == "/study/./train")
    #expect(find("/opt/train", ["/opt/train"]) == "/opt/train")
    #expect(find("/opt/train", []) == nil)
    #expect(find("", ["/a/", "/study/"]) == nil || find("", []) == nil)
  }
}

@Suite struct MachineTests {
  @Test(arguments: [
    ("0,1,2", ["0", "1", "2"]), ("", []), ("-1", []), ("0,-1,2", ["0"]), ("NoDevFiles", []),
    ("GPU-8932f937-d72c,MIG-1", ["GPU-8932f937-d72c", "MIG-1"]), ("3", ["3"]),
    (" 0, 1", ["0", "1"]),
  ])
  func aListOfDevicesCountsAsTheDriverCountsIt(list: String, devices: [String]) {
    #expect(Machine.devices(listed: list[...]) == devices)
  }

  private func machine(cores: Int, devices: [String], memoryMiB: Int = 64_000) -> Machine {
    var machine = Machine()
    machine.cores = cores
    machine.devices = devices
    machine.memoryMiB = memoryMiB
    return machine
  }

  @Test func coresAndMemoryMakeSlots() {
    let machine = machine(cores: 16, devices: ["0"])
    #expect(machine.slots(for: TrialSettings(command: ["x"], cpus: 4)) == (4, []))
    #expect(machine.slots(for: TrialSettings(command: ["x"], cpus: 32)) == (1, []))
    #expect(
      machine.slots(for: TrialSettings(command: ["x"], cpus: 1, memoryMiB: 20_000)) == (
        3, []
      ))
    #expect(
      machine.slots(for: TrialSettings(command: ["x"], cpus: 1, memoryMiB: 1 << 20)) == (
        1, []
      ))
  }

  @Test func aTrialOnAGPUHasOneOfItsOwn() {
    let trial = TrialSettings(command: ["x"], gpus: 1, cpus: 4)
    #expect(machine(cores: 64, devices: ["2", "5"]).slots(for: trial) == (2, ["2", "5"]))
    #expect(machine(cores: 4, devices: ["0", "1"]).slots(for: trial) == (1, ["0"]))
    #expect(machine(cores: 64, devices: []).slots(for: trial) == (16, []))
  }

  @Test func thisMachineHasCoresAndMemory() {
    let machine = Machine()
    #expect(machine.cores >= 1 && machine.memoryMiB > 100)
  }
}

@Suite struct OutputLogTests {
  @Test func theBeginningAndTheEndAreKept() {
    var log = OutputLog()
    var kept = 0
    for number in 0..<100_000 {
      let line = Array("line \(number)".utf8)
      if log.take(line[...]) { kept += line.count + 1 }
    }
    #expect((OutputLog.headBytes..<OutputLog.headBytes + 100).contains(kept))
    #expect(log.lastLines.last == "line 99999")
    let rest = log.finish().map { String(decoding: $0, as: UTF8.self) }
    #expect(rest.count == OutputLog.tailLines + 1 && rest.last == "line 99999")
    #expect(rest.first?.hasSuffix(" lines left out)") == true)
    #expect(log.lastLines.last == nil && log.finish().isEmpty)
  }

  @Test func longLinesAtTheEndAreCut() {
    var log = OutputLog()
    let long = [UInt8](repeating: 0x41, count: 1 << 20)
    _ = log.take(long[...])
    for _ in 0..<60 {
      let belongsIntoTheLog = log.take(long[...])
      #expect(!belongsIntoTheLog)
    }
    #expect(log.finish().reduce(0) { $0 + $1.count } < 300_000)
  }

  @Test func theLastLineThatSaysSomethingIsRemembered() {
    var log = OutputLog()
    for line in ["first", "  \t", ""] { _ = log.take(Array(line.utf8)[...]) }
    #expect(log.lastLines.last == "first")
    _ = log.take([UInt8](repeating: 0xFF, count: 5000)[...])
    #expect(log.lastLines.last?.count == 200)
  }
}
