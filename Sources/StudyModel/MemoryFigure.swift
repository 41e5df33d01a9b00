/// What is set aside of memory for each trial of a plan, and who says so.
public struct MemoryFigure: Hashable, Sendable, Codable {
  /// Who says so.
  public enum Source: String, Hashable, Sendable, Codable {
    /// The study file.
    case study
    /// Trials that were measured, with the margin of ``NodeMemory/need(ofPeak:)``.
    case measured
  }

  /// For a process on its node, in MiB; `nil` where nobody says.
  public var hostMiB: Int?
  /// The most that one was seen to have, in MiB; `nil` unless ``source`` is `measured`.
  public var peakMiB: Int?
  /// Who says so of the node's memory; `nil` where nobody does.
  public var source: Source?
  /// For a trial on one GPU, in MiB, as measured; `nil` where it was not.
  public var deviceMiB: Int?

  /// Nothing.
  public init() {}
}
