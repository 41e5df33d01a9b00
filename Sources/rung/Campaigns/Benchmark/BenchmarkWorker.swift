import Campaigns
import Coordination
import Processes
import Simulation
import StudyModel
import Synchronization

/// Makes runs of a benchmark, one after the other, and keeps the tables that it has met.
struct BenchmarkWorker {
  private let folder: BenchmarkFolder
  private let bases: [String: BenchmarkBasis]
  private var tables: [String: Loaded] = [:]

  private struct Loaded {
    var table: Table?
    var space: SearchSpace?
  }

  /// What came of a run.
  struct Answer: Codable {
    /// The run; `nil` where it failed.
    var run: BenchmarkRecord?
    /// Its study, where the worker has met it for the first time.
    var study: BenchmarkRecord?
    /// Why there is no run.
    var failure: String?
  }

  init(_ folder: BenchmarkFolder) throws {
    self.folder = folder
    bases = try folder.bases()
  }

  /// Makes a run.
  mutating func make(_ point: BenchmarkPoint) throws -> Answer {
    guard let basis = bases[point.study] else {
      return Answer(failure: "the campaign has no such study any more")
    }
    var answer = Answer()
    let loaded: Loaded
    if let known = tables[point.study] {
      loaded = known
    } else {
      let read = try folder.table(of: point.study)
      loaded = Loaded(table: read?.0, space: read?.1)
      var summary = folder.summary(of: point.study)
      summary.scale = loaded.table.flatMap { RegretScale($0, goal: summary.goal) }
      summary.rows = loaded.table?.configurations.count
      if loaded.table != nil, summary.scale == nil {
        return Answer(failure: "no value of the table is finite")
      }
      tables[point.study] = loaded
      answer.study = BenchmarkRecord(basis: basis, study: summary)
    }
    let began = monotonicSeconds()
    do {
      let run = try simulate(point, loaded)
      answer.run = BenchmarkRecord(
        basis: folder.basis(basis, point.method), run: run, took: monotonicSeconds() - began)
    } catch let error as SimulationError { answer.failure = error.description }
    return answer
  }

  private func simulate(_ point: BenchmarkPoint, _ loaded: Loaded) throws -> BenchmarkRun {
    var study = try folder.study(of: point)
    if let space = loaded.space { study.space = space }
    let objective: any Objective = loaded.table ?? folder.builtIn(point, study)
    // Of trials of one size so many run at a time; of others the number counts what they share.
    let slots = folder.campaign.slots * (study.trial.equalSlots ?? 1)
    let settings = Simulator.Settings(
      slots: [slots], machine: study.machine ?? MachineModel(), seed: study.seed)
    var simulator = Simulator(study: study, objective: objective, settings: settings)
    let heard = Heard(IncumbentRecorder(objective))
    simulator.observe = { event, time, _, coordinator in heard.hear(event, time, coordinator) }
    try simulator.run()
    return BenchmarkRun(point, heard.recorder, simulator, objective)
  }

  /// The recorder, behind a lock since the simulation calls it from a closure of its own.
  private final class Heard: Sendable {
    private let kept: Mutex<IncumbentRecorder>

    init(_ recorder: IncumbentRecorder) { kept = Mutex(recorder) }

    var recorder: IncumbentRecorder { kept.withLock { $0 } }

    func hear(_ event: Event, _ time: StudyTime, _ coordinator: Coordinator) {
      kept.withLock { $0.hear(event, at: time, coordinator) }
    }
  }
}
