import Campaigns
import Coordination
import Simulation
import StudyModel
import Synchronization
import TestSupport
import Testing

/// What a run of a benchmark keeps of a simulation.
@Suite struct BenchmarkRunTests {
  private static let methods: [Algorithm.Name] = [
    .random, .asha, .hyperband, .bohb, .pasha, .oneEpoch, .randomBaseline,
  ]

  /// The best value of any moment is that of the reports until then, whatever the method.
  @Test(arguments: methods, [Goal.minimize, .maximize])
  func incumbentsFollowTheReports(name: Algorithm.Name, goal: Goal) throws {
    for seed in 0..<4 as Range<UInt64> {
      let study = study(name, goal, seed: seed)
      let objective = BuiltInObjective(.curves, for: study, secondsPerEpoch: 3)
      var simulator = Simulator(
        study: study, objective: objective, settings: Simulator.Settings(slots: [4], seed: seed))
      let heard = Heard(objective, goal)
      simulator.observe = { event, time, _, coordinator in
        heard.hear(event, time, coordinator)
      }
      try simulator.run()
      let point = BenchmarkPoint(study: "s", method: name.rawValue, seed: seed)
      let run = BenchmarkRun(point, heard.recorder, simulator, objective)
      let summary = SimulatedRun(of: simulator)
      #expect(run.seconds == summary.makespanSeconds && run.trials == summary.trials)
      #expect(run.reports == summary.reports && run.largest == summary.maxResource)
      #expect(run.epochs == simulator.coordinator.trials.reduce(0) { $0 + $1.epoch })
      #expect(run.last(.reported) == summary.bestValue)
      #expect(run.last(.trained) == summary.bestCurveValue)
      if name != .randomBaseline {
        #expect(run.incumbents.map(\.reported) == heard.improvements.map(\.value))
        #expect(run.incumbents.map(\.seconds) == heard.improvements.map(\.seconds))
        #expect(!run.incumbents.isEmpty)
      } else {
        #expect(run.incumbents.count == 1 && run.last(.reported) == nil)
      }
      let again = try decoded(run)
      #expect(again == run)
    }
  }

  @Test func scalesKnowTheBestAndTheMiddlingRow() throws {
    let curves = [[3.0, 1, 2], [.nan, .nan, .nan], [5, 4, 4], [9, 8, 7], [2, .infinity, 6]]
    let table = Table(
      configurations: curves.indices.map { Configuration([("row", .integer($0))]) },
      curves: curves.map { LearningCurve(values: [$0], seconds: .perEpoch(1)) })
    let least = try #require(RegretScale(table, goal: .minimize))
    // Best values by row: 1, none, 4, 7, 2.
    #expect(least.best == 1 && least.middling == 4 && least.source == .table)
    #expect(least.regret(2.5) == 1.5 && least.normalized(2.5) == 0.5)
    #expect(least.normalized(4) == 1 && least.normalized(100) == 1 && least.normalized(nil) == 1)
    #expect(least.normalized(1) == 0 && least.regret(nil) == .infinity)
    let most = try #require(RegretScale(table, goal: .maximize))
    // 3, none, 5, 9, 6.
    #expect(most.best == 9 && most.middling == 5)
    #expect(most.regret(7) == 2 && most.normalized(7) == 0.5)
    let diverged = Table(
      configurations: [Configuration()],
      curves: [LearningCurve(values: [[.nan]], seconds: .perEpoch(1))])
    #expect(RegretScale(diverged, goal: .minimize) == nil)
    let flat = RegretScale(goal: .minimize, best: 1, middling: 1, source: .table)
    #expect(flat.normalized(1) == 0 && flat.normalized(1.5) == 1)
  }

  /// Every run is in one share, and the shares of a method differ by one at most.
  @Test(arguments: 1...BenchmarkCampaign.mostJobs)
  func sharesHoldEveryRunOnce(count: Int) {
    let campaign = BenchmarkCampaign(
      name: "c", studies: ["a", "b", "c"].map { .init(label: $0, file: "\($0).yaml") },
      methods: ["x", "y"].map { .init(label: $0, algorithm: $0) }, seeds: Array(1...7))
    let shares = (1...count).map { campaign.points(ofShare: $0, of: count) }
    #expect(shares.reduce(0) { $0 + $1.count } == campaign.points.count)
    #expect(Set(shares.flatMap { $0 }) == Set(campaign.points))
    for method in ["x", "y"] {
      let counts = shares.map { share in share.count { $0.method == method } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 3, "\(counts)")
    }
  }

  private func decoded(_ run: BenchmarkRun) throws -> BenchmarkRun {
    try value(BenchmarkRun.self, fromJSON: json(run))
  }

  private func study(_ name: Algorithm.Name, _ goal: Goal, seed: UInt64) -> Study {
    var study = Study(
      name: "benchmark", metric: Metric(name: "m", goal: goal),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(27)),
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false))
      ]), algorithm: Algorithm(name), trial: TrialSettings(command: ["train"]))
    study.stop.trials = 30
    study.seed = seed
    return study
  }

  /// Hears what the recorder does, and finds the improvements by itself.
  private final class Heard: Sendable {
    struct Improvement {
      var seconds: Double
      var value: Double
    }
    private struct State {
      var recorder: IncumbentRecorder
      var improvements: [Improvement] = []
    }
    private let state: Mutex<State>
    private let goal: Goal

    init(_ objective: any Objective, _ goal: Goal) {
      state = Mutex(State(recorder: IncumbentRecorder(objective)))
      self.goal = goal
    }

    var recorder: IncumbentRecorder { state.withLock { $0.recorder } }
    var improvements: [Improvement] { state.withLock { $0.improvements } }

    func hear(_ event: Event, _ time: StudyTime, _ coordinator: Coordinator) {
      state.withLock { state in
        state.recorder.hear(event, at: time, coordinator)
        guard case .reported(let report) = event, let value = report.value(of: "m"),
          value.isFinite
        else { return }
        let best = state.improvements.last?.value
        let isBetter = best.map { goal == .maximize ? value > $0 : value < $0 } ?? true
        if isBetter {
          state.improvements.append(Improvement(seconds: time.seconds, value: value))
        }
      }
    }
  }
}
