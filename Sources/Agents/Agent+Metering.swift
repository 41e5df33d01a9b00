import Coordination
import Metering
import Processes
import StudyModel

extension Agent {
  /// The meter of a node that has slots for trials; `nil` where none is wanted.
  static func meter(_ settings: AgentSettings) throws(SystemError) -> Companion? {
    guard settings.isMetered, settings.slots > 0 else { return nil }
    let variable = settings.steps?.deviceVariable ?? settings.deviceVariable
    let vendor = Site.Vendor.allCases.first { $0.deviceVariable == variable }
    // Of steps it is Slurm that knows the GPUs: those that the agent sees are looked at.
    let devices =
      settings.devices.isEmpty && vendor != nil
      ? Machine(detecting: vendor).devices : settings.devices
    return try Companion(
      program: settings.program,
      arguments: ["meter", "--gpu-vendor", vendor?.rawValue ?? "none"] + devices)
  }

  /// Hears the meter. One that has ended is not missed: nothing rests on it.
  func stepMeter() throws {
    guard let meter else { return }
    for word in try meter.channel.receive(MeterWord.self) {
      switch word {
      case .loads(let loads):
        if !isStartingOver, !loads.isEmpty { events.append(.used(settings.worker, loads)) }
      case .memory: break
      }
    }
    if meter.channel.isClosed {
      meter.end(within: 0)
      self.meter = nil
    }
  }
}
