import Coordination
import Glibc
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
      case .memory(let process, let device, let mib): note(process, device, mib)
      }
    }
    if meter.channel.isClosed {
      meter.end(within: 0)
      self.meter = nil
    }
  }

  /// Notes the GPU memory of a process of a trial's session.
  private func note(_ process: Int, _ device: Int, _ mib: Int) {
    let session = Int(getsid(pid_t(process)))
    for (place, slot) in slots.enumerated() {
      guard let own = slot.processes.first(where: { $0.processID == session }) else { continue }
      own.deviceMemory[device, default: [:]][process] = mib
      slots[place].leg?.peakDeviceMemoryMiB = deviceMemoryMiB(in: place)
      return
    }
  }

  /// The most that a leg's processes have had on one GPU together so far, in MiB; a warm process keeps what
  /// it took for an earlier one.
  func deviceMemoryMiB(in place: Int) -> Int? {
    var sums: [Int: Int] = [:]
    for process in slots[place].processes {
      for (device, processes) in process.deviceMemory {
        sums[device, default: 0] += processes.values.reduce(0, +)
      }
    }
    return [slots[place].leg?.peakDeviceMemoryMiB, sums.values.max()].compactMap { $0 }.max()
  }
}
