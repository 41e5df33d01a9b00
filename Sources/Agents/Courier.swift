import Coordination
import MPI
import Processes
import StudyModel

extension MessageTag {
  /// From an agent to the one that it gets staged data from: which piece it wants.
  static let wish = MessageTag(rawValue: 3)
  /// From an agent to one that wants it: a piece of the staged data, or that it is not there yet.
  static let piece = MessageTag(rawValue: 4)
}

/// Carries staged data between agents, piece by piece, between their other messages.
///
/// Who lacks data asks for pieces, at most ``window`` ahead, so that no more than these wait anywhere
/// for anybody, dead or alive. A piece is an index of eight bytes and its content; the piece behind the
/// last one is the checksum of the whole. Without a word for ``patience`` seconds from where its data is
/// to come, an agent asks rank 0 for another.
final class Courier {
  /// Pieces that are asked for at a time, and that may be on their way to a peer.
  static let window = 16
  /// Pieces that are sent in one step, so that other messages come in between.
  private static let piecesPerStep = 8
  /// Seconds without a word from a parent before another is asked for.
  static let patience = 10.0
  /// Seconds between two words that a piece is not there yet, or of how far the data has come.
  private static let wordInterval = 1.0
  /// The index of a piece that is none.
  private static let notYet = Int.max
  /// The index behind which nothing more comes.
  private static let closing = Int.max - 1

  private let mailbox: Mailbox
  private let stage: NodeStage
  private let tell: (StageWord) throws -> Void
  /// The agent that the data comes from; `nil` where it comes from nobody.
  private var parent: Int?
  private var lacking: Int?
  private var hasAsked = false
  /// Pieces from here on were not asked for.
  private var wished = 0
  private var lastHeard = 0.0
  private var lastStep = monotonicSeconds()
  private var lastProgress = 0.0
  private var hasTold = false
  /// What others want, in the order in which they asked.
  private var wishes: [Int: [Int]] = [:]
  private var lastSaid: [Int: Double] = [:]
  private var turn = 0
  /// Who was sent anything.
  private var served: Set<Int> = []
  private var isClosed = false

  /// The courier of a node.
  ///
  /// - Parameters:
  ///   - stage: The node's data.
  ///   - mailbox: The messages of this world.
  ///   - tell: Tells rank 0.
  init(_ stage: NodeStage, _ mailbox: Mailbox, tell: @escaping (StageWord) throws -> Void) {
    self.stage = stage
    self.mailbox = mailbox
    self.tell = tell
  }

  /// Does as rank 0 has decided.
  func heed(_ order: StageOrder) throws {
    stage.take(mark: order.mark)
    switch order.source {
    case .fileSystem:
      parent = nil
      try stage.readFromFileSystem()
    case .agent(let worker):
      parent = worker.rank
      wished = stage.copy.pieces
      lastHeard = monotonicSeconds()
      stage.receive()
    }
  }

  /// Hears a message of another agent's.
  ///
  /// - Throws: `MPIError`, or a decoding error where the agent is not ours.
  func hear(_ message: Message) throws {
    switch message.tag {
    case .wish where !isClosed:
      wishes[message.source, default: []].append(decodeNumber(message.bytes[...]))
    case .piece where message.source == parent:
      lastHeard = monotonicSeconds()
      guard decodeNumber(message.bytes[...]) != Self.closing else { return missParent() }
      try take(decodeNumber(message.bytes[...]), message.bytes.dropFirst(8))
    default: break
    }
  }

  private func take(_ index: Int, _ bytes: ArraySlice<UInt8>) throws {
    guard index == stage.copy.pieces, stage.state == .receiving else { return }
    guard stage.copy.isWhole else { return try stage.take(bytes) }
    let isRight = try stage.finish(checksum: String(decoding: bytes, as: UTF8.self))
    if isRight { parent = nil } else { missParent() }
  }

  /// Does what can be done without waiting.
  ///
  /// - Returns: Whether there was anything.
  func step() throws -> Bool {
    guard !isClosed else { return false }
    try tellOfIt()
    let now = monotonicSeconds()
    // While this process was stopped, nobody could be heard.
    if now - lastStep > Self.wordInterval { lastHeard += now - lastStep }
    lastStep = now
    if let parent, now - lastHeard > Self.patience {
      lacking = parent
      missParent()
    }
    if stage.state == .waiting, !hasAsked {
      hasAsked = true
      let failed = lacking.map { WorkerID($0) }
      lacking = nil
      try tell(.wanting(lacking: failed))
    }
    let hasWished = try wish()
    return try serve() || hasWished
  }

  /// Asks for another parent.
  private func missParent() {
    lacking = lacking ?? parent
    parent = nil
    hasAsked = false
    stage.wait()
  }

  private func tellOfIt() throws {
    guard !hasTold else { return }
    let copy = stage.copy
    switch stage.state {
    case .ready:
      hasTold = true
      try tell(.staged(bytes: copy.layout?.total ?? 0, read: stage.read))
    case .refused(let failure):
      hasTold = true
      parent = nil
      try tell(.refused(failure))
    case .waiting, .reading, .receiving, .placing:
      guard monotonicSeconds() - lastProgress > Self.wordInterval else { return }
      lastProgress = monotonicSeconds()
      try tell(.arrived(copy.arrived, of: copy.layout?.total ?? 0))
    }
  }

  /// Asks for the next pieces; the one behind the last is the checksum.
  private func wish() throws -> Bool {
    guard let parent, stage.state == .receiving else { return false }
    let last = stage.copy.layout?.pieces ?? .max
    var hasWished = false
    while wished <= last, wished - stage.copy.pieces < Self.window {
      guard try send(encodeNumber(wished), to: parent, .wish) else {
        missParent()
        return true
      }
      wished += 1
      hasWished = true
    }
    return hasWished
  }

  /// Sends what others want and is there, by turns.
  private func serve() throws -> Bool {
    guard !wishes.isEmpty else { return false }
    var hasServed = false
    var left = Self.piecesPerStep
    let peers = wishes.keys.sorted()
    turn += 1
    for offset in peers.indices {
      let peer = peers[(turn + offset) % peers.count]
      // Asked for before it was known where the end is.
      if let pieces = stage.copy.layout?.pieces { wishes[peer]?.removeAll { $0 > pieces } }
      while left > 0, let index = wishes[peer]?.first,
        mailbox.unfinishedSends(to: peer) < Self.window, let content = content(index)
      {
        wishes[peer]?.removeFirst()
        left -= 1
        hasServed = true
        lastSaid[peer] = monotonicSeconds()
        if try !send(encodeNumber(index) + content, to: peer, .piece) { wishes[peer] = nil }
      }
      if wishes[peer]?.isEmpty == true { wishes[peer] = nil }
      if wishes[peer] != nil { try sayNotYet(to: peer) }
    }
    return hasServed
  }

  /// Lets a peer know that its data is still to come.
  private func sayNotYet(to peer: Int) throws {
    // Of one that refuses the data, nothing is to come.
    if case .refused = stage.state { return wishes[peer] = nil }
    guard monotonicSeconds() - lastSaid[peer, default: 0] > Self.wordInterval,
      mailbox.unfinishedSends(to: peer) < Self.window
    else { return }
    lastSaid[peer] = monotonicSeconds()
    if try !send(encodeNumber(Self.notYet), to: peer, .piece) { wishes[peer] = nil }
  }

  /// A piece, or the checksum behind the last; `nil` where it is not there yet.
  private func content(_ index: Int) -> [UInt8]? {
    if let pieces = stage.copy.layout?.pieces, index >= pieces {
      return index == pieces ? stage.checksum.map { Array($0.utf8) } : nil
    }
    // A copy that cannot be read any more sends nothing: whoever waits for it asks for another.
    return (try? stage.copy.piece(index)) ?? nil
  }

  /// Sends nothing more, and says so.
  func sayClosing() throws {
    guard !isClosed else { return }
    isClosed = true
    wishes = [:]
    for peer in served.sorted() {
      _ = try send(encodeNumber(Self.closing), to: peer, .piece)
    }
  }

  /// Sends nothing more, and takes in what is on its way: a piece that nobody takes would keep its
  /// sender from its end.
  ///
  /// - Parameter seconds: How long at most.
  /// - Throws: `MPIError`, or a decoding error where an agent is not ours.
  func close(within seconds: Double) throws {
    try sayClosing()
    let deadline = monotonicSeconds() + seconds
    while parent != nil || mailbox.unfinishedSends > 0, monotonicSeconds() < deadline {
      guard let message = try mailbox.poll() else {
        waitForAny([], atMost: 1e-3)
        continue
      }
      try hear(message)
    }
    for peer in served where peer != 0 && mailbox.unfinishedSends(to: peer) > 0 {
      mailbox.abandon(peer)
    }
  }

  /// Sends to a peer that may be gone: then it is given up, unless it is rank 0, which all need.
  private func send(_ bytes: [UInt8], to peer: Int, _ tag: MessageTag) throws -> Bool {
    if tag == .piece { served.insert(peer) }
    do { return try mailbox.send(bytes, to: peer, tag: tag) == .accepted } catch {
      guard peer != 0 else { throw error }
      mailbox.abandon(peer)
      return false
    }
  }
}
