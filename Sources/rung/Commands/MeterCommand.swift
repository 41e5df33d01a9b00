import ArgumentParser
import Metering
import Processes

struct MeterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "meter", abstract: "Look at a node's devices, for an agent.",
    shouldDisplay: false)

  @Option(help: "nvidia, amd or none.") var gpuVendor = VendorOption.none
  @Argument(help: "The GPUs.") var devices: [String] = []

  func run() throws {
    var meter = Meter(devices: devices, vendor: gpuVendor.vendor)
    try meter.serve(control: Descriptor(owning: Companion.descriptor))
  }
}
