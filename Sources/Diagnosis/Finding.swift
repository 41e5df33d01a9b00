/// What a check found out.
public struct Finding: Hashable, Sendable, Codable {
  /// How a check came out.
  public enum Verdict: String, Hashable, Sendable, Codable {
    /// All is well.
    case well
    /// Something could be better; studies run all the same.
    case hint
    /// Something is wrong.
    case wrong
    /// It could not be looked at.
    case notChecked = "not checked"
  }

  /// What was checked, such as `memory`.
  public var check: String
  /// The nodes that it is about; empty for the machine as a whole.
  public var nodes: [String]
  /// How it came out.
  public var verdict: Verdict
  /// What was seen or measured; where nothing could be, why.
  public var result: String
  /// What is wrong and what to change, one sentence; `nil` where nothing is.
  public var problem: String?
  /// The key of the site file whose value is to be changed, such as `partitions.gpu.memory`.
  public var key: String?

  /// A finding of these parts.
  public init(
    _ check: String, on nodes: [String] = [], _ verdict: Verdict, _ result: String,
    problem: String? = nil, key: String? = nil
  ) {
    self.check = check
    self.nodes = nodes
    self.verdict = verdict
    self.result = result
    self.problem = problem
    self.key = key
  }
}
