import CMPI

/// All processes of the job, which can send messages to each other.
///
/// Neither copyable nor sendable: it is lent by
/// ``withMPI(unfinishedPerPeer:patience:callPatience:reportingTo:exitStatus:_:)``, so it can
/// neither outlive MPI nor reach a second thread (`MPI_THREAD_FUNNELED`).
///
/// Nothing here waits. A peer that is frozen, dead or cut off costs the memory of the messages
/// that were meant for it, and nothing else.
public struct Communicator: ~Copyable {
  /// This process's number, from 0.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// The name of the machine, as MPI calls it.
  public let processorName: String
  /// The messages, for who must keep them beyond one call.
  public let mailbox: Mailbox

  init(unfinishedPerPeer limit: Int) throws(MPIError) {
    var (rank, size): (CInt, CInt) = (0, 0)
    try mpicall("MPI_Comm_rank") { unsafe cmpi_rank(&rank) }
    try mpicall("MPI_Comm_size") { unsafe cmpi_size(&size) }
    let name = unsafe text(capacity: cmpi_name_length) { start, length in
      unsafe MPI_Get_processor_name(start, length)
    }
    self.rank = Int(rank)
    self.size = Int(size)
    processorName = name ?? "an unnamed machine"
    mailbox = Mailbox(rank: Int(rank), size: Int(size), limit: limit)
  }

  /// Returns the next message from any process, or nil if none is wholly there.
  ///
  /// Never waits. Messages of one sender come in the order in which it sent them; a long one of
  /// a frozen sender holds up only that sender's. Also finishes what is being sent, so call it
  /// often.
  ///
  /// - Returns: A message, or nil.
  /// - Throws: `MPIError`.
  ///
  /// Source: MPI 3.1, sections 3.8.2 and 3.8.3, MPI_Improbe and MPI_Imrecv.
  public func poll() throws(MPIError) -> Message? {
    try mailbox.poll()
  }

  /// Hands a copy of some bytes to MPI, and never waits.
  ///
  /// `accepted` does not mean that they arrived: MPI and the system hold some megabytes of short
  /// messages even for a frozen peer. That a peer lives only its own messages tell.
  ///
  /// - Parameters:
  ///   - bytes: The content, of less than 2 GiB; may be empty.
  ///   - peer: The receiver's rank; may be this process.
  ///   - tag: What kind of message it is.
  /// - Returns: Whether MPI took it; see ``SendOutcome``.
  /// - Throws: `MPIError`, for example when MPI knows that the peer is gone.
  ///
  /// Source: MPI 3.1, section 3.7.2, MPI_Isend.
  public func send(
    _ bytes: [UInt8], to peer: Int, tag: MessageTag
  ) throws(MPIError) -> SendOutcome {
    try mailbox.send(bytes, to: peer, tag: tag)
  }

  /// Counts the messages to a peer that MPI still holds, as of the last poll or send to it.
  ///
  /// - Parameter peer: The receiver's rank.
  /// - Returns: 0 or more; 0 for a peer that was abandoned.
  public func unfinishedSends(to peer: Int) -> Int {
    mailbox.unfinishedSends(to: peer)
  }

  /// The number of messages that MPI still holds for all peers but those abandoned.
  public var unfinishedSends: Int { mailbox.unfinishedSends }

  /// The ranks of the peers that were abandoned, in order.
  public var abandonedPeers: [Int] { mailbox.abandonedPeers }

  /// Gives up on a peer: nothing is sent to it any more.
  ///
  /// Its own messages still come in. What MPI holds for it stays in memory until the process
  /// ends. Under `mpirun` of Open MPI 4.1, `MPI_Finalize` waits for a peer that is frozen; under
  /// `srun` of Slurm 22.05 it does not, but the step goes on until `srun --wait` ends the peer.
  ///
  /// - Parameter peer: Its rank.
  public func abandon(_ peer: Int) {
    mailbox.abandon(peer)
  }

  /// Ends all processes of the job at once, frozen ones too.
  ///
  /// - Parameter code: What `mpirun` shall return, 0 to 255; `srun` returns 137 when it had to kill
  ///   a process, whatever the code.
  ///
  /// Source: MPI 3.1, section 8.7, MPI_Abort.
  public func abort(code: Int) -> Never { endAll(code: code) }
}
