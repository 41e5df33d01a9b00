import Planning
import StudyModel
import Testing

/// Jobs on exactly so many GPUs: parts of a node, whole nodes.
@Suite struct PartOfNodeTests {
  @Test(arguments: [
    (gpus: 1, nodes: 1, slots: 1, cores: 2, memory: 4000),
    (2, 1, 2, 4, 8000), (3, 1, 3, 6, 12_000), (4, 1, 4, 8, 16_000), (8, 2, 4, 8, 16_000),
    (96, 24, 4, 8, 16_000),
  ])
  func aPartOfANodeHasItsShareOfCoresAndMemory(
    gpus: Int, nodes: Int, slots: Int, cores: Int, memory: Int
  ) throws {
    for strategy in ["resident", "steps", "hetjob"] {
      let wish = PlanRequest(size: .exactly(gpus), strategy: strategy)
      let plan = try plan(study(cpus: 2, memoryMiB: 4000), at: site(), asking: wish)
      let workers = try #require(plan.components.last)
      #expect(workers.nodes == nodes && workers.slotsPerNode == slots)
      #expect(workers.cores == cores && workers.memoryMiB == memory)
      #expect(workers.gres == "gpu:\(slots)")
      #expect(plan.slots == gpus)
    }
  }

  @Test func sharesOfAGPUAndTrialsOfSeveralCount() throws {
    var quarter = try study()
    quarter.trial.trialsPerGPU = 4
    let small = try plan(quarter, at: site(), asking: PlanRequest(size: .exactly(1)))
    #expect(small.slots == 4 && small.components[0].gres == "gpu:1")
    let large = try plan(study(gpus: 2), at: site(), asking: PlanRequest(size: .exactly(2)))
    #expect(large.slots == 2 && large.trialsAtATime == 1)
    var wide = try study(gpus: 8)
    wide.trial.launch = .ranks
    let wider = try plan(wide, at: site(), asking: PlanRequest(size: .exactly(16)))
    #expect(wider.components[0].nodes == 4 && wider.trialsAtATime == 2)
  }

  @Test func aTrialNeedsItsGPUs() throws {
    #expect(throws: PlanError.self) {
      try plan(study(gpus: 2), at: site(), asking: PlanRequest(size: .exactly(1)))
    }
  }

  @Test func slotsCountWhereTrialsUseNoGPUs() throws {
    let wish = PlanRequest(size: .exactly(2), partition: "cpu")
    let part = try plan(study(gpus: 0), at: site(), asking: wish)
    #expect(part.slots == 2 && part.components[0].cores == 2)
    let whole = try plan(
      study(gpus: 0), at: site(), asking: PlanRequest(size: .exactly(8), partition: "cpu"))
    #expect(whole.slots == 8 && whole.components[0].nodes == 2)
  }

  @Test func unevenNodesAreRefusedWithTheNearestNumbers() throws {
    let error = PlanError.unevenNodes(gpus: 6, each: 4, partition: "gpu")
    #expect(throws: error) {
      try plan(study(), at: site(), asking: PlanRequest(size: .exactly(6)))
    }
    #expect(
      error.description
        == "6 GPUs would be uneven on nodes of partition 'gpu', of which trials use 4 each; ask for 4 or 8"
    )
    #expect(throws: PlanError.nothingAsked(option: "--gpus 0")) {
      try plan(study(), at: site(), asking: PlanRequest(size: .exactly(0)))
    }
  }
}
