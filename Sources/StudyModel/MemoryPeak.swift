/// The most memory that processes of one size of trials were seen to have.
public struct MemoryPeak: Hashable, Sendable, Codable {
  /// The GPUs of each trial; 0 where trials have cores alone.
  public var gpus: Double
  /// Slots of each trial.
  public var slots: Int
  /// Of a process on its node, in MiB; `nil` where none was seen.
  public var hostMiB: Int?
  /// Of a trial on one GPU, in MiB; `nil` where none was seen.
  public var deviceMiB: Int?

  /// A peak of these figures.
  public init(gpus: Double, slots: Int, hostMiB: Int? = nil, deviceMiB: Int? = nil) {
    self.gpus = gpus
    self.slots = slots
    self.hostMiB = hostMiB
    self.deviceMiB = deviceMiB
  }
}
