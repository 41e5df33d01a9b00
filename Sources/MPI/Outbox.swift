/// The sends that are not finished, by peer.
struct Outbox {
  /// How many sends to one peer may be unfinished.
  let limit: Int
  private var unfinished: [[Transfer]]
  private var isAbandoned: [Bool]
  /// How many sends to peers that were not abandoned are unfinished.
  private(set) var total = 0

  init(peers: Int, limit: Int) {
    self.limit = limit
    unfinished = Array(repeating: [], count: peers)
    isAbandoned = Array(repeating: false, count: peers)
  }

  var abandoned: [Int] { isAbandoned.indices.filter { isAbandoned[$0] } }

  func count(for peer: Int) -> Int { unfinished[peer].count }

  mutating func send(
    _ bytes: [UInt8], to peer: Int, tag: CInt
  ) throws(MPIError) -> SendOutcome {
    guard !isAbandoned[peer] else { return .abandoned }
    try reap(peer)
    guard unfinished[peer].count < limit else { return .overflowed }
    let transfer = try Transfer(sending: bytes, to: peer, tag: tag)
    guard try !transfer.test() else { return .accepted }
    unfinished[peer].append(transfer)
    total += 1
    return .accepted
  }

  /// Gives up on a peer: nothing more is sent to it, or asked about what was.
  mutating func abandon(_ peer: Int) {
    isAbandoned[peer] = true
    total -= unfinished[peer].count
    unfinished[peer] = []
  }

  /// Lets go of all sends that are finished; also what makes MPI advance the others.
  mutating func reap() throws(MPIError) {
    guard total > 0 else { return }
    for peer in unfinished.indices { try reap(peer) }
  }

  private mutating func reap(_ peer: Int) throws(MPIError) {
    guard !unfinished[peer].isEmpty else { return }
    var left: [Transfer] = []
    for transfer in unfinished[peer] where try !transfer.test() { left.append(transfer) }
    total -= unfinished[peer].count - left.count
    unfinished[peer] = left
  }
}
