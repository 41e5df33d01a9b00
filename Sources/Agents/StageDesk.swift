import CompactJSON
import Coordination
import MPI
import Processes
import StudyModel

/// Rank 0's part in staging: it says who gets the data from whom, and tells how it goes.
final class StageDesk {
  private var tree = StageTree()
  private let mailbox: Mailbox
  private let agent: Agent
  private let report: (String) -> Void
  private var courier: Courier?
  private let begin = monotonicSeconds()
  private var lastReport = monotonicSeconds()
  private var arrived: [WorkerID: Int] = [:]
  private var total = 0
  private var read = 0
  private var out: Set<WorkerID> = []
  private var isDone = false
  /// When data was last passed on or asked for.
  private var lastWork = -Double.infinity

  /// Seconds between two lines of progress.
  private static let interval = 10.0

  /// The desk of a world.
  ///
  /// - Parameters:
  ///   - mailbox: The messages of this world.
  ///   - agent: Rank 0's own.
  ///   - report: Where lines of progress go.
  init(_ mailbox: Mailbox, _ agent: Agent, reportingTo report: @escaping (String) -> Void) {
    self.mailbox = mailbox
    self.agent = agent
    self.report = report
    guard let stage = agent.stage else { return }
    courier = Courier(stage, mailbox) { [unowned self] word in
      try hear(word, from: WorkerID(0))
    }
  }

  /// Agents that are to have the data.
  private var expected: Int { mailbox.size - (courier == nil ? 1 : 0) - out.count }

  /// Hears a message between agents.
  func hear(_ message: Message) throws { try courier?.hear(message) }

  /// Hears how it stands with an agent's data.
  func hear(_ word: StageWord, from worker: WorkerID) throws {
    switch word {
    case .wanting(let lacking):
      out.remove(worker)
      // Of itself rank 0 knows that it lives.
      let lacking = lacking == WorkerID(0) ? nil : lacking
      let order = StageOrder(
        source: tree.source(for: worker, lacking: lacking), mark: agent.stageMark)
      guard worker.rank > 0 else { return try courier?.heed(order) ?? () }
      // One that takes no more messages is lost, which others see to.
      _ = try mailbox.send(
        try CompactJSON.encode(AgentOrder.stage(order)), to: worker.rank, tag: .order)
    case .arrived(let bytes, let total):
      tree.hear(worker)
      arrived[worker] = bytes
      self.total = max(total, self.total)
    case .staged(let bytes, let bytesRead):
      out.remove(worker)
      tree.finish(worker)
      arrived[worker] = bytes
      total = max(total, bytes)
      read += bytesRead
    case .refused(let failure):
      lose(worker)
      if !failure.isOfSource { report("rung: \(failure)") }
    }
    tell()
  }

  /// Does without an agent, until it is heard of.
  func lose(_ worker: WorkerID) {
    tree.lose(worker)
    if !tree.complete.contains(worker) { out.insert(worker) }
    tell()
  }

  /// Has rank 0's own agent send nothing more: the run ends.
  func close() throws { try courier?.sayClosing() }

  /// Does what can be done without waiting.
  func step() throws {
    if try courier?.step() == true { lastWork = monotonicSeconds() }
  }

  /// Seconds since data was last passed on or asked for.
  var idle: Double { monotonicSeconds() - lastWork }

  private func tell() {
    let complete = tree.complete.count
    if complete > 0, complete >= expected, !isDone {
      isDone = true
      let seconds = tenths(monotonicSeconds() - begin)
      report(
        "rung: staged \(mebibytes(total)) MiB on \(complete) \(complete == 1 ? "node" : "nodes") "
          + "in \(seconds) s; \(mebibytes(read)) MiB were read from the file system")
    } else if !isDone, monotonicSeconds() - lastReport > Self.interval {
      lastReport = monotonicSeconds()
      let most = arrived.values.max() ?? 0
      report(
        "rung: staging: \(mebibytes(most)) of \(mebibytes(total)) MiB are read; \(complete) of "
          + "\(expected) nodes have all")
    }
  }

  private func mebibytes(_ bytes: Int) -> String { tenths(Double(bytes) / 1_048_576) }

  private func tenths(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
