import Diagnosis
import FoundationEssentials
import MPI
import Processes

extension MessageTag {
  /// Comes back with the clock's time.
  fileprivate static let clock = MessageTag(rawValue: 1)
  /// Comes back as it is.
  fileprivate static let echo = MessageTag(rawValue: 2)
  /// Names a file to look for; comes back when that is done.
  fileprivate static let file = MessageTag(rawValue: 3)
  /// Ends it.
  fileprivate static let done = MessageTag(rawValue: 4)
}

/// Measures the ways between rank 0 and all others, one after the other, over Rung's own messages.
struct WorldProbe {
  /// A process that has said nothing for so long does not answer, in seconds.
  private static let patience = 30.0
  /// A file that is not there after so long does not come, in seconds.
  private static let filePatience = 20.0

  private let mailbox: Mailbox
  private let folder: String

  /// A probe of all processes.
  init(_ mailbox: Mailbox, folder: String) {
    self.mailbox = mailbox
    self.folder = folder
  }

  /// Rank 0's part.
  ///
  /// - Parameter file: The name of its HDF5 file, which the others look for.
  /// - Returns: How they answered, ascending by rank.
  /// - Throws: `MPIError`.
  func lead(file: String) throws -> [PeerRecord] {
    var records: [PeerRecord] = []
    for peer in 1..<max(1, mailbox.size) {
      var record = PeerRecord(rank: peer)
      do { try measure(peer, file, into: &record) } catch let failure as Failure {
        record.failure = failure.message
        mailbox.abandon(peer)
      }
      records.append(record)
    }
    return records
  }

  private func measure(_ peer: Int, _ file: String, into record: inout PeerRecord) throws {
    var best = Double.infinity
    for _ in 0..<20 {
      let (sent, begin) = (wallSeconds(), monotonicSeconds())
      let reply = try exchange([], .clock, with: peer)
      let roundTrip = monotonicSeconds() - begin
      guard roundTrip < best else { continue }
      best = roundTrip
      // The other clock is read half a round trip after the question, if both ways are alike.
      record.skew = number(reply) - (sent + roundTrip / 2)
      record.skewError = roundTrip / 2
    }
    let short = [UInt8](repeating: 7, count: 8)
    record.latency = try median(of: 200) { try exchange(short, .echo, with: peer) } / 2
    let long = [UInt8](repeating: 7, count: 4 << 20)
    let seconds = try median(of: 10) { try exchange(long, .echo, with: peer) }
    record.bandwidth = Double(2 * long.count) / seconds
    try exchange(Array(file.utf8), .file, with: peer)
    _ = try mailbox.send([], to: peer, tag: .done)
  }

  /// The median of the times that something takes, in seconds.
  private func median(of count: Int, _ work: () throws -> Void) throws -> Double {
    var times: [Double] = []
    for _ in 0..<count {
      let begin = monotonicSeconds()
      try work()
      times.append(monotonicSeconds() - begin)
    }
    return times.sorted()[count / 2]
  }

  /// Sends a message and waits for what comes back.
  @discardableResult
  private func exchange(_ bytes: [UInt8], _ tag: MessageTag, with peer: Int) throws -> [UInt8] {
    guard try mailbox.send(bytes, to: peer, tag: tag) == .accepted else {
      throw Failure(.ourMistake, "messages to it are stuck")
    }
    let deadline = monotonicSeconds() + Self.patience
    while true {
      if let message = try mailbox.poll(), message.source == peer, message.tag == tag {
        return message.bytes
      }
      guard monotonicSeconds() < deadline else {
        throw Failure(.ourMistake, "no answer within \(Int(Self.patience)) s")
      }
    }
  }

  /// The part of every other rank: answers until rank 0 is done, or silent for long.
  ///
  /// - Returns: How rank 0's file was seen; `nil` where it never asked.
  /// - Throws: `MPIError`.
  func follow() throws -> SeenFile? {
    var seen: SeenFile?
    var last = monotonicSeconds()
    // Rank 0 may be busy with each of the others, and with their files.
    let patience = Double(mailbox.size) * (Self.patience + Self.filePatience)
    while monotonicSeconds() - last < patience {
      guard let message = try mailbox.poll() else {
        // Awake while messages flow, so that it is the network that is measured.
        let idle = monotonicSeconds() - last
        if idle > 0.01 { waitForAny([], atMost: 1e-3) }
        continue
      }
      last = monotonicSeconds()
      switch message.tag {
      case .clock: _ = try mailbox.send(bytes(wallSeconds()), to: 0, tag: .clock)
      case .echo: _ = try mailbox.send(message.bytes, to: 0, tag: .echo)
      case .file:
        seen = look(for: String(decoding: message.bytes, as: UTF8.self))
        _ = try mailbox.send([], to: 0, tag: .file)
      default: return seen
      }
    }
    return seen
  }

  private func look(for name: String) -> SeenFile {
    let path = "\(folder)/\(name)"
    let begin = monotonicSeconds()
    while !exists(path) {
      guard monotonicSeconds() - begin < Self.filePatience else {
        return SeenFile(failure: "rank 0's file is not there after \(Int(Self.filePatience)) s")
      }
      waitForAny([], atMost: 0.001)
    }
    let delay = monotonicSeconds() - begin
    do { try compare(file: path) } catch { return SeenFile(delay: delay, failure: "\(error)") }
    return SeenFile(delay: delay)
  }

  private func bytes(_ number: Double) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
  }

  private func number(_ bytes: [UInt8]) -> Double {
    Double(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
  }
}
