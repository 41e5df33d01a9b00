import Glibc
import MPI

/// Tells rank 0 all process identifiers; the others get an empty list.
func exchangeProcesses(_ world: borrowing Communicator) throws -> [Int]? {
  guard world.rank < world.size, !world.processorName.isEmpty else { return nil }
  defer { fflush(nil) }
  guard world.rank == 0 else {
    try sendPatiently(encode(Int(getpid())), to: 0, .number, world) { _ in }
    try meet(world)
    return []
  }
  var processes = [Int](repeating: 0, count: world.size)
  processes[0] = Int(getpid())
  try poll(world, until: { !processes.contains(0) }) { message in
    processes[message.source] = decode(message.bytes)
  }
  try meet(world)
  return processes
}

/// Checks the numbered messages that come from each source: content, length and order.
struct Ledger {
  private(set) var received: [Int]
  private(set) var isFine = true

  init(_ world: borrowing Communicator) { received = Array(repeating: 0, count: world.size) }

  mutating func absorb(_ message: Message) {
    let number = received[message.source]
    received[message.source] += 1
    let expected = content(message.source, number, length: length(number))
    if message.bytes != expected || message.tag != .numbered { isFine = false }
  }

  var total: Int { received.reduce(0, +) }
}

private let messages = 2000

func allToHub(_ world: borrowing Communicator) throws -> Bool {
  var ledger = Ledger(world)
  if world.rank == 0 {
    let expected = (world.size - 1) * messages
    try poll(world, until: { ledger.total == expected }) { ledger.absorb($0) }
  } else {
    for number in 0..<messages {
      let bytes = content(world.rank, number, length: length(number))
      try sendPatiently(bytes, to: 0, .numbered, world) { _ in }
    }
  }
  try meet(world)
  return ledger.isFine && world.unfinishedSends <= 1
}

func hubToAll(_ world: borrowing Communicator) throws -> Bool {
  var ledger = Ledger(world)
  if world.rank == 0 {
    for number in 0..<messages {
      let bytes = content(0, number, length: length(number))
      for peer in 1..<max(1, world.size) {
        try sendPatiently(bytes, to: peer, .numbered, world) { _ in }
      }
    }
  } else {
    try poll(world, until: { ledger.total == messages }) { ledger.absorb($0) }
  }
  try meet(world)
  return ledger.isFine
}

/// Everybody sends to everybody and takes in meanwhile.
func bothWays(_ world: borrowing Communicator) throws -> Bool {
  var ledger = Ledger(world)
  let expected = 500 * world.size
  for number in 0..<500 {
    let bytes = content(world.rank, number, length: length(number))
    for peer in 0..<world.size {
      try sendPatiently(bytes, to: peer, .numbered, world) { ledger.absorb($0) }
    }
  }
  try poll(world, until: { ledger.total == expected }) { ledger.absorb($0) }
  // Rank 0 gathers: nobody may send the next check's messages before all have finished this one.
  try meet(world)
  return ledger.isFine
}

func toOneself(_ world: borrowing Communicator) throws -> Bool {
  var received: [Message] = []
  for number in 0..<100 {
    try sendPatiently(encode(number), to: world.rank, .number, world) { received.append($0) }
  }
  try poll(world, until: { received.count == 100 }) { received.append($0) }
  try meet(world)
  return received.map { decode($0.bytes) } == Array(0..<100)
}
