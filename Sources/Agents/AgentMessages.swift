public import CompactJSON
public import Coordination
import StudyStore

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

extension AgentOrder: DirectlyCoded {
  /// Writes an order.
  public func write(to json: inout JSONWriter) throws {
    guard case .perform(let command) = self else { return try json.write(encoding: self) }
    try json.enumerated("perform") { json in
      json.name("_0")
      try command.write(to: &json)
    }
  }

  /// Reads an order.
  public static func read(_ json: JSONValue) -> AgentOrder? {
    json.enumerated("perform")?["_0"].flatMap(Command.read).map { .perform($0) }
  }
}

extension AgentMessage: DirectlyCoded {
  /// Writes a message.
  public func write(to json: inout JSONWriter) throws {
    guard case .event(let event) = self else { return try json.write(encoding: self) }
    try json.enumerated("event") { json in
      json.name("_0")
      try event.write(to: &json)
    }
  }

  /// Reads a message.
  public static func read(_ json: JSONValue) -> AgentMessage? {
    json.enumerated("event")?["_0"].flatMap(Event.read).map { .event($0) }
  }
}
