/// The memory of a node that trials may use.
public struct NodeMemory: Hashable, Sendable, Codable {
  /// Of the node itself, in MiB.
  public var hostMiB: Int
  /// Of each of its GPUs, in MiB; `nil` where nothing is known, or there is none.
  public var deviceMiB: Int?

  /// Memory of these figures.
  public init(hostMiB: Int, deviceMiB: Int? = nil) {
    self.hostMiB = hostMiB
    self.deviceMiB = deviceMiB
  }

  /// Figures beyond this are no memory of any machine: an exbibyte in MiB.
  public static let mostMiB = 1 << 40

  /// What is set aside for a process whose like have had so much: a tenth more.
  ///
  /// A peak is a largest figure that was seen, not the largest that can be: another configuration may
  /// need somewhat more, a process grows between two looks, and what the agent and the system need for
  /// themselves is in no trial's peak.
  ///
  /// - Parameter peakMiB: In MiB; at least 0.
  /// - Returns: In MiB, rounded up; at most ``mostMiB``.
  public static func need(ofPeak peakMiB: Int) -> Int {
    let peak = min(max(0, peakMiB), mostMiB / 2)
    return peak + (peak + 9) / 10
  }
}
