import Coordination

/// How busy a device of a node was over the whole study, as results show it.
public struct DeviceShare: Hashable, Sendable, Encodable {
  /// The node.
  public var host: String
  /// The GPU's number or UUID, or `cores`.
  public var device: String
  /// Seconds that were looked at.
  public var seconds: Double
  /// The mean share of them in which it was busy, from 0 to 1.
  public var busy: Double
  /// The most memory that was taken, in MiB; `nil` where that is not told.
  public var memoryMiB: Int?
  /// Energy in kilowatt-hours; `nil` where the power is not told.
  public var kilowattHours: Double?

  private enum CodingKeys: String, CodingKey {
    case host, device, seconds, busy
    case memoryMiB = "memory_mib"
    case kilowattHours = "kilowatt_hours"
  }

  /// All devices of a study, ascending by host and device; `nil` where nothing was measured.
  static func all(of coordinator: Coordinator) -> [DeviceShare]? {
    let usage = coordinator.usage
    guard !usage.isEmpty else { return nil }
    return usage.map { entry in
      DeviceShare(
        host: entry.host, device: entry.load.device, seconds: entry.load.seconds,
        busy: entry.load.busy, memoryMiB: entry.load.memoryMiB,
        kilowattHours: entry.load.joules.map { $0 / 3.6e6 })
    }
  }
}

extension [DeviceShare] {
  /// One line for people; `nil` where there is none of them.
  var summary: String? {
    guard !isEmpty else { return nil }
    let gpus = filter { $0.device != DeviceLoad.cores }
    let cores = filter { $0.device == DeviceLoad.cores }
    var parts: [String] = []
    if !gpus.isEmpty { parts.append("GPUs \(gpus.meanPercent) % busy (\(gpus.count) measured)") }
    if !cores.isEmpty {
      parts.append("cores \(cores.meanPercent) % busy (\(cores.count) nodes measured)")
    }
    let energy = compactMap(\.kilowattHours)
    if !energy.isEmpty { parts.append("\(rounded(energy.reduce(0, +), 3)) kWh") }
    return "measured: " + parts.joined(separator: ", ")
  }

  /// The mean over their time, in percent.
  private var meanPercent: String {
    let seconds = reduce(0) { $0 + $1.seconds }
    guard seconds > 0 else { return "0" }
    return rounded(reduce(0) { $0 + $1.busy * $1.seconds } / seconds * 100, 1)
  }
}
