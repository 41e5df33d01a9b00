import Processes

/// A GPU of NVIDIA's. An instance of one that MIG has cut tells no utilisation, and so gives no reading.
///
/// Source: NVML API Reference Guide, `nvmlDeviceGetUtilizationRates`, `nvmlDeviceGetMemoryInfo`,
/// `nvmlDeviceGetPowerUsage`.
struct NVIDIAGauge: Gauge {
  let device: String
  let library: ManagementLibrary
  let handle: ManagementLibrary.Device

  /// The gauge of a GPU; `nil` where the library knows none of that name.
  init?(_ device: String, _ library: ManagementLibrary) {
    guard let handle = library.device(named: device) else { return nil }
    (self.device, self.library, self.handle) = (device, library, handle)
  }

  func read() -> GaugeReading? {
    let reading = library.read(handle)
    return reading.busy.map {
      GaugeReading(busy: min($0, 1), memoryMiB: reading.memoryMiB, watts: reading.watts)
    }
  }
}
