public import Coordination
import HeapModule
public import StudyModel

/// A study on a virtual machine, in virtual time: the coordinator that real agents would serve,
/// trials that an objective answers for, and a machine that takes its time.
///
/// Discrete events; those of one moment happen in the order in which they were caused, so that two
/// simulations of one study are equal byte for byte. What it leaves out of a real run: containers
/// of checkpoints, which decide nothing (a trial that goes on finds the checkpoint it left), and
/// the delay of messages. Source: the idea of a simulator around production decision code is that
/// of Syne Tune's simulator back end (Salinas et al., AutoML 2022); unlike there, the time that
/// Rung itself takes never enters.
public struct Simulator: Sendable {
  /// The machine and the job.
  public struct Settings: Hashable, Sendable {
    /// The slots of each agent; one agent a node.
    public var slots: [Int]
    /// Classes of trials that have agents for themselves.
    public var classes: [TrialClass] = []
    /// How the machine takes its time.
    public var machine: MachineModel
    /// The time limit of a job, after which the study goes on in a next one; `nil` for none.
    public var walltime: Double?
    /// Of what happens by chance: failures of nodes.
    public var seed: UInt64

    /// A machine with these slots.
    public init(
      slots: [Int], machine: MachineModel = MachineModel(), walltime: Double? = nil,
      seed: UInt64 = 0
    ) {
      self.slots = slots
      self.machine = machine
      self.walltime = walltime
      self.seed = seed
    }
  }

  /// The study as it stands.
  public internal(set) var coordinator: Coordinator
  /// Jobs that have begun.
  public internal(set) var jobs = 0
  /// Events absorbed by the coordinator.
  public internal(set) var events = 0
  /// Seconds that jobs waited in the queue.
  public internal(set) var waited = 0.0
  /// Results of earlier studies, which the searcher is told at the beginning.
  public var prior: [KnownResult] = []
  /// Called with each event, its time, the commands it caused, and the state behind it.
  public var observe: (@Sendable (Event, StudyTime, [Command], Coordinator) -> Void)?

  let objective: any Objective
  let settings: Settings
  let names: [String]
  /// Slots of a device.
  let shares: Int
  /// After so many epochs each a checkpoint is kept that no decision asks for; `nil` for none.
  let checkpointEvery: Int?
  /// The process that each trial has now, or had last.
  var processes: [Process] = []
  /// How many trials share a device now, by its agent and its place there.
  var occupants: [SlotID: Int] = [:]
  /// Slots in which this job has had a process, which may be warm.
  var used: Set<SlotID> = []
  /// The searcher's answers.
  var proposer = Proposer()
  var proposals: [TrialID] = []
  var isProposing = false
  /// Jobs in a row that brought no report, and the reports there were at the end of the last job.
  var idleJobs = 0
  var lastReports = 0
  /// Jobs in a row without a report after which a simulation is given up.
  static let mostIdleJobs = 100
  /// Draws of node failures so far.
  var failures = 0
  private var happenings: Heap<Scheduled> = []
  private var order = 0
  private(set) var now = 0.0

  /// A simulated process of a trial.
  struct Process: Sendable {
    var leg: LegID?
    var slot: SlotID?
    var curve: LearningCurve?
    var width = 1
    /// The steps of the curve that it finished.
    var steps = 0
    /// The epoch that it reported last.
    var epoch = 0
    /// The epoch at which it waits for a decision.
    var until = 0
    /// Whether it waits at its next report, since its run comes to its end.
    var isHeld = false
    /// The steps in the checkpoint that it left last.
    var checkpoint = 0
    /// When that can be fetched.
    var storedAt = 0.0
  }

  /// Something that happens at a moment.
  enum Happening: Sendable {
    case jobBegins
    case event(Event)
    case began(LegID)
    case trained(LegID)
    case trains(LegID)
    case saved(LegID, LegEnd.Outcome)
    case proposed(TrialID, Event)
    case nodeFails(rank: Int, job: Int)
    case jobEnds(job: Int)
  }

  private struct Scheduled: Comparable, Sendable {
    let time: Double
    let order: Int
    let happening: Happening

    static func < (left: Scheduled, right: Scheduled) -> Bool {
      (left.time, left.order) < (right.time, right.order)
    }

    static func == (left: Scheduled, right: Scheduled) -> Bool { left.order == right.order }
  }

  /// A study that has not begun.
  ///
  /// - Parameters:
  ///   - study: With at least one slot's worth of work.
  ///   - objective: What trials measure.
  ///   - settings: Where they do.
  public init(study: Study, objective: any Objective, settings: Settings) {
    coordinator = Coordinator(study: study)
    self.objective = objective
    self.settings = settings
    names = study.metrics.map(\.name)
    shares = study.trial.trialsPerGPU
    checkpointEvery = study.trial.checkpointEvery
  }

  /// Lets the study run to its end.
  ///
  /// - Throws: ``SimulationError`` where the study cannot go on.
  public mutating func run() throws(SimulationError) {
    beginJob()
    while true {
      if case .finished = coordinator.phase { return }
      let deadline = coordinator.nextDeadline.map { offset + $0.seconds }
      guard let next = happenings.min, deadline.map({ next.time <= $0 }) ?? true else {
        guard let deadline else { throw .stuck(seconds: now) }
        now = max(now, deadline)
        try absorb(.deadlinePassed)
        continue
      }
      happenings.removeMin()
      now = next.time
      try happen(next.happening)
    }
  }

  /// Makes something happen after some seconds.
  mutating func schedule(_ happening: Happening, after seconds: Double) {
    happenings.insert(Scheduled(time: now + seconds, order: order, happening: happening))
    order += 1
  }

  /// Forgets all that was to happen.
  mutating func clearSchedule() { happenings = [] }

  /// Seconds since the beginning that do not count as the study's time: waiting for jobs.
  private var offset: Double { waited }

  /// Hands an event to the coordinator and carries its commands out.
  mutating func absorb(_ event: Event) throws(SimulationError) {
    events += 1
    let time = StudyTime(seconds: now - offset)
    let commands = coordinator.absorb(event, at: time)
    observe?(event, time, commands, coordinator)
    for command in commands { try perform(command) }
  }

  /// Seconds from the submission of the first job to now.
  public var makespan: Double { now }
}

/// Why a simulation cannot go on.
public enum SimulationError: Error, Hashable, Sendable {
  /// The objective knows nothing about a configuration that the searcher proposed.
  case unknownConfiguration(TrialID)
  /// So many jobs in a row brought no report: none is long enough for what comes next.
  case noProgress(jobs: Int)
  /// Nothing more happens, though the study has not ended.
  case stuck(seconds: Double)
}

extension SimulationError: CustomStringConvertible {
  /// What is wrong, and what to change.
  public var description: String {
    switch self {
    case .unknownConfiguration(let trial):
      """
      the configuration of trial \(trial) is no row of the table; make the study's parameters and \
      the table's columns agree
      """
    case .noProgress(let jobs):
      """
      \(jobs) jobs in a row brought no new report: trials do not come from one checkpoint to the \
      next within a job; give a longer '--time', 'trial.checkpoint: {every: 1}', or nodes that fail \
      less often
      """
    case .stuck(let seconds):
      """
      nothing more happens after \(seconds) s, though the study has not ended; this is our \
      mistake, please report it
      """
    }
  }
}
