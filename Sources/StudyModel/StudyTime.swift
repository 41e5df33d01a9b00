/// A moment of a study: how long its coordinators have run up to then, in whole microseconds.
///
/// Not wall-clock time: the time between two runs does not count.
public struct StudyTime: Hashable, Sendable, Codable, Comparable {
  /// Microseconds since the study began, from 0.
  public let microseconds: Int

  /// The moment after this many microseconds.
  public init(microseconds: Int) { self.microseconds = microseconds }

  /// The moment after this many seconds; one beyond what can be counted is the last there is.
  public init(seconds: Double) {
    let count = (seconds * 1e6).rounded()
    microseconds = Int(exactly: count) ?? (count > 0 ? .max : .min)
  }

  /// The study's beginning.
  public static let zero = StudyTime(microseconds: 0)

  /// Seconds since the study began.
  public var seconds: Double { Double(microseconds) / 1e6 }

  /// Orders moments.
  public static func < (left: StudyTime, right: StudyTime) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Reads a bare number of microseconds.
  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int.self)
  }

  /// Writes a bare number of microseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
