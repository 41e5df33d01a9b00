import Campaigns
import Coordination
import Reporting
import Simulation
import StudyModel
import Synchronization
import Testing

/// Speed-up and efficiency, by hand and in virtual time.
@Suite struct ScalingTableTests {
  private let campaign = ScalingCampaign(
    name: "c", study: "study.yaml",
    methods: [
      .init(label: "random", algorithm: "random"), .init(label: "asha", algorithm: "asha"),
    ],
    gpus: [1, 4], seeds: [1, 2])

  private func run(_ seconds: Double, bound: Double) -> ScalingRun {
    var run = ScalingRun(
      of: Coordinator(study: study(.random, trials: 1)), StudyHistory(), slots: 1,
      seconds: seconds)
    run.bound = bound
    run.best = seconds / 100
    run.gpuHours = 2
    (run.shares.training, run.shares.loading, run.shares.idle) = (0.6, 0.1, 0.3)
    return run
  }

  private func point(_ method: String, _ gpus: Int, _ seed: UInt64) -> ScalingPoint {
    ScalingPoint(method: method, gpus: gpus, seed: seed)
  }

  @Test func speedUpIsOfTheSameSeedAndEfficiencyIsItsShareOfTheGPUs() throws {
    let table = ScalingTable(
      of: campaign,
      [
        point("random", 1, 1): run(100, bound: 100), point("random", 1, 2): run(240, bound: 240),
        point("random", 4, 1): run(25, bound: 20), point("random", 4, 2): run(80, bound: 60),
      ])
    #expect(table.rows.map(\.gpus) == [1, 4])
    let row = try #require(table.rows.last)
    #expect(row.seeds == 2 && row.gpuHours == 4)
    // 100 / 25 and 240 / 80, whose deviation is 1 over the square root of 2.
    #expect(row.speedUp?.mean == 3.5)
    #expect(abs((row.speedUp?.deviation ?? 0) - 0.5.squareRoot()) < 1e-12)
    #expect(row.efficiency?.mean == 0.875)
    #expect(row.ofBound.mean == 0.775)
    #expect(row.seconds.mean == 52.5 && row.best?.mean == 0.525)
    #expect(
      table.missing == [
        "asha-1-seed-1", "asha-1-seed-2", "asha-4-seed-1", "asha-4-seed-2",
      ])
    #expect(table.missingBaselines.isEmpty)
  }

  @Test func aMissingBaselineIsNamedAndNothingIsMadeUp() throws {
    let table = ScalingTable(
      of: campaign,
      [
        point("asha", 1, 1): run(90, bound: 90), point("asha", 4, 1): run(30, bound: 30),
        point("asha", 4, 2): run(40, bound: 30), point("random", 4, 2): run(50, bound: 50),
      ])
    #expect(table.rows.map(\.method) == ["random", "asha", "asha"])
    #expect(table.rows[0].speedUp == nil && table.rows[0].efficiency == nil)
    #expect(table.rows[2].speedUp?.mean == 3 && table.rows[2].seeds == 2)
    #expect(table.missingBaselines == ["random-1-seed-2", "asha-1-seed-2"])
    #expect(
      table.text == """
        method  GPUs  seeds  run time, s     speed-up     efficiency   of the bound  absent  loading  training  saving   idle             best  GPU-hours
        random     4      1         50.0            -              -          1.000   0.000    0.100     0.600   0.000  0.300           0.5000       2.00
        asha       1      1         90.0         1.00          1.000          1.000   0.000    0.100     0.600   0.000  0.300           0.9000       2.00
        asha       4      2   35.0 ± 7.1  3.00 ± 0.00  0.750 ± 0.000  0.875 ± 0.177   0.000    0.100     0.600   0.000  0.300  0.3500 ± 0.0707       4.00

        No speed-up without the run time on one GPU: random-1-seed-2, asha-1-seed-2

        No result yet: random-1-seed-1, random-1-seed-2, asha-1-seed-2, random-4-seed-1

        """)
    let lines = table.commaSeparated.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[1] == ",random,,4,1,50.0,0.0,,,,,1.0,0.0,0.0,0.0,0.5,0.0,0.0,0.1,0.6,0.0,0.3,2.0")
  }

  @Test func nothingIsKnownBeforeAStudyEnds() {
    let table = ScalingTable(of: campaign, [:])
    #expect(table.rows.isEmpty && table.missing.count == 8)
    #expect(table.text.hasPrefix("no study has ended\n"))
  }

  @Test func sizesThatNeedMoreGPUsThanAJobHasAreLeftOut() {
    var campaign = campaign
    campaign.sizes = [TrialSize(sharing: 4), TrialSize(gpus: 2)]
    campaign.sites = ["here", "there"]
    let names = campaign.points.map(\.name)
    #expect(names.count == Set(names).count)
    // One GPU holds a size of the two, four both; two methods, seeds and sites.
    #expect(names.count == 8 + 16)
    #expect(names.first == "random-1-of-0.25-seed-1-here")
    #expect(campaign.points.map(\.gpus) == campaign.points.map(\.gpus).sorted())
  }

  /// No schedule is faster than its own bound, and random search on one GPU has nothing to wait for.
  @Test(arguments: [Algorithm.Name.random, .asha, .hyperband, .bohb, .pasha], [1, 2, 8, 50])
  func aSimulatedRunTakesAtLeastItsBound(name: Algorithm.Name, slots: Int) throws {
    for seed in 0..<5 {
      var study = study(name, trials: 40)
      study.seed = UInt64(seed)
      var machine = MachineModel()
      machine.start = Double(seed) / 4
      var simulator = Simulator(
        study: study,
        objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: 2),
        settings: Simulator.Settings(
          slots: stride(from: 0, to: slots, by: 4).map { min(4, slots - $0) }, machine: machine))
      let heard = Heard(&simulator)
      try simulator.run()
      let run = ScalingRun(
        of: simulator.coordinator, heard.history, slots: slots, seconds: simulator.makespan)
      let shares = run.shares
      #expect(abs(shares.training + shares.loading + shares.saving - run.utilization) < 1e-6)
      let sum = shares.training + shares.loading + shares.saving + shares.idle + shares.absent
      #expect(abs(sum - 1) < 1e-9)
      #expect(run.bound > 0 && run.bound <= run.seconds * (1 + 1e-9), "\(run)")
      #expect(run.trials >= 40)
      if slots == 1 { #expect(run.bound > 0.999 * run.seconds, "\(run)") }
    }
  }
}

private func study(_ name: Algorithm.Name, trials: Int) -> Study {
  var study = Study(
    name: "scaling", metric: Metric(name: "loss", goal: .minimize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(27)),
    space: SearchSpace(parameters: [
      Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false))
    ]), algorithm: Algorithm(name), trial: TrialSettings(command: ["train"]))
  study.stop.trials = trials
  return study
}

/// Hears what happens in a simulation.
private final class Heard: Sendable {
  private let state = Mutex(StudyHistory())
  var history: StudyHistory { state.withLock { $0 } }

  init(_ simulator: inout Simulator) {
    simulator.observe = { [self] event, time, commands, coordinator in
      state.withLock { $0.hear(event, at: time, commands: commands, coordinator) }
    }
  }
}
