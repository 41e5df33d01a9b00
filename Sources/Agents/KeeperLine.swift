import CompactJSON
import Coordination
import Processes

/// An agent's line to its keeper, which is started again where it ends before its time: HDF5 1.10 may
/// crash in a call after a write that failed on a full disk.
///
/// What the former keeper had not answered is asked again, once: a request that was open at two ends
/// gets the answer that it failed. The new keeper is started by posix_spawn(3), which does not copy
/// this process's memory, so that memory registered with a network stays whole.
final class KeeperLine {
  private let start: () throws(SystemError) -> Companion
  private(set) var companion: Companion
  private var open: [(request: KeeperRequest, ends: Int)] = []
  private var restarts = 0

  /// Ends of keepers after which the agent gives up.
  static let mostRestarts = 20

  /// Starts a keeper.
  ///
  /// - Parameter start: Starts one, and later others.
  /// - Throws: `SystemError`.
  init(_ start: @escaping () throws(SystemError) -> Companion) throws(SystemError) {
    self.start = start
    companion = try start()
  }

  /// Whether every request has had its answer.
  var isIdle: Bool { open.isEmpty }

  /// What to wait for.
  var interest: Interest {
    Interest(companion.channel.descriptor, writing: companion.channel.wantsToWrite)
  }

  func flush() { companion.channel.flush() }

  func ask(_ request: KeeperRequest) throws {
    open.append((request, 0))
    try companion.channel.send(request)
  }

  /// The answers that have arrived; those to requests that no keeper could answer among them.
  ///
  /// - Throws: ``AgentError/companionEnded(_:)`` where keepers keep ending, or what starting throws.
  func receive() throws -> [KeeperReply] {
    var replies: [KeeperReply] = []
    for line in companion.channel.receive() {
      do {
        let reply = try CompactJSON.decode(KeeperReply.self, from: line)
        settle(reply)
        replies.append(reply)
      } catch {
        // The last words of a keeper that ended in the middle of them.
        guard companion.channel.isClosed else { throw error }
      }
    }
    if companion.channel.isClosed { replies += try startAgain() }
    return replies
  }

  func end(within seconds: Double) { companion.end(within: seconds) }

  private func startAgain() throws -> [KeeperReply] {
    companion.end(within: 1)
    restarts += 1
    guard restarts <= Self.mostRestarts else { throw AgentError.companionEnded("keeper") }
    companion = try start()
    let old = open
    open = []
    var replies: [KeeperReply] = []
    for (request, ends) in old {
      if ends > 0 {
        replies += request.failure
      } else {
        open.append((request, ends + 1))
        try companion.channel.send(request)
      }
    }
    return replies
  }

  /// Crosses out what an answer answers.
  private func settle(_ reply: KeeperReply) {
    switch reply {
    case .stored(let container):
      for entry in container.entries { remove { $0.keeps(entry.leg, entry.epoch) } }
      if !container.replaced.isEmpty { remove { $0.merges(container.replaced) } }
    case .notStored(let leg, let epoch, _): remove { $0.keeps(leg, epoch) }
    case .notMerged(let names, _): remove { $0.merges(names) }
    case .discarded(let names): remove { $0 == .discard(names) }
    case .loaded(let leg), .notLoaded(let leg, _, _):
      remove { if case .load(leg, _, _) = $0 { true } else { false } }
    case .taken(let leg, let epoch):
      // The trial trains on in the folder: from now on the copy counts.
      for place in open.indices {
        if case .take(leg, let part, epoch, _, _, let copy) = open[place].request {
          open[place].request = .save(leg, part: part, epoch: epoch, folder: copy)
        }
      }
    }
  }

  private func remove(_ isAnswered: (KeeperRequest) -> Bool) {
    if let place = open.firstIndex(where: { isAnswered($0.request) }) { open.remove(at: place) }
  }
}

extension KeeperRequest {
  fileprivate func keeps(_ leg: LegID, _ epoch: Int) -> Bool {
    switch self {
    case .save(leg, _, epoch, _), .take(leg, _, epoch, _, _, _): true
    default: false
    }
  }

  fileprivate func merges(_ names: [String]) -> Bool {
    if case .merge(names, _) = self { true } else { false }
  }

  /// The answers that it failed.
  fileprivate var failure: [KeeperReply] {
    let reason = "the process that carries checkpoints ended twice while it was at it"
    return switch self {
    case .save(let leg, _, let epoch, let folder):
      [.notStored(leg, epoch: epoch, reason: "\(reason); '\(folder)'")]
    case .take(let leg, _, let epoch, _, _, _):
      [.notStored(leg, epoch: epoch, reason: reason), .taken(leg, epoch: epoch)]
    case .load(let leg, _, _): [.notLoaded(leg, reason: reason, isDamaged: true)]
    case .merge(let names, _): [.notMerged(names, reason: reason)]
    case .discard: []
    }
  }
}
