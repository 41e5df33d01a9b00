import Coordination
import StudyModel
import TestSupport

/// A coordinator at whose desk a test plays the world, one event a second.
struct Desk {
  var coordinator: Coordinator
  private var seconds = 0

  /// Rungs at 1, 2 and 4 epochs, of which one half goes on; a larger accuracy is better.
  static let study = Study(
    name: "study", metric: Metric(name: "accuracy", goal: .maximize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(4)),
    space: SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ]),
    algorithm: .halving(eta: 2), trial: TrialSettings(command: ["train"]))

  /// A run of a study with these slots.
  init(
    slots: [Int] = [1], classes: [TrialClass]? = nil, _ edit: (inout Study) -> Void = { _ in }
  ) {
    var study = Self.study
    edit(&study)
    coordinator = Coordinator(study: study)
    begin(slots: slots, classes: classes)
  }

  /// A new run of the coordinator.
  mutating func begin(slots: [Int], classes: [TrialClass]? = nil) {
    let number = (coordinator.run?.number ?? 0) + 1
    absorb(
      .runBegan(
        Run(
          number: number, host: "host", process: 1, processStart: number, job: nil, wallTime: 0,
          version: "0", classes: classes)))
    for (rank, count) in slots.enumerated() { join(rank, slots: count) }
  }

  /// Absorbs an event, and the proposals it asks for.
  @discardableResult mutating func absorb(_ event: Event) -> [Command] {
    seconds += 1
    let commands = coordinator.absorb(event, at: StudyTime(seconds: Double(seconds)))
    return commands.flatMap { command -> [Command] in
      guard case .propose(let trial) = command else { return [command] }
      return [command] + absorb(coordinator.proposal(for: trial))
    }
  }

  @discardableResult mutating func join(_ rank: Int, slots: Int = 1) -> [Command] {
    absorb(.workerJoined(WorkerID(rank), host: "node\(rank)", slots: slots))
  }

  @discardableResult mutating func lose(_ rank: Int) -> [Command] {
    absorb(.workerLost(WorkerID(rank), reason: "silent"))
  }

  @discardableResult mutating func report(
    _ leg: LegID, epoch: Int, _ accuracy: Double?, isAnswerable: Bool = true, isHeld: Bool = false
  ) -> [Command] {
    let values = accuracy.map { [Report.Value("accuracy", $0)] } ?? []
    return absorb(
      .reported(
        Report(
          leg: leg, epoch: epoch, values: values, isAnswerable: isAnswerable, isHeld: isHeld)))
  }

  @discardableResult mutating func end(
    _ leg: LegID, _ outcome: LegEnd.Outcome = .exited(status: 0), keeping: Int? = nil
  ) -> [Command] {
    absorb(.legEnded(LegEnd(leg: leg, outcome: outcome, keeping: keeping)))
  }

  @discardableResult mutating func store(
    _ name: String, on rank: Int = 0, _ entries: [Container.Entry], replacing: [String] = []
  ) -> [Command] {
    absorb(
      .stored(
        Container(name: name, owner: WorkerID(rank), entries: entries, replaced: replacing)))
  }

  /// Lets a second go by.
  @discardableResult mutating func wait() -> [Command] { absorb(.deadlinePassed) }

  /// The trial of this number.
  func trial(_ number: Int) -> TrialRecord { coordinator.trials[number] }
}

/// An attempt of a trial.
func leg(_ trial: Int, _ attempt: Int = 1) -> LegID { LegID(TrialID(trial), attempt: attempt) }

/// A checkpoint of an attempt.
func entry(_ leg: LegID, epoch: Int, bytes: Int = 10) -> Container.Entry {
  Container.Entry(leg: leg, epoch: epoch, bytes: bytes)
}

extension [Command] {
  /// The processes that are to start.
  var starts: [LegID] {
    compactMap { if case .start(let leg) = $0 { leg.id } else { nil } }
  }

  /// The merges, by names.
  var merges: [[String]] {
    compactMap { if case .merge(let names, _, _) = $0 { names } else { nil } }
  }

  /// The containers that are to be deleted, with who deletes them.
  var discards: [String] {
    flatMap { command -> [String] in
      guard case .discard(let names, let worker) = command else { return [] }
      return names.map { "\($0)@\(worker)" }
    }
  }

  /// The processes that are to be ended.
  var ends: [LegID] {
    compactMap { if case .end(let leg, _) = $0 { leg } else { nil } }
  }

  /// What processes are told.
  var verdicts: [Verdict] {
    compactMap { if case .answer(_, _, _, let verdict) = $0 { verdict } else { nil } }
  }

  /// How the study ends.
  var ending: Ending? {
    for case .finish(let ending) in self { return ending }
    return nil
  }
}
