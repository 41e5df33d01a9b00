import Agents
import ArgumentParser
import Processes

struct MPSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mps", abstract: "Keep NVIDIA's Multi-Process Service for an agent.",
    shouldDisplay: false)

  @Argument(help: "The service's folder.") var folder: String
  @Argument(help: "UUIDs of the GPUs.") var devices: [String]

  func run() throws {
    let control = Descriptor(owning: Companion.descriptor)
    guard let program = executablePath(MPSService.program) else {
      throw Failure(.usage, MPSService.missing.description)
    }
    try DaemonKeeper.serve(
      control: control,
      order: MPSService.order(folder, devices: devices, program: program))
  }
}
