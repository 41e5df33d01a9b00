/// Which memory a process found none of.
public enum LackedMemory: String, Hashable, Sendable, Codable {
  /// The node's.
  case host
  /// The GPU's.
  case device
}
