/// The messages of all processes, for a part of the program that keeps them beyond one call.
///
/// Valid as long as the closure of
/// ``withMPI(unfinishedPerPeer:patience:callPatience:reportingTo:exitStatus:_:)`` runs; not
/// sendable, since only the thread that started MPI may use it.
public final class Mailbox {
  /// This process's number, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  private var outbox: Outbox
  private var inbox = Inbox()

  init(rank: Int, size: Int, limit: Int) {
    self.rank = rank
    self.size = size
    outbox = Outbox(peers: size, limit: limit)
  }

  /// The next message from any process; see ``Communicator/poll()``.
  ///
  /// - Returns: `nil` where none is wholly there.
  /// - Throws: `MPIError`.
  public func poll() throws(MPIError) -> Message? {
    try outbox.reap()
    return try inbox.next()
  }

  /// Hands a copy of some bytes to MPI; see ``Communicator/send(_:to:tag:)``.
  ///
  /// - Parameters:
  ///   - bytes: The content, of less than 2 GiB; may be empty.
  ///   - peer: The receiver's rank; may be this process.
  ///   - tag: What kind of message it is.
  /// - Returns: Whether MPI took it.
  /// - Throws: `MPIError`.
  public func send(
    _ bytes: [UInt8], to peer: Int, tag: MessageTag
  ) throws(MPIError) -> SendOutcome {
    precondition((0..<size).contains(peer), "there is no rank \(peer)")
    return try outbox.send(bytes, to: peer, tag: CInt(tag.rawValue))
  }

  /// Messages to a peer that MPI still holds; see ``Communicator/unfinishedSends(to:)``.
  ///
  /// - Parameter peer: The receiver's rank.
  /// - Returns: 0 or more.
  public func unfinishedSends(to peer: Int) -> Int {
    precondition((0..<size).contains(peer), "there is no rank \(peer)")
    return outbox.count(for: peer)
  }

  /// Messages that MPI still holds for all peers but those abandoned.
  public var unfinishedSends: Int { outbox.total }

  /// The ranks of the peers that were abandoned, in order.
  public var abandonedPeers: [Int] { outbox.abandoned }

  /// Gives up on a peer; see ``Communicator/abandon(_:)``.
  ///
  /// - Parameter peer: Its rank.
  public func abandon(_ peer: Int) {
    precondition((0..<size).contains(peer), "there is no rank \(peer)")
    outbox.abandon(peer)
  }
}
