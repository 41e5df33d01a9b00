import Planning
import StudyModel
import Testing

@Suite struct PlanningTests {
  // MARK: - Slots

  @Test(arguments: [
    // The GPUs decide, the cores, the memory; each exactly full and one short of it.
    (gpus: 1, cpus: 1, memory: nil as Int?, slots: 4),
    (1, 2, nil, 4), (1, 3, nil, 2), (1, 8, nil, 1),
    (1, 1, 4000, 4), (1, 1, 4001, 3), (1, 1, 16_000, 1),
    (2, 1, nil, 4), (3, 1, nil, 3), (4, 1, nil, 4), (2, 8, nil, 2), (2, 1, 6000, 4),
    (0, 1, nil, 8), (0, 3, nil, 2), (0, 1, 2000, 8), (0, 1, 2001, 7), (0, 1, 8001, 1),
  ])
  func aNodeHoldsAsManyTrialsAsItsScarcestPartAllows(
    gpus: Int, cpus: Int, memory: Int?, slots: Int
  ) throws {
    let plan = try plan(
      study(gpus: gpus, cpus: cpus, memoryMiB: memory), at: site(), asking: PlanRequest())
    #expect(plan.components.map(\.slotsPerNode) == [slots])
    #expect(plan.components[0].gres == (gpus == 0 ? nil : "gpu:\(slots)"))
    #expect(plan.vendor == (gpus == 0 ? nil : .amd))
  }

  @Test func dataThatIsStagedInMemoryLeavesLessForTrials() throws {
    let trial = try study(memoryMiB: 4000)
    for (staged, slots) in [(0, 4), (1, 3), (4000, 3), (4001, 2), (12_000, 1)] {
      let plan = try plan(trial, at: site(), asking: PlanRequest(stagedMiB: staged))
      #expect(plan.components[0].slotsPerNode == slots)
      #expect(plan.components[0].memoryMiB == 16_000, "the job asks for all of it")
      #expect(plan.stagedMiB == (staged > 0 ? staged : nil))
    }
  }

  @Test func noNodeCouldHoldOneTrialMore() throws {
    for cpus in 1...8 {
      for memory in stride(from: 500, through: 16_000, by: 500) {
        let trial = try study(gpus: 1, cpus: cpus, memoryMiB: memory)
        let slots = try plan(trial, at: site(), asking: PlanRequest()).slots
        #expect(slots * cpus <= 8 && slots * memory <= 16_000 && slots <= 4)
        let next = slots + 1
        #expect(next * cpus > 8 || next * memory > 16_000 || next > 4)
      }
    }
  }

  @Test(arguments: [
    // Shares of a GPU; four GPUs, eight cores and 16,000 MiB a node.
    (2, 1, nil as Int?, 8), (4, 1, nil, 8), (2, 2, nil, 4), (2, 1, 4000, 4), (2, 1, 2001, 7),
  ])
  func aSharedGPUMakesSeveralSlots(shares: Int, cpus: Int, memory: Int?, slots: Int) throws {
    var study = try study(gpus: 1, cpus: cpus, memoryMiB: memory)
    study.trial.trialsPerGPU = shares
    let plan = try plan(study, at: site(), asking: PlanRequest())
    #expect(plan.slots == slots)
    #expect(plan.components[0].gres == "gpu:\((slots + shares - 1) / shares)")
    #expect(plan.trialsAtATime == slots)
  }

  @Test func eachRankNeedsCoresAndMemoryOfItsOwn() throws {
    var study = try study(gpus: 2, cpus: 4)
    #expect(try plan(study, at: site(), asking: PlanRequest()).trialsAtATime == 2)
    study.trial.launch = .ranks
    #expect(try plan(study, at: site(), asking: PlanRequest()).trialsAtATime == 1)
    study.trial.cpus = 9
    #expect(
      throws: PlanError.trialTooLarge(.cpus, asked: 9, partition: "gpu", limit: 8)
    ) { try plan(study, at: site(), asking: PlanRequest()) }
  }

  @Test func ranksMayBeSpreadOverNodes() throws {
    // Eight cores for each process, and so many has a node: its other GPUs are left out.
    var study = try study(gpus: 2, cpus: 8)
    study.trial.launch = .ranks
    #expect(throws: PlanError.trialBeyondJob(gpus: 2, nodes: 1, needed: 2)) {
      try plan(study, at: site(), asking: PlanRequest())
    }
    let pairs = try plan(study, at: site(), asking: PlanRequest(size: .nodes(4)))
    #expect(pairs.components[0].slotsPerNode == 1)
    #expect(pairs.trialsAtATime == 2)
    study.trial.cpus = 1
    study.trial.gpus = 6
    #expect(throws: PlanError.trialBeyondJob(gpus: 6, nodes: 1, needed: 2)) {
      try plan(study, at: site(), asking: PlanRequest())
    }
    let large = try plan(study, at: site(), asking: PlanRequest(size: .nodes(3)))
    #expect(large.components[0].gres == "gpu:4")
    #expect(large.trialsAtATime == 2)
    study.trial.launch = .plain
    #expect(throws: PlanError.trialBeyondNode(gpus: 6, partition: "gpu", limit: 4)) {
      try plan(study, at: site(), asking: PlanRequest(size: .nodes(3)))
    }
  }

  @Test func theLargestSizeThatTheSearchMayChooseMustFitANode() throws {
    var study = try study(gpus: 1)
    study.trial.sizes = .chosen([.integer(1), .integer(8)])
    #expect(throws: PlanError.trialBeyondNode(gpus: 8, partition: "gpu", limit: 4)) {
      try plan(study, at: site(), asking: PlanRequest(size: .nodes(4)))
    }
  }

  // MARK: - Layouts

  @Test func trialsThatSrunStartsAreSteps() throws {
    var study = try study(gpus: 2)
    #expect(try plan(study, at: site(), asking: PlanRequest()).strategy == .resident)
    study.trial.launch = .step
    #expect(try plan(study, at: site(), asking: PlanRequest()).strategy == .steps)
    var bounded = site()
    bounded.maximumSteps = 3
    let few = try plan(study, at: bounded, asking: PlanRequest(size: .nodes(2)))
    #expect(few.stepLimit == 3 && few.trialsAtATime == 2, "the agents are a step too")
    study.trial.gpus = 8
    let wide = try plan(study, at: site(), asking: PlanRequest(size: .nodes(2)))
    #expect(wide.components[0].slotsPerNode == 4)
    #expect(wide.trialsAtATime == 1)
    study.trial.gpus = 0
    study.trial.ranks = 3
    // Eight cores: two trials of three ranks with one core each.
    let cores = try plan(study, at: site(), asking: PlanRequest())
    #expect(cores.components[0].slotsPerNode == 6)
    #expect(cores.trialsAtATime == 2)
  }

  @Test func aResidentPlanIsOneComponentOfWholeNodes() throws {
    let plan = try plan(study(), at: site(), asking: PlanRequest(size: .nodes(4)))
    #expect(
      plan
        == Plan(
          study: "digits", site: "there", strategy: .resident,
          components: [
            Plan.Component(
              role: .workers, partition: "gpu", nodes: 4, cores: 8, memoryMiB: 16_000,
              gres: "gpu:4", slotsPerNode: 4)
          ], time: .seconds(3600), vendor: .amd))
    #expect(plan.slots == 16)
  }

  @Test func aHeterogeneousPlanPutsASmallCoordinatorFirst() throws {
    let plan = try plan(
      study(), at: site(), asking: PlanRequest(size: .nodes(4), strategy: "hetjob"))
    #expect(plan.strategy == .hetjob)
    #expect(
      plan.components == [
        Plan.Component(
          role: .coordinator, partition: "cpu", nodes: 1, cores: 2, memoryMiB: 2048, gres: nil,
          slotsPerNode: 0),
        Plan.Component(
          role: .workers, partition: "gpu", nodes: 4, cores: 8, memoryMiB: 16_000, gres: "gpu:4",
          slotsPerNode: 4),
      ])
    #expect(plan.slots == 16)
  }

  @Test func aCoordinatorAsksForNoMoreThanItsPartitionHas() throws {
    let plan = try plan(
      study(), at: site(coordinator: "tiny"), asking: PlanRequest(strategy: "hetjob"))
    #expect(plan.components[0].cores == 1)
    #expect(plan.components[0].memoryMiB == 512)
  }

  @Test func aSiteThatGivesWholeNodesIsAskedForNeitherMemoryNorGPUs() throws {
    let site = site(asksForGPUs: false, asksForMemory: false)
    let plan = try plan(study(), at: site, asking: PlanRequest(strategy: "hetjob"))
    #expect(plan.components.map(\.memoryMiB) == [nil, nil])
    #expect(plan.components.map(\.gres) == [nil, nil])
    #expect(plan.slots == 4)
    #expect(plan.vendor == .amd)
  }

  @Test func aSiteWithTypedGPUsIsAskedByType() throws {
    let plan = try plan(study(), at: site(gresType: "mi50"), asking: PlanRequest())
    #expect(plan.components[0].gres == "gpu:mi50:4")
  }

  // MARK: - Size, place and time

  @Test(arguments: [(1, 1), (4, 1), (5, 2), (8, 2), (96, 24)])
  func gpusAreRoundedUpToNodes(gpus: Int, nodes: Int) throws {
    let plan = try plan(study(), at: site(), asking: PlanRequest(size: .gpus(gpus)))
    #expect(plan.components[0].nodes == nodes)
  }

  @Test func gpusThatNoTrialCanUseDoNotCount() throws {
    // Three cores a trial leave two of the four GPUs of a node idle.
    let study = try study(cpus: 3)
    let plan = try plan(study, at: site(), asking: PlanRequest(size: .gpus(8)))
    #expect(plan.components[0].nodes == 4)
    #expect(plan.components[0].gres == "gpu:2")
  }

  @Test func theWishForAPartitionGoesBeforeTheStudysAndTheSites() throws {
    var site = site()
    func partition(_ wish: String?, _ study: String?) throws -> String {
      let study = try PlanningTests.cpuStudy(partition: study)
      return try plan(study, at: site, asking: PlanRequest(partition: wish))
        .components[0].partition
    }
    #expect(try partition(nil, nil) == "gpu")
    site.slurm.partition = "cpu"
    #expect(try partition(nil, nil) == "cpu")
    #expect(try partition(nil, "tiny") == "tiny")
    #expect(try partition("gpu", "tiny") == "gpu")
  }

  private static func cpuStudy(partition: String?) throws -> Study {
    try study(gpus: 0, partition: partition)
  }

  @Test func theSitesDefaultTimeIsCutToWhatEveryPartitionAllows() throws {
    let site = site(coordinator: "cpu", defaultTime: .seconds(20 * 3600))
    let resident = try plan(study(), at: site, asking: PlanRequest())
    let hetjob = try plan(study(), at: site, asking: PlanRequest(strategy: "hetjob"))
    #expect(resident.time == .seconds(20 * 3600))
    #expect(hetjob.time == .seconds(12 * 3600))
  }

  @Test func aWishedTimeIsTaken() throws {
    let request = PlanRequest(time: .seconds(24 * 3600))
    #expect(try plan(study(), at: site(), asking: request).time == .seconds(24 * 3600))
  }
}
