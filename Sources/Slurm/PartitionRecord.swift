/// What the controller says of a partition now.
public struct PartitionRecord: Hashable, Sendable, Codable {
  /// Its name.
  public var name: String
  /// Whether jobs start in it.
  public var isUp: Bool
  /// Its nodes.
  public var nodes: Int
  /// Those on which nothing runs, and that take work.
  public var idleNodes: Int
  /// The most nodes of one job; `nil` for no bound.
  public var nodeLimit: Int?
  /// The longest job, in minutes; `nil` for no bound.
  public var timeLimitMinutes: Int?

  /// A partition of these figures.
  public init(
    name: String, isUp: Bool, nodes: Int, idleNodes: Int, nodeLimit: Int?, timeLimitMinutes: Int?
  ) {
    self.name = name
    self.isUp = isUp
    self.nodes = nodes
    self.idleNodes = idleNodes
    self.nodeLimit = nodeLimit
    self.timeLimitMinutes = timeLimitMinutes
  }
}
