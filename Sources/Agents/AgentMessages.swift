public import Coordination

/// What rank 0 tells an agent.
public enum AgentOrder: Hashable, Sendable, Codable {
  /// Perform a command.
  case perform(Command)
  /// End every trial at once, then join anew: it was silent for so long that it counted as lost.
  case startOver
  /// End every trial at once, then end.
  case shutDown
  /// Get the staged data from there.
  case stage(StageOrder)
  /// Rank 0 lives; sent when nothing else was for a while.
  case alive
}

/// What an agent tells rank 0.
public enum AgentMessage: Hashable, Sendable, Codable {
  /// Something happened.
  case event(Event)
  /// How it stands with the staged data.
  case staging(StageWord)
  /// It lives; sent when nothing else was for a while.
  case alive
  /// It has ended its trials and says no more.
  case farewell
}
