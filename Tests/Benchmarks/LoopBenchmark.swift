import Agents
import CompactJSON
import Coordination
import Glibc
import MPI
import Processes
import StudyModel
import StudyStore

/// The coordinator's real loop with its journal, and agents whose trials train nothing.
enum LoopBenchmark {
  /// What is printed of a run.
  struct Figures: Encodable {
    var bench = "loop"
    var agents: Int
    var slots: Int
    var reports: Int
    var evaluations: Int
    var seconds: Double
    var reports_per_s: Double
    var evaluations_per_s: Double
    /// Entries that were written with one fdatasync, on average.
    var entries_per_sync: Double
    var entries_per_s: Double
    /// From the moment at which a report is due to the order that answers it.
    var decision: Timings.Summary?
    var rss_peak_mib: Double
  }

  struct Wish {
    var folder: String
    var program: String
    var agents: Int
    var slots: Int
    var trials: Int
    var epochs: Int
    var pause: Double
  }

  /// What happened from the first report to the last.
  private struct Course {
    var began = 0.0
    var ended = 0.0
    var reports = 0
    var rounds = 0

    mutating func note(_ coordinator: Coordinator) {
      guard coordinator.reports.count > reports else { return }
      reports = coordinator.reports.count
      ended = monotonicSeconds()
      if began == 0 { began = ended }
    }
  }

  /// Agents in this process.
  static func run(_ wish: Wish) throws -> Figures {
    let agents = EmulatedAgents(
      (1...wish.agents).map { WorkerID($0) }, slots: wish.slots, pause: wish.pause)
    var figures = try coordinate(wish, EmulatedPort(agents: agents))
    figures.decision = agents.decisions.summary
    return figures
  }

  /// Agents in the other ranks of an MPI job, one in each.
  ///
  /// - Returns: On rank 0 the figures of the loop; on rank 1 those of its decisions.
  static func runOverMPI(_ wish: Wish) throws -> (Figures?, Timings.Summary?) {
    try withMPI(unfinishedPerPeer: 1024, patience: .seconds(10), exitStatus: { _ in 1 }) {
      (world: borrowing Communicator) in
      guard world.rank > 0 else {
        var wish = wish
        wish.agents = world.size - 1
        return (try coordinate(wish, WorldPort(world.mailbox)), nil)
      }
      let agents = EmulatedAgents([WorkerID(world.rank)], slots: wish.slots, pause: wish.pause)
      try serve(agents, world.mailbox)
      return (nil, world.rank == 1 ? agents.decisions.summary : nil)
    }
  }

  private static func serve(_ agents: EmulatedAgents, _ mailbox: Mailbox) throws {
    var lastTurn = monotonicSeconds()
    // As agents do it.
    var unsent: [(WorkerID, AgentMessage)] = []
    while !agents.areDone || !unsent.isEmpty || mailbox.unfinishedSends > 0 {
      var hasWorked = false
      while let message = try mailbox.poll() {
        agents.hear(try CompactJSON.decode(AgentOrder.self, from: message.bytes), agents.workers[0])
        hasWorked = true
      }
      unsent += agents.takeMessages()
      let room = max(0, 64 - mailbox.unfinishedSends(to: 0))
      for (_, message) in unsent.prefix(room) {
        _ = try mailbox.send(try CompactJSON.encode(message), to: 0, tag: MessageTag(rawValue: 2))
        hasWorked = true
      }
      unsent.removeFirst(min(room, unsent.count))
      let now = monotonicSeconds()
      if hasWorked { lastTurn = now }
      waitForAny([], atMost: hasWorked ? 0 : WorldPort(mailbox).pause(afterIdle: now - lastTurn))
    }
  }

  private static func coordinate(
    _ wish: Wish, _ port: consuming some AgentsPort & ~Copyable
  ) throws -> Figures {
    var study = Workload.study(Algorithm(.asha), trials: wish.trials)
    study.algorithm.schedule.halving = .stopping
    study.fidelity = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(wish.epochs))
    let directory = try StudyDirectory(
      creating: wish.folder, studyFile: Array("name: loop\n".utf8), origin: Array("{}".utf8))
    var record = try Store.read(directory, study: study)
    let store = try Store(beginning: directory, after: &record)
    var settings = AgentSettings(
      worker: WorkerID(0), study: study, studyFolder: wish.folder, directory: directory.path,
      slots: 0,
      devices: [], deviceVariable: nil, host: "here", client: [])
    settings.program = wish.program
    let agent = try Agent(settings)
    var course = Course()
    var loop = try CoordinatorLoop(
      coordinator: record.coordinator, store: store, agent: agent, port: port,
      signals: try SignalPort([SIGUSR1]),
      progress: {
        course.rounds += 1
        course.note($0)
      })
    _ = try loop.run(
      Run(
        number: 1, host: "here", process: Int(getpid()), processStart: 1, job: nil, wallTime: 0,
        version: "benchmark"))
    let entries = try readFile(directory.journal + "/0001.jsonl").count { $0 == 10 } - 1
    let seconds = course.ended - course.began
    return Figures(
      agents: wish.agents, slots: wish.slots, reports: course.reports, evaluations: wish.trials,
      seconds: seconds, reports_per_s: Double(course.reports) / seconds,
      evaluations_per_s: Double(wish.trials) / seconds,
      entries_per_sync: Double(entries) / Double(course.rounds),
      entries_per_s: Double(entries) / seconds,
      rss_peak_mib: peakMemory())
  }
}
