/// The best trial of a run from one moment on.
public struct Incumbent: Hashable, Sendable {
  /// Seconds of virtual time since the study began.
  public var seconds: Double
  /// Epochs that all trials together had trained.
  public var epochs: Int
  /// The best value that it had reported by then; `nil` where it was chosen without being trained.
  public var reported: Double?
  /// The best value over its whole curve, trained or not; `nil` where no value of it is finite.
  public var trained: Double?

  /// An incumbent of these figures.
  public init(seconds: Double, epochs: Int, reported: Double?, trained: Double?) {
    self.seconds = seconds
    self.epochs = epochs
    self.reported = reported
    self.trained = trained
  }
}

/// As an array of four, since files hold hundreds of thousands of them.
extension Incumbent: Codable {
  /// Reads `[seconds, epochs, reported, trained]`.
  public init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    seconds = try values.decode(Double.self)
    epochs = try values.decode(Int.self)
    reported = try values.decode(Double?.self)
    trained = try values.decode(Double?.self)
  }

  /// Writes `[seconds, epochs, reported, trained]`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try values.encode(seconds)
    try values.encode(epochs)
    try values.encode(reported)
    try values.encode(trained)
  }
}
