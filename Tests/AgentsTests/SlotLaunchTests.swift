import Agents
import StudyModel
import Testing

struct SlotLaunchTests {
  private let study = Study(
    name: "probe", metric: Metric(name: "none", goal: .minimize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(1)),
    space: SearchSpace(parameters: []),
    trial: TrialSettings(command: ["true"], gpus: 1, cpus: 2, memoryMiB: 100))

  @Test func aProcessIsBoundAsATrialIs() {
    let launch = SlotLaunch(study: study, deviceVariable: "CUDA_VISIBLE_DEVICES", host: "n0")
    let words = launch.arguments(["/bin/x", "a b"], slot: 3, devices: ["7"], directory: "/tmp")
    #expect(words.prefix(2) == ["env", "-i"] && words.suffix(2) == ["/bin/x", "a b"])
    #expect(words.contains("CUDA_VISIBLE_DEVICES=7") && words.contains("OMP_NUM_THREADS=2"))
    #expect(
      words.filter { $0.hasPrefix("CUDA_") || $0.hasPrefix("ROCR_") }
        == ["CUDA_DEVICE_ORDER=PCI_BUS_ID", "CUDA_VISIBLE_DEVICES=7"])
  }

  @Test func aStepIsAskedForAsATrialsIs() throws {
    var study = study
    study.trial.launch = .step
    let steps = StepLaunch(
      program: "/opt/rung", mpi: "pmix", gres: "gpu", memoryMiB: nil,
      deviceVariable: "CUDA_VISIBLE_DEVICES")
    let launch = SlotLaunch(study: study, deviceVariable: nil, steps: steps, host: "n0")
    let words = launch.arguments(["/x.json"], slot: 3, devices: [], directory: "/tmp")
    let place = try #require(words.firstIndex(of: "srun"))
    #expect(
      words[place...].joined(separator: " ") == """
        srun --quiet --kill-on-bad-exit=1 --job-name=rung-3.1 --mpi=pmix --exact --nodes=1 --ntasks=1 \
        --ntasks-per-node=1 --nodelist=n0 --cpus-per-task=2 --gres=gpu:1 --mem=100M \
        /opt/rung task /x.json --devices CUDA_VISIBLE_DEVICES --keep-slurm
        """)
  }
}
