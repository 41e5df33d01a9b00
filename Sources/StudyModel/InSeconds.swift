/// A duration that is written as a number of seconds, which people and other programs read.
@propertyWrapper
public struct InSeconds: Hashable, Sendable, Codable {
  /// The duration.
  public var wrappedValue: Duration

  /// Wraps a duration.
  public init(wrappedValue: Duration) { self.wrappedValue = wrappedValue }

  /// Reads a number of seconds, or the two numbers that earlier versions wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do { wrappedValue = .seconds(try container.decode(Double.self)) } catch {
      wrappedValue = try container.decode(Duration.self)
    }
  }

  /// Writes a number of seconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.seconds)
  }
}
