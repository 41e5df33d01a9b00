import Planning
import Simulation
import StudyModel
import Testing

/// The planner's choice beside what Aach et al. measured (AutoML 2023): imagenet16-120 on the size
/// space of NATS-Bench, ASHA from 5 to 90 epochs.
///
/// The machine's model is that of `Tests/Papers/aach.py`: an epoch keeps a GPU busy for 38 % of its
/// time, which is divided among several; trials that share one fill it up to 86 %. Fitted are these two,
/// the seconds of an epoch and the grace period; the run times are predicted.
@Suite struct ComparisonTests {
  private static func study(samples: Int) -> Study {
    var algorithm = Algorithm(.asha)
    algorithm.schedule.halving = .stopping
    var stop = StopRules()
    stop.trials = samples
    return Study(
      name: "aach", metrics: [Metric(name: "accuracy", goal: .maximize)],
      fidelity: Fidelity(name: "epoch", minimum: Budget(5), maximum: Budget(90)),
      space: SearchSpace(
        parameters: (1...5).map {
          Parameter(
            name: "stage\($0)", domain: .integer(low: 8, high: 64, step: 8, log: false))
        }), algorithm: algorithm, trial: TrialSettings(command: ["train"], gpus: 1), stop: stop,
      seed: 1)
  }

  private static func machine(epoch: Double) -> MachineModel {
    let (busy, most) = (0.38, 0.86)
    var machine = MachineModel()
    machine.epoch = epoch
    machine.sharing = .init([2, 4, 8].map { .init($0, max(1, Double($0) * busy / most)) })
    machine.efficiency = .init(
      [2, 4, 8, 16].map { .init($0, 1 / (Double($0) * (busy / Double($0) + 1 - busy))) })
    return machine
  }

  private static func site(gpus: Int, nodes: Int) -> Site {
    Site(
      name: "jureca", summary: "",
      partitions: [
        Site.Partition(
          name: "gpu", nodes: nodes, cores: 128, memoryMiB: 480_000,
          gpus: .init(count: gpus, vendor: .nvidia, model: "A100"), maximumTime: .seconds(86_400))
      ], workerPartition: "gpu", defaultTime: .seconds(86_400))
  }

  @Test func trialsOfRanksAreRehearsedOverNodesToo() throws {
    var study = Self.study(samples: 16)
    study.trial.launch = .ranks
    let stage = Stage(
      study: study, objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: 20),
      machine: Self.machine(epoch: 20), seeds: 1)
    let site = Self.site(gpus: 4, nodes: 4)
    let comparison = try compare(stage, at: site, asking: PlanRequest(size: .nodes(4)))
    #expect(comparison.sizes.suffix(3).map(\.size.gpus) == [4, 8, 16])
    #expect(comparison.sizes.suffix(3).map(\.trialsAtATime) == [4, 2, 1])
    study.trial.gpus = 8
    #expect(throws: PlanError.trialBeyondJob(gpus: 8, nodes: 1, needed: 2)) {
      try compare(
        Stage(study: study, objective: stage.objective, machine: stage.machine), at: site,
        asking: PlanRequest(size: .nodes(1)))
    }
  }

  private static func comparison(
    samples: Int, epoch: Double, gpus: Int, nodes: Int, seeds: Int = 3
  ) throws -> Comparison {
    let study = study(samples: samples)
    let machine = machine(epoch: epoch)
    let stage = Stage(
      study: study, objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: epoch),
      machine: machine, seeds: seeds)
    return try compare(
      stage, at: site(gpus: gpus, nodes: nodes), asking: PlanRequest(size: .nodes(nodes)))
  }

  @Test func onOneGPUFourTrialsShareIt() throws {
    let found = try Self.comparison(samples: 64, epoch: 16.2, gpus: 1, nodes: 1, seeds: 15)
    let times = Dictionary(
      uniqueKeysWithValues: found.sizes.map { (Int((1 / $0.size.number).rounded()), $0.runTime) })
    let paper = [1: 18_817.0, 2: 10_583, 4: 8_524, 8: 8_996]
    for (trials, seconds) in paper {
      let ratio = try #require(times[trials]) / seconds
      #expect((0.8...1.2).contains(ratio), "\(trials) trials: \(ratio) of the paper's time")
    }
    let order = paper.keys.sorted { (times[$0] ?? 0) < (times[$1] ?? 0) }
    #expect(order.last == 1 && order[2] == 2, "\(times)")
    #expect(found.sizes[found.fastest].size == TrialSize(sharing: 4), "\(times)")
  }

  @Test(arguments: [(samples: 64, nodes: 4), (256, 16)])
  func onManyGPUsATrialOfOneEachIsFastest(samples: Int, nodes: Int) throws {
    let found = try Self.comparison(samples: samples, epoch: 22.6, gpus: 4, nodes: nodes)
    let whole = found.sizes.filter { $0.size.trialsPerGPU == 1 }
    #expect(whole.map(\.size.gpus) == [1, 2, 4])
    #expect(whole.map(\.runTime) == whole.map(\.runTime).sorted(), "as the paper ranks them")
    guard nodes == 16 else { return }
    for (rehearsal, paper) in zip(whole, [2_601.0, 3_021, 4_148]) {
      #expect((0.85...1.15).contains(rehearsal.runTime / paper), "\(rehearsal)")
    }
  }

  @Test func moreNodesAreFasterAndLessWellUsed() throws {
    let found = try Self.comparison(samples: 64, epoch: 22.6, gpus: 4, nodes: 16)
    #expect(found.nodes.map(\.nodes) == [1, 2, 4, 8, 16])
    #expect(found.nodes.map(\.runTime) == found.nodes.map(\.runTime).sorted(by: >))
    #expect(found.nodes.map(\.efficiency) == found.nodes.map(\.efficiency).sorted(by: >))
    let bound = found.nodes[0].efficiency * Comparison.leastEfficiency
    #expect(found.nodes[found.widest].efficiency >= bound)
    #expect(found.nodes.dropFirst(found.widest + 1).allSatisfy { $0.efficiency < bound })
  }

  @Test func aRehearsalIsRepeatable() throws {
    let one = try Self.comparison(samples: 16, epoch: 10, gpus: 2, nodes: 2)
    let other = try Self.comparison(samples: 16, epoch: 10, gpus: 2, nodes: 2)
    #expect(one == other)
  }

  @Test func aComparisonReadsAsATable() throws {
    let found = try Self.comparison(samples: 16, epoch: 10, gpus: 2, nodes: 2)
    let lines = describe(found, source: "from a test").split(separator: "\n")
    #expect(lines[0] == "Rehearsed in virtual time; from a test.")
    #expect(lines[1].hasPrefix("GPUs a trial  at a time  run time  to 95 % of the gain"))
    #expect(lines[2].hasPrefix("       0.125"))
    #expect(lines.contains { $0.hasPrefix("Fastest: ") && $0.contains("'--trial-gpus ") })
  }
}
