import Coordination
import Processes
import StudyModel

/// A process that trains: one trial's, one of its ranks, or, when warm, one trial's after another.
final class TrialProcess {
  /// Its name with the spawner, unique in this agent's life.
  let name: String
  /// Its rank among the processes of its trial; 0 where there is one.
  let rank: Int
  /// Whether its rank is the lowest of those that its trial has on this node: on the first node, 0.
  let isFirst: Bool
  /// What it prints: a named pipe, open for reading and writing so that it never seems to end.
  let output: LineChannel
  /// Where the pipe is until the process has opened it.
  let outputPath: String
  /// Its connection to the agent's socket, once it has said who it is.
  var connection: LineChannel?
  var isWarm = false
  /// Whether it waits for the next trial.
  var isWaiting = false
  /// Whether it is up.
  var hasStarted = false
  /// Its process id; `nil` before it is up, and where it is the srun of a job step.
  var processID: Int?
  /// The most memory that it and its children have had on each GPU, in MiB, by the GPU's place and their ids.
  var deviceMemory: [Int: [Int: Int]] = [:]
  /// When its memory was last looked at.
  var lookedAt = -Double.infinity
  /// The last epoch that it reported, 0 before.
  var epoch = 0
  /// When it is sent the next signal because it did not end when it should have.
  var patience: Patience?
  var log: OutputLog
  /// How often the kernel had ended a process for want of memory when this one started.
  let killsBefore = memoryKills()
  private var droppedLines = 0

  /// What happens to a process that should end and does not.
  struct Patience {
    var deadline: Double
    var isTerminated: Bool
  }

  init(name: String, rank: Int, isFirst: Bool, output: LineChannel, outputPath: String) {
    self.name = name
    self.rank = rank
    self.isFirst = isFirst
    self.output = output
    self.outputPath = outputPath
    log = OutputLog()
  }

  /// Lines that were too long and dropped since the last call.
  func takeDroppedLines() -> Int {
    let all = output.droppedLines + (connection?.droppedLines ?? 0)
    defer { droppedLines = all }
    return max(0, all - droppedLines)
  }
}

/// What is kept of a process's output: the beginning and the end of each leg.
struct OutputLog {
  /// Bytes of the beginning that are kept of each leg.
  static let headBytes = 256 << 10
  /// Lines of the end that are kept of each leg.
  static let tailLines = 50

  private var written = 0
  private var tail: [[UInt8]] = []
  private var omitted = 0
  /// The last lines that are not empty, each cut to 200 characters.
  private(set) var lastLines: [String] = []
  /// How many of them are kept: a message and what its program says in its wake.
  static let lastCount = 10

  /// Takes a line.
  ///
  /// - Returns: Whether it belongs into the log now; otherwise it is kept for ``finish()``.
  mutating func take(_ line: ArraySlice<UInt8>) -> Bool {
    if line.contains(where: { $0 > 32 }) {
      if lastLines.count == Self.lastCount { lastLines.removeFirst() }
      lastLines.append(String(String(decoding: line.prefix(800), as: UTF8.self).prefix(200)))
    }
    if written < Self.headBytes {
      written += line.count + 1
      return true
    }
    tail.append(Array(line.prefix(4096)))
    if tail.count > Self.tailLines {
      tail.removeFirst()
      omitted += 1
    }
    return false
  }

  /// The end of a leg: lines still to be logged, after a note of what was left out.
  mutating func finish() -> [[UInt8]] {
    var lines = tail
    if omitted > 0 { lines.insert(Array("(\(omitted) lines left out)".utf8), at: 0) }
    self = OutputLog()
    return lines
  }
}

/// A leg on its way through its slot.
struct ActiveLeg {
  /// What was ordered; its `until` moves on as decisions come.
  var leg: Leg
  /// Its scratch folder.
  var directory: String
  /// Where its processes meet, where they are on several agents.
  var rendezvous: Rendezvous?
  var hasBegun = false
  /// Whether it is to wait at its next report.
  var isHeld = false
  /// The last epoch reported, 0 before.
  var epoch = 0
  /// When it last reported, or started.
  var lastSign: Double
  /// The epoch whose decision the trial waits for.
  var awaited: Int?
  /// An answer that waits until the checkpoint has been copied.
  var heldAnswer: TrialAnswer?
  var verdict: Verdict?
  /// How it ended, where that was not by itself.
  var outcome: LegEnd.Outcome?
  /// A report of rank 0 that is told of once the others have come as far: until then their parts of the
  /// checkpoint may not be down.
  var pending: Report?
  /// What was decided about an epoch that not all processes here have reached, where the trial's first
  /// process is on another agent.
  var early: (epoch: Int, verdict: Verdict)?
  /// The largest memory of its processes here so far, in MiB.
  var peakMemoryMiB: Int?
  /// The largest memory of its processes on one GPU so far, in MiB; `nil` where nobody looks.
  var peakDeviceMemoryMiB: Int?
  /// Which memory the first of its processes that failed found none of.
  var lacked: LackedMemory?
  /// Whether one of its processes has failed.
  var hasFailed = false
  /// The end of the first of its processes that failed, or else of rank 0.
  var end: (outcome: LegEnd.Outcome, lastLine: String?)?

  /// Its place among the trial's agents, where there are several.
  func part(on worker: WorkerID) -> Container.Part? {
    let workers = leg.workers
    guard leg.isInParts, let place = workers.firstIndex(of: worker) else { return nil }
    return Container.Part(place, of: workers.count)
  }

  /// The folder where the trial leaves its checkpoint.
  var checkpointFolder: String { directory + "/checkpoint" }
}
