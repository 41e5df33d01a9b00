internal import CMPI

/// Messages between ranks, both ways, none of which is ever waited for.
///
/// Sends are nonblocking and bounded: a peer that takes none stops being written to. Receiving
/// matches a message when it arrives and goes on with others while a long one is still under way.
public final class Mailbox {
  /// A message that has arrived.
  public struct Message: Sendable {
    /// The rank that sent it.
    public let source: Int
    /// Its bytes.
    public let bytes: [UInt8]
  }

  private var sending: [[Operation]]
  private var arriving: [(source: Int, operation: Operation, count: Int)] = []
  private let limit: Int

  /// A mailbox of this world.
  ///
  /// - Parameters:
  ///   - world: The ranks.
  ///   - limit: Unfinished sends to one peer at most; at least 1.
  public init(_ world: borrowing Communicator, limit: Int = 4096) {
    sending = Array(repeating: [], count: world.size)
    self.limit = limit
  }

  /// Sends without waiting.
  ///
  /// - Parameters:
  ///   - bytes: The message.
  ///   - peer: To whom.
  /// - Returns: `false`, and nothing is sent, where the peer has as many unfinished as it may have.
  /// - Throws: ``MPIError``.
  public func send(_ bytes: [UInt8], to peer: Int) throws(MPIError) -> Bool {
    try reap(peer)
    guard sending[peer].count < limit else { return false }
    let operation = try unsafe Operation("MPI_Isend", count: bytes.count, filledWith: bytes) {
      base, request in
      unsafe cmpi_send(base, CInt(bytes.count), CInt(peer), 0, request)
    }
    sending[peer].append(operation)
    return true
  }

  /// Unfinished sends to a peer.
  ///
  /// - Parameter peer: To whom.
  /// - Returns: How many, from 0.
  /// - Throws: ``MPIError``.
  public func unfinished(to peer: Int) throws(MPIError) -> Int {
    try reap(peer)
    return sending[peer].count
  }

  /// What has arrived, whole.
  ///
  /// Messages of one sender come in the order of their sending.
  ///
  /// - Parameter budget: Messages begun at most in one call.
  /// - Returns: Nothing where nothing is there.
  /// - Throws: ``MPIError``.
  public func receive(budget: Int = 1024) throws(MPIError) -> [Message] {
    var left = budget
    while left > 0, try begin() { left -= 1 }
    var messages: [Message] = []
    var held: Set<Int> = []
    var waiting: [(source: Int, operation: Operation, count: Int)] = []
    for item in arriving {
      // A later message must not overtake an earlier one of the same sender.
      let isNext = !held.contains(item.source)
      if isNext, try item.operation.poll() {
        messages.append(Message(source: item.source, bytes: item.operation.bytes(item.count)))
      } else {
        held.insert(item.source)
        waiting.append(item)
      }
    }
    arriving = waiting
    return messages
  }

  private func begin() throws(MPIError) -> Bool {
    var found: CInt = 0
    var message = unsafe cmpi_message()
    try mpicall("MPI_Improbe") { unsafe cmpi_probe(&found, &message) }
    guard found != 0 else { return false }
    let operation = try unsafe Operation("MPI_Imrecv", count: Int(message.count)) { base, request in
      unsafe cmpi_receive(&message, base, request)
    }
    unsafe arriving.append((Int(message.source), operation, Int(message.count)))
    return true
  }

  private func reap(_ peer: Int) throws(MPIError) {
    // Sends to one peer finish in order, most of them at once.
    while let first = sending[peer].first, try first.poll() { sending[peer].removeFirst() }
  }
}
