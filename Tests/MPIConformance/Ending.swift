import Glibc
import MPI

/// The ways in which a job ends, each played by a run of its own.
enum Ending: String, CaseIterable {
  /// The last rank throws while the others wait for messages for ever.
  case throwing
  /// The last rank is frozen, and rank 0 returns: `MPI_Finalize` would wait for good.
  case frozen
  /// The last rank is frozen, and rank 0, its work done, aborts with 0.
  case aborting
  /// Rank 0 returns with sends under way to peers that take them late.
  case sending

  /// What the last rank throws.
  struct Mishap: Error, CustomStringConvertible {
    var description: String { "a mishap that was asked for" }
  }

  func play() throws {
    try withMPI(patience: .seconds(3), exitStatus: { _ in 9 }) {
      (world: borrowing Communicator) -> Void in
      let isLast = world.rank == world.size - 1
      switch self {
      case .throwing:
        if isLast { throw Mishap() }
        while true { try pollOnce(world) { _ in } }
      case .frozen, .aborting:
        if isLast { raise(SIGSTOP) }
        guard world.rank == 0 else { return }
        _ = usleep(300_000)
        say("the work is done")
        if self == .aborting {
          world.abandon(world.size - 1)
          world.abort(code: 0)
        }
      case .sending:
        try sendLate(world)
      }
    }
  }

  private func sendLate(_ world: borrowing Communicator) throws {
    if world.rank == 0 {
      say("the work is done")
      for peer in 1..<max(1, world.size) {
        for _ in 0..<10 { _ = try world.send(content(0, 1, length: 1 << 20), to: peer, tag: .echo) }
      }
      return
    }
    usleep(500_000)
    var received = 0
    try poll(world, until: { received == 10 }) { message in
      guard message.bytes == content(0, 1, length: 1 << 20) else { throw Mishap() }
      received += 1
    }
  }
}
