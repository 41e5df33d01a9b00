/// How busy a GPU of a node was for a while, or its processor's cores.
public struct DeviceLoad: Hashable, Sendable, Codable {
  /// The name that the cores of a node go by.
  public static let cores = "cores"

  /// The GPU's number or UUID, or ``cores``.
  public var device: String
  /// Seconds that were looked at.
  public var seconds: Double
  /// The mean share of them in which it was busy, from 0 to 1.
  ///
  /// A GPU is busy while at least one kernel runs on it, however few of its processors that takes;
  /// cores are as busy as the share of them that runs something.
  public var busy: Double
  /// The most memory that was taken at any look, in MiB; `nil` where that is not told.
  public var memoryMiB: Int?
  /// Energy in joules; `nil` where the power is not told.
  public var joules: Double?

  /// The load of a device.
  public init(
    device: String, seconds: Double, busy: Double, memoryMiB: Int? = nil, joules: Double? = nil
  ) {
    self.device = device
    self.seconds = seconds
    self.busy = busy
    self.memoryMiB = memoryMiB
    self.joules = joules
  }

  /// Whether it can be true: events come from outside.
  var isSound: Bool {
    (0...1e9).contains(seconds) && (0...1).contains(busy) && (memoryMiB ?? 0) >= 0
      && (0...1e15).contains(joules ?? 0)
  }
}

/// How busy a device of a node was over the whole study.
public struct DeviceUsage: Hashable, Sendable, Codable {
  /// The node.
  public let host: String
  /// The sum of its loads: seconds and joules are added, the share is the mean, the memory the most.
  public internal(set) var load: DeviceLoad
}
