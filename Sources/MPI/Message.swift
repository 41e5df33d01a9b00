/// Bytes that one process sent to another.
public struct Message: Hashable, Sendable {
  /// The rank of the sender, 0 or more.
  public let source: Int
  /// What kind of message it is.
  public let tag: MessageTag
  /// The content, of the length that was sent.
  public let bytes: [UInt8]
}

/// What kind of message it is; the meaning is the program's.
///
/// Every value is one that MPI allows: it guarantees 0 to 32767 (MPI 3.1, section 8.1.2).
public struct MessageTag: RawRepresentable, Hashable, Sendable {
  /// The number on the wire.
  public let rawValue: UInt8

  /// Names a kind of message.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// What became of a message that was to be sent.
public enum SendOutcome: Hashable, Sendable {
  /// MPI has it; it will arrive if the peer lives.
  case accepted
  /// It was not sent: as many messages as are allowed still wait for the peer, which is stuck.
  case overflowed
  /// It was not sent: the peer was abandoned.
  case abandoned
}
