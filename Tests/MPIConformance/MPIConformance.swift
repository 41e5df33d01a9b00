import Glibc
import MPI

/// Checks the module `MPI` against a real MPI library; run it under `mpirun`.
///
/// Prints a line for each check and ends with a status other than 0 if one fails. With an
/// argument it plays one of the ways in which a job ends; see ``Ending``.
@main struct MPIConformance {
  static func main() throws {
    if let word = CommandLine.arguments.dropFirst().first {
      guard let ending = Ending(rawValue: word) else { return usage() }
      return try ending.play()
    }
    let failures = try withMPI(unfinishedPerPeer: 16) { (world: borrowing Communicator) in
      try checkAll(world)
    }
    exit(failures == 0 ? 0 : 1)
  }

  static func usage() {
    print("usage: MPIConformance [\(Ending.allCases.map(\.rawValue).joined(separator: "|"))]")
    exit(64)
  }

  /// Every process runs every check; rank 0 judges.
  static func checkAll(_ world: borrowing Communicator) throws -> Int {
    var report = Report(world)
    try report.check("everybody knows everybody") { try exchangeProcesses(world) != nil }
    try report.check("all to hub, 0 B to 4 MB") { try allToHub(world) }
    try report.check("hub to all, 0 B to 4 MB") { try hubToAll(world) }
    try report.check("both ways at once") { try bothWays(world) }
    try report.check("a message to oneself") { try toOneself(world) }
    if world.size > 1 {
      try report.check("a frozen receiver blocks nobody") { try frozenReceiver(world) }
      try report.check("a sender frozen in mid-message blocks nobody") {
        try frozenSender(world)
      }
      try report.check("an abandoned peer gets nothing") { try abandonment(world) }
    }
    return report.failures
  }
}

/// Prints a line at once, whatever standard output is.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Prints what was checked, on rank 0.
struct Report {
  private(set) var failures = 0
  private let rank: Int
  private let size: Int

  init(_ world: borrowing Communicator) {
    rank = world.rank
    size = world.size
  }

  mutating func check(_ name: String, _ body: () throws -> Bool) throws {
    let start = ContinuousClock.now
    let isFine = try body()
    if !isFine { failures += 1 }
    guard rank == 0 || !isFine else { return }
    let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
    say("\(isFine ? "ok  " : "FAIL") np=\(size) rank \(rank): \(name), \(Int(milliseconds)) ms")
  }
}
