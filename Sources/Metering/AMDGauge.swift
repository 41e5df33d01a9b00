import Processes

/// A GPU of AMD's, by what its driver shows in files.
///
/// Source: Linux kernel documentation, "AMDGPU, GPU Power/Thermal Controls and Monitoring" for
/// `gpu_busy_percent` and the `power1_` files of hwmon, "Memory Usage" for `mem_info_vram_used`; the
/// kernel's `kfd_topology.c` for the topology of compute devices.
struct AMDGauge: Gauge {
  let device: String
  /// The GPU's folder.
  let folder: String

  /// The gauge of a GPU; `nil` where none has that name.
  ///
  /// - Parameters:
  ///   - device: Its number as `ROCR_VISIBLE_DEVICES` counts, among those that this process can use, or
  ///     its UUID, `GPU-` and 16 hexadecimal digits.
  ///   - system: Where the kernel shows its files.
  init?(_ device: String, system: String = "/sys") {
    let all = Self.computeDevices(system)
    let found: ComputeDevice?
    if let index = Int(device) {
      found = all.indices.contains(index) ? all[index] : nil
    } else {
      found = all.first { $0.name == device }
    }
    guard let found else { return nil }
    self.device = device
    folder = "\(system)/class/drm/renderD\(found.minor)/device"
  }

  func read() -> GaugeReading? {
    guard let percent = number("gpu_busy_percent") else { return nil }
    let sensors = namesInFolder(folder + "/hwmon").sorted().first.map { "hwmon/\($0)/power1_" }
    // Newer GPUs tell the power of the moment only.
    let microwatts = sensors.flatMap { number($0 + "average") ?? number($0 + "input") }
    return GaugeReading(
      busy: Double(min(max(percent, 0), 100)) / 100,
      memoryMiB: number("mem_info_vram_used").map { $0 >> 20 },
      watts: microwatts.map { Double($0) / 1e6 })
  }

  private func number(_ file: String) -> Int? { Self.number(folder + "/" + file) }

  private static func number(_ path: String) -> Int? {
    // A file that is not there, or not for us, tells nothing.
    guard let bytes = try? readFile(path) else { return nil }
    return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  /// A GPU in the topology of compute devices.
  private struct ComputeDevice {
    var minor: Int
    var name: String
  }

  /// The GPUs in the order in which they are counted; the properties of those that a job was not given
  /// cannot be read.
  private static func computeDevices(_ system: String) -> [ComputeDevice] {
    let nodes = system + "/class/kfd/kfd/topology/nodes"
    return namesInFolder(nodes).compactMap { Int($0) }.sorted().compactMap { node in
      guard let bytes = try? readFile("\(nodes)/\(node)/properties") else { return nil }
      var properties: [Substring: UInt64] = [:]
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        let words = line.split(separator: " ")
        if words.count == 2 { properties[words[0]] = UInt64(words[1]) }
      }
      // Nodes without SIMD units are processors.
      guard properties["simd_count", default: 0] > 0,
        let minor = properties["drm_render_minor"].flatMap({ Int(exactly: $0) })
      else { return nil }
      let digits = String(properties["unique_id", default: 0], radix: 16)
      let padding = String(repeating: "0", count: 16 - digits.count)
      return ComputeDevice(minor: minor, name: "GPU-\(padding)\(digits)")
    }
  }
}
