/// What is asked, again and again, how busy a device is.
protocol Gauge {
  /// The device's name.
  var device: String { get }
  /// What it does now; `nil` where it cannot be told.
  mutating func read() -> GaugeReading?
}

/// What a device does at a moment, or since the last look.
struct GaugeReading: Hashable {
  /// The share of it that is busy, from 0 to 1.
  var busy: Double
  /// Memory that is taken, in MiB; `nil` where that is not told.
  var memoryMiB: Int?
  /// Power in watts; `nil` where that is not told.
  var watts: Double?
}
