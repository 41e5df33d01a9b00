/// A job's number, which the cluster gives out when the job is submitted.
///
/// Each component of a heterogeneous job has its own; the first one's stands for all.
public struct JobID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
  /// The number, 1 or more.
  public let rawValue: UInt32

  /// Names a job by its number.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Orders by number, which is the order of submission until the cluster's counter wraps.
  public static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

extension JobID: LosslessStringConvertible {
  /// Reads a number; nil for anything else, such as `12_3` of a job array.
  public init?(_ description: String) {
    guard let number = UInt32(description), number > 0 else { return nil }
    self.init(rawValue: number)
  }

  /// The number in decimal.
  public var description: String { String(rawValue) }
}
