import Coordination
import StudyModel
import Testing

@testable import Agents

struct StepLaunchTests {
  private let launch = StepLaunch(
    program: "/opt/rung", mpi: "pmix", gres: "gpu:a100", memoryMiB: 1000,
    deviceVariable: "CUDA_VISIBLE_DEVICES")

  private func leg(_ slots: [SlotID], hosts: [String]? = nil) -> Leg {
    Leg(
      id: LegID(TrialID(7), attempt: 2), slots: slots, configuration: Configuration(), source: nil,
      until: 3, hosts: hosts)
  }

  private func text(
    _ leg: Leg, launch: StepLaunch? = nil, _ change: (inout TrialSettings) -> Void
  ) -> String {
    var trial = TrialSettings(command: ["x"], cpus: 2)
    change(&trial)
    return (launch ?? self.launch).arguments(["/s/0", "/s/1"], of: leg, trial, on: "n0")
      .joined(separator: "|")
  }

  @Test func aPlainTrialIsOneTaskWithItsGPUs() {
    let slots = (0..<2).map { SlotID(WorkerID(0), $0) }
    #expect(
      text(leg(slots)) { $0.gpus = 2 }
        == """
        srun|--quiet|--kill-on-bad-exit=1|--job-name=rung-7.2|--mpi=none|--exact|--nodes=1|\
        --ntasks=1|--ntasks-per-node=1|--nodelist=n0|--cpus-per-task=2|--gres=gpu:a100:2|\
        --mem=2000M|/opt/rung|task|/s/0|--devices|CUDA_VISIBLE_DEVICES
        """)
  }

  @Test func aTrialWithoutGPUsAmongOthersIsAStepWithNone() {
    var leg = leg([SlotID(WorkerID(0), 3)])
    func options(gpus: Int) -> [String] {
      leg.configuration = Configuration([("gpus", .integer(gpus))])
      return text(leg) {
        $0.gpus = 1
        $0.sizes = .chosen([.integer(0), .integer(1)])
      }.split(separator: "|").map(String.init).filter { $0.hasPrefix("--gres") }
    }
    #expect(options(gpus: 0) == ["--gres=none"])
    #expect(options(gpus: 1) == ["--gres=gpu:a100:1"])
  }

  @Test func anMPITrialHasATaskForEachGPUOnEachOfItsNodes() {
    let slots = (0..<2).flatMap { node in (0..<4).map { SlotID(WorkerID(node), $0) } }
    let arguments = text(leg(slots, hosts: ["n0", "n3"])) {
      ($0.gpus, $0.launch, $0.memoryMiB) = (8, .step, 512)
    }
    #expect(
      arguments
        == """
        srun|--quiet|--kill-on-bad-exit=1|--job-name=rung-7.2|--mpi=pmix|--exact|--nodes=2|\
        --ntasks=8|--ntasks-per-node=4|--nodelist=n0,n3|--cpus-per-task=2|--gres=gpu:a100:4|\
        --mem=2048M|/opt/rung|task|/s/0|--devices|CUDA_VISIBLE_DEVICES|--keep-slurm
        """)
  }

  @Test func aTrialWithoutGPUsAsksForNone() {
    let slots = (0..<3).map { SlotID(WorkerID(0), $0) }
    let onCores = StepLaunch(
      program: "/opt/rung", mpi: "pmi2", gres: nil, memoryMiB: nil, deviceVariable: nil)
    #expect(
      text(leg(slots), launch: onCores) { ($0.launch, $0.ranks) = (.step, 3) }
        == """
        srun|--quiet|--kill-on-bad-exit=1|--job-name=rung-7.2|--mpi=pmi2|--exact|--nodes=1|\
        --ntasks=3|--ntasks-per-node=3|--nodelist=n0|--cpus-per-task=2|/opt/rung|task|/s/0|\
        --keep-slurm
        """)
  }

  @Test func programsOfSeveralKindsAreComponentsOfOneStep() {
    let arguments = text(
      leg([SlotID(WorkerID(0), 0), SlotID(WorkerID(2), 0)], hosts: ["n0", "n2"])
    ) {
      $0.launch = .step
      $0.parts = [
        TrialPart(command: ["./loader"], cpus: 8, memoryMiB: 500),
        TrialPart(command: ["./solver"], gpus: 4, cpus: 1),
      ]
    }
    #expect(
      arguments
        == """
        srun|--quiet|--kill-on-bad-exit=1|--job-name=rung-7.2|--mpi=pmix|--exact|--nodes=1|\
        --ntasks=1|--ntasks-per-node=1|--nodelist=n0|--cpus-per-task=8|--gres=none|--mem=500M|\
        /opt/rung|task|/s/0|--devices|CUDA_VISIBLE_DEVICES|--keep-slurm|--threads|8|:|--exact|\
        --nodes=1|--ntasks=4|--ntasks-per-node=4|--nodelist=n2|--cpus-per-task=1|\
        --gres=gpu:a100:4|--mem=1000M|/opt/rung|task|/s/1|--devices|CUDA_VISIBLE_DEVICES|\
        --keep-slurm|--threads|1
        """)
    #expect(
      StepLaunch.taskEnvironment(
        ["OMP_NUM_THREADS=8", "A=OMP_NUM_THREADS=1"], deviceVariable: nil, keepingSlurm: true,
        threads: 2) == ["OMP_NUM_THREADS=2", "A=OMP_NUM_THREADS=1"])
  }

  @Test func whereSlurmCountsThreadsACoreIsSoMany() {
    var threads = launch
    threads.threadsPerCore = 2
    let arguments = text(leg([SlotID(WorkerID(0), 0)]), launch: threads) { $0.gpus = 1 }
    #expect(arguments.contains("|--cpus-per-task=4|"))
  }

  private let given = [
    "CUDA_VISIBLE_DEVICES=1,2", "GPU_DEVICE_ORDINAL=1,2", "OMPI_MCA_btl=tcp", "PATH=/bin",
    "PMIX_RANK=1", "ROCR_VISIBLE_DEVICES=1,2", "RUNG_SOCKET=/s", "RUNG_TRIAL=7", "SLURM_JOB_ID=4",
    "SLURM_NTASKS=2", "SLURM_PROCID=1",
  ]

  @Test func aTaskHasOneVariableForItsGPUsAndNoneOfSlurms() {
    #expect(
      StepLaunch.taskEnvironment(
        given, deviceVariable: "CUDA_VISIBLE_DEVICES", keepingSlurm: false) == [
          "CUDA_VISIBLE_DEVICES=1,2", "PATH=/bin", "RUNG_SOCKET=/s", "RUNG_TRIAL=7",
          "SLURM_JOB_ID=4",
        ])
    #expect(
      StepLaunch.taskEnvironment(given, deviceVariable: nil, keepingSlurm: false) == [
        "PATH=/bin", "RUNG_SOCKET=/s", "RUNG_TRIAL=7", "SLURM_JOB_ID=4",
      ])
  }

  @Test func ranksOfAStepKeepSlurmsAndTheFirstAloneHasTheSocket() {
    func environment(_ given: [String]) -> [String] {
      StepLaunch.taskEnvironment(given, deviceVariable: "ROCR_VISIBLE_DEVICES", keepingSlurm: true)
    }
    #expect(
      environment(given) == [
        "OMPI_MCA_btl=tcp", "PATH=/bin", "PMIX_RANK=1", "ROCR_VISIBLE_DEVICES=1,2", "RUNG_TRIAL=7",
        "SLURM_JOB_ID=4", "SLURM_NTASKS=2", "SLURM_PROCID=1", "RUNG_RANK=1",
      ])
    let first = given.map { $0 == "SLURM_PROCID=1" ? "SLURM_PROCID=0" : $0 }
    #expect(environment(first).contains("RUNG_SOCKET=/s"))
    #expect(environment(first).contains("RUNG_RANK=0"))
    let alone = first.map { $0 == "SLURM_NTASKS=2" ? "SLURM_NTASKS=1" : $0 }
    #expect(environment(alone).contains("RUNG_SOCKET=/s"))
    #expect(!environment(alone).contains { $0.hasPrefix("RUNG_RANK=") })
  }
}
