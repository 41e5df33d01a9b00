import Agents
import ArgumentParser
import Processes
import StudyModel

/// The value of `--gpu-vendor`.
enum VendorOption: String, ExpressibleByArgument, CaseIterable {
  case nvidia
  case amd
  case none

  /// The vendor; `nil` for none.
  var vendor: Site.Vendor? { Site.Vendor(rawValue: rawValue) }
}

/// How a job script says that trials are job steps.
struct StepOptions: ParsableArguments {
  @Option(help: "Start trials as job steps; the value of 'srun --mpi' for those of several ranks.")
  var steps: String?
  @Option(help: "The name of GPUs in a step's '--gres', such as 'gpu'.") var stepGres: String?
  @Option(help: "MiB of memory for each slot of a step.") var stepMemory: Int?
  @Option(help: "What Slurm counts for a core of a step.") var stepThreads = 1
  @Option(help: "The most steps at a time, the agents' own among them.") var stepLimit: Int?

  /// How steps are started; `nil` where trials are none.
  func launch(for vendor: VendorOption?) throws -> StepLaunch? {
    guard let steps else { return nil }
    return StepLaunch(
      program: try readLink("/proc/self/exe"), mpi: steps, gres: stepGres, memoryMiB: stepMemory,
      threadsPerCore: max(1, stepThreads), deviceVariable: vendor?.vendor?.deviceVariable)
  }
}
