import RealModule

extension MachineModel {
  /// What the legs of trials of one size take beside their epochs, in seconds.
  public struct Overheads: Hashable, Sendable, Codable {
    /// The GPUs of each trial.
    public var size: TrialSize
    /// From the order to start a process to its first epoch.
    public var start = 0.0
    /// The same where a warm process goes on; `nil` where none did.
    public var warm: Double?
    /// How much longer that is from a checkpoint.
    public var load = 0.0
    /// From the last report of a trial that pauses or completes to its end.
    public var save = 0.0
    /// From the last report of a trial that is stopped to its end.
    public var end = 0.0
    /// From a trial's end until its checkpoint can be fetched.
    public var store = 0.0
    /// How long a trial waits for a decision by which it goes on.
    public var decision = 0.0

    /// None at this size.
    public init(size: TrialSize) { self.size = size }
  }

  /// What legs of trials of a size take beside their epochs.
  ///
  /// - Parameter size: The size.
  /// - Returns: What was measured at this size, else at the next one by the ratio of the sizes, the
  ///   smaller of two; where nothing was measured, what the model says of all sizes.
  public func overheads(of size: TrialSize) -> Overheads {
    if let nearest = overheads?.min(by: { size.distance(to: $0.size) < size.distance(to: $1.size) })
    {
      return nearest
    }
    var overheads = Overheads(size: size)
    (overheads.start, overheads.warm, overheads.load) = (start, warm, load)
    (overheads.save, overheads.end) = (save, end ?? 0)
    (overheads.store, overheads.decision) = (store ?? 0, decision ?? 0)
    return overheads
  }
}

extension TrialSize {
  /// How far two sizes are apart: the logarithm of their ratio, without its sign.
  public func distance(to other: TrialSize) -> Double {
    abs(Double.log(max(other.number, 0.01) / max(number, 0.01)))
  }
}
