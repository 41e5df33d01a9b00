import Agents
import ArgumentParser
import Diagnosis
import Glibc
import MPI
import Processes
import StudyModel

/// One process of a job that looks at its node, for `rung doctor`.
struct ExamineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "examine", abstract: "Look at a node of a job, for 'rung doctor'.",
    shouldDisplay: false)

  @Argument(help: "Where to leave what is seen.") var folder: String
  @Option(help: "nvidia, amd or none.") var gpuVendor = VendorOption.none
  @Option(help: "Job steps to start at a time.") var slots = 1
  @OptionGroup var stepOptions: StepOptions

  func run() throws {
    let probe = NodeProbe(folder: folder, vendor: gpuVendor)
    if let launch = try stepOptions.launch(for: gpuVendor) {
      return try probe.leave(probe.stepsRecord(slots, launch))
    }
    var record = probe.nodeRecord()
    // What is on the disk stays, whatever becomes of MPI.
    try probe.leave(record)
    try withMPI(reportingTo: { note("rung: \($0)") }) { (world: borrowing Communicator) in
      record.worldSize = world.size
      try probe.leave(record)
      // Otherwise every process is its own world, and nobody would answer.
      guard world.size == probe.nodes.count else { return }
      let ways = WorldProbe(world.mailbox, folder: folder)
      if world.rank == 0 {
        record.peers = try ways.lead(file: probe.fileName(of: record.node))
      } else {
        record.seen = try ways.follow()
      }
      try probe.leave(record)
    }
  }
}

/// What a program in a slot finds of GPUs, for `rung doctor`.
struct SlotViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slot-view", abstract: "Say what a program in a slot finds of GPUs.",
    shouldDisplay: false)

  @Argument(help: "The slot's number.") var slot: Int
  @Option(help: "nvidia, amd or none.") var gpuVendor = VendorOption.none
  @Option(help: "Where to meet the other slots of the node.") var meeting: String?
  @Option(help: "How many they are.") var of = 1

  func run() throws {
    var view = SlotView(slot: slot)
    view.variables = SlotLaunch.deviceVariables.compactMap { name in
      environment(name).map { "\(name)=\($0)" }
    }
    view.stepDevices = environment("SLURM_STEP_GPUS")
    if let driver = gpuVendor.vendor.map({ $0 == .nvidia ? GPUDriver.cuda : .hip }) {
      do throws(GPUDriver.Failure) { view.driver = try driver.devices() } catch {
        view.cause = error.description
      }
    }
    // A device that is given back before the next slot asks would seem to be given twice.
    if let meeting { try meet(meeting) }
    try write(try jsonText(view))
  }

  /// Waits for the other slots, at most a minute: a step that does not come up is told by srun.
  private func meet(_ place: String) throws {
    try writeFile("\(place).\(slot)", [])
    let end = place.lastIndex(of: "/") ?? place.startIndex
    let (folder, name) = (String(place[..<end]), place[end...].dropFirst() + ".")
    let deadline = monotonicSeconds() + 60
    while namesInFolder(folder).count(where: { $0.hasPrefix(name) }) < of,
      monotonicSeconds() < deadline
    {
      waitForAny([], atMost: 0.05)
    }
  }
}

/// What CUDA says of the GPUs that this process was given, for the agent that starts it.
struct CUDADevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cuda-devices", abstract: "Say what CUDA says of the GPUs.", shouldDisplay: false)

  func run() throws {
    let facts: [GPUFacts]
    do throws(GPUDriver.Failure) { facts = try GPUFacts.ofCUDA() } catch {
      throw Failure(.inputOutput, error.description)
    }
    try write(try jsonText(facts))
  }
}
