import Coordination
import Processes
import ProgramSupport
import Resources
import StudyModel
import StudyStore
import Testing

@testable import Agents

/// A real agent with its companions, and this test in the coordinator's place.
final class AgentBench {
  let folder: TemporaryFolder
  let agent: Agent
  let worker: WorkerID
  private(set) var events: [Event] = []

  /// An agent of a study whose trials run `command`, in the folder of the study file; or the next agent
  /// `beside` another one.
  init(
    command: [String], slots: Int = 1, checkpoints: String? = nil, beside first: AgentBench? = nil,
    isAlone: Bool = false, isMetered: Bool = false, cpus: [[Int]]? = nil,
    files: [String: String] = [:], memoryMiB: Int? = nil,
    _ change: (inout Study) -> Void = { _ in },
    settings adjust: (inout AgentSettings) -> Void = { _ in }
  ) throws {
    settleSignals()
    folder = try first?.folder ?? TemporaryFolder()
    worker = WorkerID(first == nil ? 0 : 1)
    let directory: StudyDirectory
    if first == nil {
      try makeFolder(folder.file("study"))
      directory = try StudyDirectory(
        creating: folder.file("study/s.rung"), studyFile: [10], origin: [10])
    } else {
      directory = try StudyDirectory(existing: folder.file("study/s.rung"))
    }
    if let checkpoints {
      removeAll(directory.checkpoints)
      try makeLink(directory.checkpoints, to: checkpoints)
    }
    var study = Study(
      name: "bench", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 0, high: 9, step: nil, log: false)),
        Parameter(name: "word", domain: .categorical([.word("ä \"b\""), .word("c")])),
      ]),
      trial: TrialSettings(command: command, arguments: .none, silence: .seconds(60)))
    change(&study)
    var settings = AgentSettings(
      worker: worker, study: study, studyFolder: folder.file("study"),
      directory: directory.path, slots: slots, devices: [], deviceVariable: nil,
      host: "localhost", client: Resource.client)
    settings.program = try rungProgram()
    settings.isAlone = isAlone
    settings.isMetered = isMetered
    if let memoryMiB { settings.memoryMiB = memoryMiB }
    settings.cpus = cpus
    for (name, text) in files { _ = try folder.write("study/\(name)", text) }
    settings.endingPatience = 1
    settings.terminationPatience = 0.5
    adjust(&settings)
    agent = try Agent(settings)
  }

  deinit { agent.shutDown() }

  /// A command that runs a Python program.
  static func program(_ text: String) throws -> [String] { [try python(), "-c", verbatim(text)] }

  /// A text with no placeholder in it.
  static func verbatim(_ text: String) -> String {
    text.split(separator: "{", omittingEmptySubsequences: false).joined(separator: "{{")
  }

  var checkpoints: String { folder.file("study/s.rung/checkpoints") }

  /// The node's log.
  func log() throws -> String { try folder.read("study/s.rung/logs/node-000\(worker).log") }

  /// Orders a leg.
  @discardableResult
  func start(
    _ trial: Int, attempt: Int = 1, slot: Int = 0, slots: Int = 1, until: Int,
    from source: Leg.Source? = nil,
    _ settings: [(String, ParameterValue)] = [("rate", .real(1)), ("word", .word("ä \"b\""))]
  ) throws -> LegID {
    let leg = LegID(TrialID(trial), attempt: attempt)
    try agent.perform(
      .perform(
        .start(
          Leg(
            id: leg, slots: (slot..<(slot + slots)).map { SlotID(WorkerID(0), $0) },
            configuration: Configuration(settings), source: source, until: until))))
    return leg
  }

  func answer(_ leg: LegID, _ epoch: Int, _ verdict: Verdict) throws {
    try agent.perform(.perform(.answer(leg, on: worker, epoch: epoch, verdict)))
  }

  /// Serves the agent until an event comes that is wanted, and takes it out.
  func next<Value>(within seconds: Double = 20, _ wanted: (Event) -> Value?) throws -> Value {
    let deadline = monotonicSeconds() + seconds
    while true {
      for (place, event) in events.enumerated() {
        guard let value = wanted(event) else { continue }
        events.remove(at: place)
        return value
      }
      guard monotonicSeconds() < deadline else {
        throw Missing(description: "the event did not come; there were \(events)")
      }
      waitForAny(agent.interests, atMost: min(agent.nextDeadline ?? 0.05, 0.05))
      try agent.step()
      events += agent.takeEvents()
    }
  }

  /// Serves the agent for a while.
  func serve(for seconds: Double) throws {
    let deadline = monotonicSeconds() + seconds
    while monotonicSeconds() < deadline {
      waitForAny(agent.interests, atMost: 0.01)
      try agent.step()
      events += agent.takeEvents()
    }
  }

  func began(_ leg: LegID, on worker: WorkerID? = nil) throws {
    try next { event -> Void? in
      if case .began(leg, worker) = event { () } else { nil }
    }
  }

  /// The next report of a leg.
  func report(_ leg: LegID) throws -> Report {
    try next { event in
      if case .reported(let report) = event, report.leg == leg { report } else { nil }
    }
  }

  func end(_ leg: LegID, within seconds: Double = 20) throws -> LegEnd {
    try next(within: seconds) { event in
      if case .legEnded(let end) = event, end.leg == leg { end } else { nil }
    }
  }

  func stored() throws -> Container {
    try next { event in
      if case .stored(let container) = event { container } else { nil }
    }
  }

  func notStored() throws -> String {
    try next { event in
      if case .notStored(_, let reason, _) = event { reason } else { nil }
    }
  }

  /// The values of a report by name.
  func values(_ report: Report) -> [String: Double] {
    Dictionary(report.values.map { ($0.name, $0.value) }) { _, last in last }
  }
}
