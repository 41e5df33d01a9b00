import Glibc
import MPI

/// The longest that a call may take on a machine with fewer cores than processes.
private let soon = Duration.seconds(2)

/// Runs `body` and says whether it was over soon.
private func isSoon(_ longest: inout Duration, _ body: () throws -> Void) rethrows {
  let start = ContinuousClock.now
  try body()
  longest = max(longest, ContinuousClock.now - start)
}

/// Sends to a stopped process until it is stuck, works with the others, and wakes it again.
func frozenReceiver(_ world: borrowing Communicator) throws -> Bool {
  let processes = try exchangeProcesses(world) ?? []
  let frozen = world.size - 1
  guard world.rank == 0 else { return try serve(world) }

  kill(pid_t(processes[frozen]), SIGSTOP)
  try awaitStop(processes[frozen])
  var (accepted, longest) = (0, Duration.zero)
  var outcome = SendOutcome.accepted
  while outcome == .accepted, accepted < 1000 {
    try isSoon(&longest) {
      outcome = try world.send(
        content(0, accepted, length: 1 << 20), to: frozen, tag: .numbered)
      if let message = try world.poll() { throw Unexpected(what: "\(message.source) spoke") }
    }
    if outcome == .accepted { accepted += 1 }
  }
  let isStuck = outcome == .overflowed && world.unfinishedSends(to: frozen) == 16
  let others = try echo(world, with: Array(1..<max(1, frozen)), &longest)

  kill(pid_t(processes[frozen]), SIGCONT)
  var echoed = 0
  try poll(world, until: { echoed == accepted }) { message in
    guard message.bytes == content(0, echoed, length: 1 << 20) else {
      throw Unexpected(what: "another message")
    }
    echoed += 1
  }
  try dismiss(world)
  say("     \(accepted) messages of 1 MiB taken, longest call \(longest)")
  return isStuck && others && longest < soon && world.unfinishedSends(to: frozen) <= 1
}

/// A peer stops itself with a long message on its way.
func frozenSender(_ world: borrowing Communicator) throws -> Bool {
  let processes = try exchangeProcesses(world) ?? []
  let frozen = world.size - 1
  if world.rank == frozen {
    _ = try world.send(content(frozen, 0, length: 16 << 20), to: 0, tag: .numbered)
    _ = try world.send(encode(1), to: 0, tag: .number)
    raise(SIGSTOP)
    return try serve(world)
  }
  guard world.rank == 0 else { return try serve(world) }

  try awaitStop(processes[frozen])
  var (longest, early, late) = (Duration.zero, 0, [Message]())
  for _ in 0..<1000 {
    try isSoon(&longest) { if let message = try world.poll() { late.append(message) } }
    usleep(100)
  }
  early = late.count
  let others = try echo(world, with: Array(1..<max(1, frozen)), &longest)
  kill(pid_t(processes[frozen]), SIGCONT)
  try poll(world, until: { late.count == 2 }) { late.append($0) }
  let isWhole = late[0].bytes == content(frozen, 0, length: 16 << 20)
  let isOrdered = late.map(\.tag) == [.numbered, .number]
  try dismiss(world)
  say("     \(early) of 2 messages came from the frozen one, longest call \(longest)")
  return isWhole && isOrdered && others && longest < soon
}

func abandonment(_ world: borrowing Communicator) throws -> Bool {
  guard world.rank == 0 else { return try serve(world) }
  // Abandonment is for good, so this check only pretends, on a communicator's last peer, at last.
  try dismiss(world)
  world.abandon(world.size - 1)
  let outcome = try world.send([1], to: world.size - 1, tag: .number)
  return outcome == .abandoned && world.abandonedPeers == [world.size - 1]
    && world.unfinishedSends(to: world.size - 1) == 0
}

/// Waits until the system says that a process is stopped.
private func awaitStop(_ process: Int) throws {
  for _ in 0..<10_000 {
    guard let file = unsafe fopen("/proc/\(process)/stat", "r") else { break }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    let fields = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: ")")
    if fields.last?.hasPrefix(" T") == true { return }
    usleep(1000)
  }
  throw Unexpected(what: "process \(process) does not stop")
}

/// Sends back all that comes, until rank 0 says that the check is over.
private func serve(_ world: borrowing Communicator) throws -> Bool {
  var (isOver, waiting) = (false, [Message]())
  try poll(world, until: { isOver && waiting.isEmpty }) { message in
    if message.tag == .dismissal { isOver = true } else { waiting.append(message) }
  } meanwhile: {
    while let next = waiting.first,
      try world.send(next.bytes, to: 0, tag: .echo) == .accepted
    {
      waiting.removeFirst()
    }
  }
  return true
}

private func dismiss(_ world: borrowing Communicator) throws {
  for peer in 1..<world.size {
    try sendPatiently([], to: peer, .dismissal, world) { _ in }
  }
}

/// Exchanges messages with peers that work, while another does not.
private func echo(
  _ world: borrowing Communicator, with peers: [Int], _ longest: inout Duration
) throws -> Bool {
  var expected = 0
  for number in 0..<100 {
    for peer in peers {
      try sendPatiently(content(peer, number, length: 5000), to: peer, .echo, world) { _ in
        expected -= 1
      }
      expected += 1
    }
  }
  try poll(world, until: { expected == 0 }) { _ in expected -= 1 }
  return true
}
