import Glibc
import MPI
import Synchronization

extension MessageTag {
  /// A numbered message with content that can be checked.
  static let numbered = MessageTag(rawValue: 1)
  /// A message that is sent back as it came.
  static let echo = MessageTag(rawValue: 2)
  /// A number.
  static let number = MessageTag(rawValue: 3)
  /// The end of a peer's service.
  static let dismissal = MessageTag(rawValue: 4)
  /// The sender has come to the end of a check, or all have.
  static let end = MessageTag(rawValue: 255)
}

/// A test that met what cannot be.
struct Unexpected: Error {
  let what: String
}

/// The length of message `number`: mostly short, some of 100 kB, a few of 4 MB, some empty.
func length(_ number: Int) -> Int {
  if number % 400 == 399 { return 4 << 20 }
  if number % 40 == 39 { return 100_000 + number }
  return number % 5 == 0 ? 0 : (number &* 7919) % 3000
}

/// Content that depends on who sends it and on its number.
func content(_ source: Int, _ number: Int, length: Int) -> [UInt8] {
  let start = source &* 31 &+ number
  return unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
    for index in 0..<length { unsafe buffer[index] = UInt8(truncatingIfNeeded: start &+ index) }
    count = length
  }
}

/// Sends, taking in what comes meanwhile, until the peer has room.
func sendPatiently(
  _ bytes: [UInt8], to peer: Int, _ tag: MessageTag, _ world: borrowing Communicator,
  meanwhile absorb: (Message) throws -> Void
) throws {
  let end = ContinuousClock.now + .seconds(60)
  while try world.send(bytes, to: peer, tag: tag) != .accepted {
    try pollOnce(world, absorb)
    guard ContinuousClock.now < end else { throw Unexpected(what: "rank \(peer) stays stuck") }
  }
}

/// How many messages came that tell of the end of a check; some come before they are waited for.
private let ends = Mutex(0)

/// Messages of the next check, from peers that heard earlier that this one is over.
private let early = Mutex<ArraySlice<Message>>([])

/// Takes in one message, or yields the processor for a moment.
func pollOnce(_ world: borrowing Communicator, _ absorb: (Message) throws -> Void) throws {
  let stashed = early.withLock { $0.popFirst() }
  guard let message = try stashed ?? world.poll() else { return _ = usleep(50) }
  if message.tag == .end { return ends.withLock { $0 += 1 } }
  try absorb(message)
}

/// Takes in messages until `isDone`, a minute at most.
func poll(
  _ world: borrowing Communicator, until isDone: () -> Bool,
  _ absorb: (Message) throws -> Void, meanwhile act: () throws -> Void = {}
) throws {
  let end = ContinuousClock.now + .seconds(60)
  while !isDone() {
    try pollOnce(world, absorb)
    try act()
    guard ContinuousClock.now < end else { throw Unexpected(what: "nothing comes any more") }
  }
}

/// A number as eight bytes.
func encode(_ number: Int) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}

/// The number in eight bytes.
func decode(_ bytes: [UInt8]) -> Int {
  bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
}

/// Lets nobody go on before all are here: everybody tells rank 0, which tells everybody.
func meet(_ world: borrowing Communicator) throws {
  let isHub = world.rank == 0
  if !isHub { try sendPatiently([], to: 0, .end, world) { _ in } }
  let expected = isHub ? world.size - 1 : 1
  var messages: [Message] = []
  try poll(world, until: { ends.withLock { $0 == expected } }) { messages.append($0) }
  ends.withLock { $0 = 0 }
  early.withLock { $0 += messages }
  guard isHub else { return }
  for peer in 1..<max(1, world.size) { try sendPatiently([], to: peer, .end, world) { _ in } }
}
