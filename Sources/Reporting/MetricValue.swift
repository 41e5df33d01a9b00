/// A metric with its value in a trial's last report.
public struct MetricValue: Hashable, Sendable, Encodable {
  /// The metric's name.
  public var name: String
  /// Its value.
  public var value: Double
}
