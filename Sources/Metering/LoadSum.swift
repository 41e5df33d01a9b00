import Coordination

/// Adds up what a gauge reads until it is asked for.
struct LoadSum {
  private(set) var gauge: any Gauge
  private var seconds = 0.0
  private var busySeconds = 0.0
  private var memoryMiB: Int?
  private var joules: Double?

  /// What a gauge will read.
  init(_ gauge: any Gauge) { self.gauge = gauge }

  /// Looks, and counts what is seen for the time since the last look.
  ///
  /// - Parameter passed: Seconds since the last look.
  mutating func look(after passed: Double) {
    guard let reading = gauge.read() else { return }
    seconds += passed
    busySeconds += reading.busy * passed
    if let memory = reading.memoryMiB { memoryMiB = max(memory, memoryMiB ?? 0) }
    if let watts = reading.watts { joules = (joules ?? 0) + watts * passed }
  }

  /// The sum, which begins anew; `nil` where nothing was read.
  mutating func take() -> DeviceLoad? {
    guard seconds > 0 else { return nil }
    defer { (seconds, busySeconds, memoryMiB, joules) = (0, 0, nil, nil) }
    return DeviceLoad(
      device: gauge.device, seconds: Self.rounded(seconds),
      busy: min(1, Self.rounded(busySeconds / seconds)), memoryMiB: memoryMiB,
      joules: joules.map(Self.rounded))
  }

  /// Four digits behind the point are as much as a journal needs.
  private static func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
}
