public import Coordination
import FoundationEssentials
import Glibc
public import Processes
import StudyModel
import StudyStore

/// Serves a node: starts trials in its slots, passes on what they report, carries their
/// checkpoints.
///
/// Decides nothing: orders come in by ``perform(_:)``, events go out by ``takeEvents()``, and
/// ``step()`` does what is possible without waiting.
public final class Agent {
  let settings: AgentSettings
  private(set) var launch: TrialLaunch
  let spawner: Companion
  let keeper: KeeperLine
  let listener: SocketListener
  let scratch: String
  private let socketFolder: String?
  /// What is staged on this node; `nil` where nothing is.
  let stage: NodeStage?
  /// Looks at the node's devices; `nil` where none does.
  var meter: Companion?
  /// What lets trials share GPUs at the same time; `nil` where they take turns.
  let mps: MPSLine?
  let log: Descriptor
  var slots: [Slot]
  /// Connections that have not said yet who they are.
  var strangers: [LineChannel] = []
  /// Warm processes that were sent away and have not ended yet.
  var retiring: [TrialProcess] = []
  /// The last lines printed by the leg that ended last.
  var lastLines: [String] = []
  var events: [Event] = []
  /// When this process was last sent each signal, by Slurm for instance, on the monotonic clock.
  var lastSignals: [Int32: Double] = [:]
  /// Processes that ended a moment ago by a signal that may have been sent to all.
  var doubtful: [(name: String, signal: Int32, outcome: LegEnd.Outcome, since: Double)] = []
  /// Whether everything of before is on its way out, so that the agent can join anew.
  private(set) var isStartingOver = false
  private var started = 0
  private var isShuttingDown = false

  /// One slot: the leg of which it is the first here, and the processes that train it, by rank.
  struct Slot {
    var leg: ActiveLeg?
    var processes: [TrialProcess] = []
    /// The folder of the last leg, where the next one can have it.
    var spareDirectory: String?
  }

  /// The longest line of a trial's output or message, in bytes.
  static let lineLimit = 1 << 20

  /// Starts the agent's companions and opens its socket.
  ///
  /// Must run before MPI is started: see `Spawner` in Processes.
  ///
  /// - Parameter settings: What to serve.
  /// - Throws: `SystemError`.
  public init(_ settings: AgentSettings) throws {
    self.settings = settings
    scratch = try makeTemporaryFolder(localStorage() + "/rung-")
    var socketPath = scratch + "/socket"
    if socketPath.utf8.count > SocketListener.pathLimit {
      // A site's temporary folder may have a long name; a socket's path has 108 bytes.
      let folder = try makeTemporaryFolder("/tmp/rung-")
      socketPath = folder + "/socket"
      socketFolder = folder
    } else {
      socketFolder = nil
    }
    let clientFolder = scratch + "/python"
    for folder in [clientFolder, scratch + "/legs", scratch + "/spool"] { try makeFolder(folder) }
    try writeFile(clientFolder + "/rung.py", settings.client)
    spawner = try Companion(
      program: settings.program,
      arguments: ["spawner", scratch] + (socketFolder.map { [$0] } ?? []))
    keeper = try KeeperLine { () throws(SystemError) in
      try Companion(
        program: settings.program,
        arguments: [
          "keeper", settings.directory + "/checkpoints", settings.worker.description,
        ])
    }
    meter = try Self.meter(settings)
    listener = try SocketListener(path: socketPath)
    log = try Descriptor(
      opening: "\(settings.directory)/logs/\(StudyDirectory.logName(of: settings.worker))",
      flags: O_WRONLY | O_CREAT | O_APPEND)
    launch = TrialLaunch(
      study: settings.study, folder: settings.studyFolder, inherited: currentEnvironment(),
      socket: socketPath, clientFolder: clientFolder,
      deviceVariable: settings.steps?.deviceVariable ?? settings.deviceVariable,
      steps: settings.steps)
    mps = try settings.mps.map { _ in
      try MPSLine(program: settings.program, devices: settings.devices)
    }
    if let service = settings.mps, let mps {
      launch.mps = .init(service: service, devices: settings.devices.count, folder: mps.folder)
    }
    slots = Array(repeating: Slot(), count: settings.slots)
    stage = try Self.stage(settings, scratch: scratch)
    if let stage {
      // It joins once the data is here.
      stage.take(mark: stageMark)
      if settings.isAlone { try stage.link() }
    } else {
      events = [joined]
    }
  }

  /// What the names of staged data end with where this agent chooses it: nobody knows it beforehand.
  var stageMark: String { String(scratch.suffix(6)) }

  /// What is staged for trials here, on its way.
  private static func stage(_ settings: AgentSettings, scratch: String) throws -> NodeStage? {
    let trial = settings.study.trial
    guard !trial.stage.isEmpty, settings.slots > 0 else { return nil }
    let isInMemory = trial.stage.contains { $0.to == .memory }
    let processes =
      trial.launch == .plain ? settings.slots / max(1, trial.equalSlots ?? 1) : settings.slots
    return try NodeStage(
      StageSetup(
        items: trial.stage, source: settings.studyFolder, node: scratch + "/stage",
        memory: isInMemory ? try makeTemporaryFolder("/dev/shm/rung-") : "", host: settings.host,
        memoryMiB: settings.memoryMiB, trialsMiB: (trial.memoryMiB ?? 0) * processes),
      program: settings.program)
  }

  /// Whether this agent is to serve trials, and cannot before the staged data is here.
  public var isStaging: Bool { stage?.isUnderWay ?? false }

  /// Why the staged data is not here, and will not be.
  public var stageFailure: StageFailure? {
    if case .refused(let failure)? = stage?.state { failure } else { nil }
  }

  /// Hears of the staged data, and joins once it is here.
  private func stepStage() throws {
    guard let stage, !isShuttingDown else { return }
    let wasReady = launch.stage != nil
    try stage.step()
    guard !wasReady, case .ready(let folder) = stage.state else { return }
    launch.stage = folder
    if !isStartingOver { events.append(joined) }
  }

  private var joined: Event {
    .workerJoined(
      settings.worker, host: settings.host, slots: settings.slots, memory: memoryForTrials)
  }

  /// What happened since the last call.
  public func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  /// Carries out an order of the coordinator.
  ///
  /// - Parameter order: One for this agent.
  /// - Throws: `SystemError`.
  public func perform(_ order: AgentOrder) throws {
    guard case .perform(let command) = order else {
      switch order {
      case .shutDown: shutDown()
      case .startOver: startOver()
      case .perform, .stage, .alive: break
      }
      return
    }
    // What was ordered before rank 0 took this agent for lost.
    guard !isStartingOver else { return }
    switch command {
    case .start(let leg): try prepare(leg)
    case .join(let leg, _, let rendezvous): try prepare(leg, at: rendezvous)
    case .answer(let leg, _, let epoch, let verdict): try answer(leg, epoch, verdict)
    case .hold(let leg, _):
      guard let place = slot(of: leg) else { return }
      slots[place].leg?.isHeld = true
      askToHold(place)
    case .end(let leg, _): end(leg, .endedByRung)
    case .conclude(let leg, _): conclude(leg)
    case .merge(let names, let entries, _):
      try keeper.ask(.merge(names, keeping: entries))
    case .discard(let names, _): try keeper.ask(.discard(names))
    case .finish: dismissWarmProcesses()
    case .propose, .fit, .leave: break
    }
  }

  /// What to wait for between two steps.
  public var interests: [Interest] {
    var interests = [
      Interest(spawner.channel.descriptor, writing: spawner.channel.wantsToWrite),
      keeper.interest,
      Interest(listener.descriptor),
    ]
    if let stage { interests.append(stage.interest) }
    if let meter { interests.append(Interest(meter.channel.descriptor)) }
    if let mps, !mps.hasEnded { interests.append(mps.interest) }
    for stranger in strangers { interests.append(Interest(stranger.descriptor)) }
    for process in slots.flatMap(\.processes) {
      interests.append(Interest(process.output.descriptor))
      if let connection = process.connection, !connection.isClosed {
        interests.append(Interest(connection.descriptor, writing: connection.wantsToWrite))
      }
    }
    return interests
  }

  /// Does everything that can be done without waiting.
  ///
  /// - Throws: ``AgentError``, `SystemError`, or a decoding error.
  public func step() throws {
    spawner.channel.flush()
    keeper.flush()
    acceptConnections()
    for slot in slots.indices {
      for process in slots[slot].processes { try listen(to: process, in: slot) }
    }
    if !isShuttingDown { for reply in try keeper.receive() { try hear(reply) } }
    for reply in try spawner.channel.receive(SpawnerReply.self) { try hear(reply) }
    if !isShuttingDown, spawner.channel.isClosed { throw AgentError.companionEnded("spawner") }
    try settleDoubts()
    try stepMPS()
    try stepStage()
    try stepMeter()
    checkPatience()
    if isStartingOver { joinAnewIfClean() }
  }

  /// Has trials share GPUs plainly where the service has ended.
  private func stepMPS() throws {
    guard let mps, !isShuttingDown, try mps.hear() else { return }
    launch.mps = nil
    let text = "rung: NVIDIA's MPS has ended; trials that start from now on take turns on a GPU\n"
    try log.writeAll(Array(text.utf8))
  }

  /// Ends all that runs and forgets it.
  ///
  /// Nothing of it may be heard of any more: it goes on elsewhere.
  private func startOver() {
    isStartingOver = true
    removeShared()
    for slot in slots.indices {
      slots[slot].leg = nil
      for process in slots[slot].processes { process.patience = nil }
    }
    for process in retiring + slots.flatMap(\.processes) { signal(process, SIGKILL) }
    joinAnewIfClean()
  }

  /// Removes the scratch folders of legs that are on other nodes too.
  private func removeShared() {
    for leg in slots.compactMap(\.leg) where leg.leg.hosts != nil { removeAll(leg.directory) }
  }

  private func joinAnewIfClean() {
    events = []
    // A checkpoint that is being kept would be heard of as one of a trial that runs elsewhere.
    guard keeper.isIdle, retiring.isEmpty, slots.allSatisfy({ $0.processes.isEmpty })
    else { return }
    for folder in ["/legs", "/spool"] {
      for name in namesInFolder(scratch + folder) { removeAll("\(scratch)\(folder)/\(name)") }
    }
    isStartingOver = false
    // Without its staged data it joins later.
    if stage == nil || launch.stage != nil { events = [joined] }
  }

  /// Seconds until ``step()`` has something to do even if nothing happens; `nil` for never.
  public var nextDeadline: Double? {
    var deadlines = doubtful.map { $0.since + Self.doubt }
    for slot in slots {
      if slot.processes.contains(where: { $0.connection?.hasReadyLines == true }) { return 0 }
      deadlines += slot.processes.compactMap { $0.patience?.deadline }
      if let leg = slot.leg, leg.hasBegun, slot.processes.allSatisfy({ $0.patience == nil }) {
        deadlines.append(leg.lastSign + settings.study.trial.silence.seconds)
      }
    }
    return deadlines.min().map { max(0, $0 - monotonicSeconds()) }
  }

  /// Notes that this process was sent signals: Slurm's process tracking may have sent them to the
  /// trials as well, whose end by one of them is then no failure of theirs.
  ///
  /// - Parameter signals: Of `endingSignals`.
  public func noteSignals(_ signals: [Int32]) {
    for signal in signals { lastSignals[signal] = monotonicSeconds() }
  }

  /// Whether every process has ended.
  public var isIdle: Bool { slots.allSatisfy { $0.processes.isEmpty && $0.leg == nil } }

  /// Ends every trial at once, without a word to the coordinator.
  public func shutDown() {
    isShuttingDown = true
    spawner.end(within: 15)
    removeShared()
    for slot in slots.indices { slots[slot] = Slot() }
    keeper.end(within: 15)
    // After the trials that use it.
    mps?.end()
    stage?.end()
    meter?.end(within: 2)
    removeAll(scratch)
    if let socketFolder { removeAll(socketFolder) }
  }

  /// Tells warm processes that there is no next trial.
  private func dismissWarmProcesses() {
    for process in slots.filter({ $0.leg == nil }).flatMap(\.processes) {
      process.connection = nil
      process.patience = .init(
        deadline: monotonicSeconds() + settings.terminationPatience, isTerminated: false)
    }
  }

  /// A name for a process that no other has had.
  func nextProcessName() -> String {
    started += 1
    return "process-\(started)"
  }

  /// The slot of a leg that is under way: of several the first here.
  func slot(of leg: LegID) -> Int? { slots.firstIndex { $0.leg?.leg.id == leg } }
}

/// The value of a variable of this process's environment.
///
/// - Parameter name: The variable.
/// - Returns: `nil` where it is unset or empty.
public func environmentVariable(_ name: String) -> String? {
  let entry = currentEnvironment().first { $0.hasPrefix(name + "=") }
  return entry.map { String($0.dropFirst(name.count + 1)) }.flatMap { $0.isEmpty ? nil : $0 }
}
