public import Coordination
public import StudyModel

/// What an agent tells rank 0 of the data that is staged.
public enum StageWord: Hashable, Sendable, Codable {
  /// It lacks the data, and got nothing from the agent that it was given.
  case wanting(lacking: WorkerID?)
  /// It has so many bytes of so many; these are 0 while it does not know how many there are.
  case arrived(Int, of: Int)
  /// It has all, of which it read so many bytes from the file system.
  case staged(bytes: Int, read: Int)
  /// It cannot have them.
  case refused(StageFailure)
}

/// Where an agent gets the data from, by rank 0's word.
public struct StageOrder: Hashable, Sendable, Codable {
  /// Where from.
  public var source: StageTree.Source
  /// What the names of the data end with in this run.
  public var mark: String
}
