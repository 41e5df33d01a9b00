public import Coordination
public import StudyModel

/// A scripted world around a coordinator, in virtual time: agents with slots, processes that train,
/// checkpoints that are stored, messages that take their time, losses, and runs that are cut.
///
/// Everything that happens is a function of the study, the settings and the coordinator's commands.
/// The world keeps a book of its own, and notes every command and state that contradicts it.
public struct World {
  /// What the world is like.
  public struct Settings: Sendable {
    /// Of all that is random.
    public var seed: UInt64
    /// The slots of each agent.
    public var slots: [Int] = [2]
    /// How much goes wrong in processes, from 0 to 1.
    public var trouble = 0.0
    /// Whether every process listens, and obeys.
    public var areAllAnswerable = false
    /// How often checkpoints are not stored and containers not merged, from 0 to 1.
    public var storeFailures = 0.0
    /// How often a checkpoint proves damaged when it is read, from 0 to 1.
    public var damage = 0.0
    /// Agents that are lost, at most.
    public var losses = 0
    /// The numbers of events after which the coordinator's run is cut.
    public var cuts: Set<Int> = []
    /// The numbers of events after which a run is asked to drain.
    public var drains: Set<Int> = []
    /// The time of a run until everything must be durable, in microseconds; `nil` for no limit.
    public var horizon: Int?
    /// The epochs between two checkpoints of answerable processes.
    public var checkpointEvery: Int?
    /// Time to write a container, at most, in microseconds.
    public var storeTime = 3_000_000
    /// What an earlier study found, told as the first run begins.
    public var known: [KnownResult] = []
    /// The most trials that run at a time, where they are job steps; `nil` where they are none.
    public var stepLimit: Int?
    /// Classes of trials that have agents for themselves; `nil` for none.
    public var classes: [TrialClass]?
    /// Time to fit a slow model, at most, in microseconds.
    public var fitTime = 5_000_000
    /// The memory of each agent's node; empty where agents do not tell, and processes need none.
    public var memory: [NodeMemory] = []

    /// A world of this seed.
    public init(seed: UInt64) { self.seed = seed }
  }

  /// One absorbed event.
  public struct Entry: Hashable, Sendable, Codable {
    /// What happened.
    public let event: Event
    /// When.
    public let time: StudyTime
    /// What the coordinator wanted done.
    public let commands: [Command]
  }

  /// More events than a study of any test may take.
  public static let eventLimit = 50_000

  /// The settings.
  public let settings: Settings
  /// The coordinator.
  public private(set) var coordinator: Coordinator
  /// All absorbed events.
  public private(set) var journal: [Entry] = []
  /// What contradicts the world's book.
  public internal(set) var violations: [String] = []
  /// Further checks after each event.
  public var inspect: ((Coordinator) -> [String])?
  /// What takes the coordinator's place between two events, such as itself after a journey through
  /// JSON; `nil` where it stays. Fits that were kept are lost with the former one.
  public var replace: ((Coordinator) throws -> Coordinator?)?

  var random: SeededGenerator
  var now = 0
  var agents: [Agent?] = []
  var incarnations = 0
  var losses = 0
  var run = 0
  var files: [String: [Container.Entry]]
  /// The epochs of the checkpoints that the first processes of trials on several agents have left.
  var kept: [LegID: Int] = [:]
  /// Which memory legs found none of.
  var lacking: [LegID: LackedMemory] = [:]
  var book: Book
  var proposer = Proposer()
  /// Trials that a slow searcher was asked about, the first of them being worked on.
  var questions: [TrialID] = []
  /// When the last question is answered that a searcher answers at once.
  var lastAnswer = 0
  /// Runs that were ended in an orderly way.
  public private(set) var leaves = 0
  private var happenings: [(time: Int, order: Int, happening: Happening)] = []
  private var order = 0

  /// Something that happens at a time.
  enum Happening {
    /// A message reaches the coordinator.
    case message(Event)
    /// A searcher is asked, and answers at once.
    case asked(TrialID)
    /// A command reaches an agent.
    case command(Command, incarnation: Int)
    /// A process has its checkpoint in place.
    case loaded(LegID)
    /// A process has trained an epoch.
    case trained(LegID, epoch: Int)
    /// Processes of a trial that began elsewhere have their checkpoint in place.
    case partLoaded(LegID, incarnation: Int)
    /// Processes of a trial that began elsewhere end.
    case partExited(LegID, incarnation: Int, LegEnd.Outcome, keeping: Int?)
    /// A process ends.
    case exited(LegID, LegEnd.Outcome, keeping: Int?)
    /// A container was written, or not.
    case written(incarnation: Int)
    /// An agent joins.
    case joining(rank: Int)
    /// An agent is lost.
    case lost(incarnation: Int)
  }

  /// A world in which a study begins.
  public init(study: Study, settings: Settings) {
    self.init(resuming: Coordinator(study: study), settings: settings)
  }

  /// A world in which a study goes on after its coordinator's run was cut.
  public init(resuming coordinator: Coordinator, settings: Settings) {
    self.coordinator = coordinator
    self.settings = settings
    random = SeededGenerator(settings.seed, 904)
    now = coordinator.now.microseconds
    files = [:]
    for container in coordinator.containers { files[container.name] = container.entries }
    run = coordinator.run?.number ?? 0
    book = Book(of: coordinator, canStore: settings.storeFailures == 0)
  }

  /// Lets everything happen until the study has ended.
  public mutating func live() throws {
    try beginRun()
    while violations.isEmpty, journal.count < Self.eventLimit {
      if case .finished = coordinator.phase { break }
      let deadline = coordinator.nextDeadline?.microseconds
      guard let next = happenings.last, deadline.map({ next.time <= $0 }) ?? true else {
        guard let deadline, deadline < .max else {
          violations.append("the study is stuck: nothing more happens; \(whatIs)")
          break
        }
        now = max(now, deadline)
        try absorb(.deadlinePassed)
        continue
      }
      happenings.removeLast()
      now = next.time
      try happen(next.happening)
    }
    if journal.count >= Self.eventLimit { violations.append("the study does not end") }
    if violations.isEmpty { checkTheEnd() }
  }

  private mutating func beginRun() throws {
    run += 1
    happenings = []
    proposer = Proposer()
    questions = []
    agents = Array(repeating: nil, count: settings.slots.count)
    try absorb(
      .runBegan(
        Run(
          number: run, host: "host", process: 1, processStart: run, job: nil, wallTime: 0,
          version: "0", steps: settings.stepLimit.map { Run.Steps(limit: $0) },
          classes: settings.classes)))
    if run == 1, !settings.known.isEmpty { try absorb(.known(settings.known)) }
    if let horizon = settings.horizon {
      try absorb(.horizonKnown(StudyTime(microseconds: now + horizon)))
    }
    for rank in settings.slots.indices {
      schedule(.joining(rank: rank), after: random.integer(0...2_000_000))
    }
  }

  /// Absorbs an event, checks its commands and sends them on their way.
  mutating func absorb(_ event: Event) throws {
    if let other = try replace?(coordinator) {
      coordinator = other
      proposer = Proposer()
    }
    let time = StudyTime(microseconds: now)
    let commands = coordinator.absorb(event, at: time)
    journal.append(Entry(event: event, time: time, commands: commands))
    let found =
      book.enter(journal[journal.count - 1], files: files, coordinator)
      + (inspect?(coordinator) ?? [])
    violations += found.map { "event \(journal.count - 1), \(event): \($0)" }
    guard !settings.cuts.contains(journal.count) else { return try cut() }
    finishProposal(event)
    for command in commands { perform(command) }
    if commands.contains(where: \.isLeave) { return try leave() }
    if settings.drains.contains(journal.count) { try absorb(.drainBegan(reason: "asked")) }
  }

  /// Ends the coordinator's run in an orderly way, and begins another.
  private mutating func leave() throws {
    leaves += 1
    try absorb(.runEnded(reason: "left"))
    // With the run end its agents, and all processes.
    agents = []
    try cut()
  }

  private mutating func perform(_ command: Command) {
    switch command {
    case .propose(let trial): ask(about: trial)
    case .fit(let basis): fit(to: basis)
    default:
      guard let rank = command.worker?.rank, agents.indices.contains(rank),
        let agent = agents[rank]
      else { return }
      send(command, to: rank, agent)
    }
  }

  /// Ends the coordinator's run without warning, and begins another from the journal alone.
  private mutating func cut() throws {
    var rebuilt = Coordinator(study: coordinator.study)
    for (number, entry) in journal.enumerated() {
      let commands = rebuilt.absorb(entry.event, at: entry.time)
      if commands != entry.commands { violations.append("event \(number) is replayed otherwise") }
    }
    coordinator = rebuilt
    files = [:]
    for container in coordinator.containers { files[container.name] = container.entries }
    try beginRun()
  }

  mutating func schedule(_ happening: Happening, after delay: Int) {
    order += 1
    let key = (now + delay, order)
    // Descending, so that the next is taken from the end.
    var low = 0
    var high = happenings.count
    while low < high {
      let middle = (low + high) / 2
      if (happenings[middle].time, happenings[middle].order) > key {
        low = middle + 1
      } else {
        high = middle
      }
    }
    happenings.insert((key.0, key.1, happening), at: low)
  }

  /// What runs, for a message.
  private var whatIs: String {
    let processes = agents.compactMap(\.self).flatMap(\.processes).map { process in
      "\(process.leg.id) at \(process.epoch) of \(process.until)"
        + (process.isWaiting ? ", waiting" : "") + (process.isLeaving ? ", leaving" : "")
    }
    let open = book.open.keys.map(\.description).sorted()
    return "\(coordinator.phase), open \(open), processes \(processes)"
  }

  private mutating func happen(_ happening: Happening) throws {
    switch happening {
    case .message(let event): try absorb(event)
    case .asked(let trial): try absorb(proposal(for: trial))
    case .command(let command, let incarnation): perform(command, incarnation)
    case .loaded(let leg): loaded(leg)
    case .partLoaded(let leg, let incarnation): partLoaded(leg, incarnation)
    case .partExited(let leg, let incarnation, let outcome, let keeping):
      partExited(leg, incarnation, outcome, keeping)
    case .trained(let leg, let epoch): trained(leg, epoch)
    case .exited(let leg, let outcome, let keeping): exited(leg, outcome, keeping)
    case .written(let incarnation): written(incarnation)
    case .joining(let rank): join(rank)
    case .lost(let incarnation): lose(incarnation)
    }
  }
}
