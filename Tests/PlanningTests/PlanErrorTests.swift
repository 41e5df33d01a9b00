import Planning
import StudyModel
import Testing

/// Each wish that cannot be granted: the error it leads to, and its wording.
@Suite struct PlanErrorTests {
  private func expect(
    _ error: PlanError, _ wording: String, _ study: Study, at site: Site, asking: PlanRequest
  ) {
    #expect(throws: error) { try plan(study, at: site, asking: asking) }
    #expect(error.description == wording)
  }

  @Test func tooManyNodes() throws {
    expect(
      .tooManyNodes(component: "workers", asked: 25, partition: "gpu", limit: 24),
      """
      component 'workers' asks for 25 nodes, but partition 'gpu' grants 24 to one job; ask for \
      '--nodes 24' or name another partition
      """,
      try study(), at: site(), asking: PlanRequest(size: .nodes(25)))
    expect(
      .tooManyNodes(component: "workers", asked: 3, partition: "cpu", limit: 2),
      """
      component 'workers' asks for 3 nodes, but partition 'cpu' grants 2 to one job; ask for \
      '--nodes 2' or name another partition
      """,
      try study(gpus: 0), at: site(), asking: PlanRequest(size: .nodes(3), partition: "cpu"))
  }

  @Test func tooManyGPUs() throws {
    #expect(
      throws: PlanError.tooManyNodes(
        component: "workers", asked: 25, partition: "gpu", limit: 24)
    ) { try plan(study(), at: site(), asking: PlanRequest(size: .gpus(97))) }
    #expect(throws: PlanError.self) {
      try plan(study(), at: site(), asking: PlanRequest(size: .gpus(.max)))
    }
  }

  @Test func theCoordinatorsNodeIsNoWorkers() throws {
    let wish = PlanRequest(size: .nodes(2), strategy: "hetjob", partition: "cpu")
    #expect(
      throws: PlanError.tooManyNodes(component: "workers", asked: 2, partition: "cpu", limit: 1)
    ) { try plan(study(gpus: 0), at: site(), asking: wish) }
    expect(
      .noNodeForWorkers(partition: "tiny"),
      """
      partition 'tiny' grants one node, which the coordinator takes; plan with '--strategy \
      resident' or name another partition
      """,
      try study(gpus: 0), at: site(coordinator: "tiny"),
      asking: PlanRequest(strategy: "hetjob", partition: "tiny"))
  }

  @Test func nothing() throws {
    let wishes: [(PlanRequest, String)] = [
      (PlanRequest(size: .nodes(0)), "--nodes 0"),
      (PlanRequest(size: .nodes(-1)), "--nodes -1"),
      (PlanRequest(size: .gpus(0)), "--gpus 0"),
      (PlanRequest(time: .zero), "--time 0h"),
    ]
    for (wish, option) in wishes {
      expect(
        .nothingAsked(option: option),
        "'\(option)' asks for nothing; ask for more than 0 or leave it out",
        try study(), at: site(), asking: wish)
    }
  }

  @Test func unknownPartition() throws {
    expect(
      .unknownPartition("dc-gpu", known: ["gpu", "cpu", "tiny"]),
      "no partition 'dc-gpu' at this site; write one of gpu, cpu, tiny",
      try study(), at: site(), asking: PlanRequest(partition: "dc-gpu"))
    #expect(throws: PlanError.unknownPartition("login", known: ["gpu", "cpu", "tiny"])) {
      try plan(
        study(), at: site(coordinator: "login"), asking: PlanRequest(strategy: "hetjob"))
    }
  }

  @Test func timeTooLong() throws {
    expect(
      .timeTooLong(
        asked: .seconds(24 * 3600 + 1), partition: "gpu", limit: .seconds(24 * 3600)),
      """
      the job asks for 86401s, but partition 'gpu' ends jobs after 24h; ask for '--time 24h' or \
      name another partition
      """,
      try study(), at: site(), asking: PlanRequest(time: .seconds(24 * 3600 + 1)))
    expect(
      .timeTooLong(asked: .seconds(6000), partition: "tiny", limit: .seconds(5400)),
      """
      the job asks for 100m, but partition 'tiny' ends jobs after 90m; ask for '--time 90m' or \
      name another partition
      """,
      try study(gpus: 0), at: site(), asking: PlanRequest(time: .seconds(6000), partition: "tiny"))
  }

  @Test func theCoordinatorsPartitionLimitsTimeToo() throws {
    let wish = PlanRequest(time: .seconds(30 * 3600), strategy: "hetjob")
    #expect(
      throws: PlanError.timeTooLong(
        asked: .seconds(30 * 3600), partition: "cpu", limit: .seconds(12 * 3600))
    ) { try plan(study(), at: site(), asking: wish) }
  }

  @Test func trialLargerThanANode() throws {
    expect(
      .trialTooLarge(.cpus, asked: 9, partition: "gpu", limit: 8),
      """
      a trial asks for 9 cores, but a node of partition 'gpu' has 8; lower 'trial.cpus' to 8 or \
      name another partition
      """,
      try study(cpus: 9), at: site(), asking: PlanRequest())
    expect(
      .trialTooLarge(.memory, asked: 16_384, partition: "gpu", limit: 16_000),
      """
      a trial asks for 16GiB, but a node of partition 'gpu' has 16000MiB; lower 'trial.memory' \
      to 16000MiB or name another partition
      """,
      try study(memoryMiB: 16_384), at: site(), asking: PlanRequest())
    expect(
      .noRoomForStaged(12_288, beside: 4000, partition: "gpu", limit: 16_000),
      """
      'trial.stage' takes 12GiB of a node's memory and a trial 4000MiB, but a node of partition 'gpu' has \
      16000MiB; write 'to: node', stage less, or name another partition
      """,
      try study(memoryMiB: 4000), at: site(), asking: PlanRequest(stagedMiB: 12_288))
    expect(
      .noRoomForStaged(16_000, beside: nil, partition: "gpu", limit: 16_000),
      """
      'trial.stage' takes 16000MiB of a node's memory, but a node of partition 'gpu' has 16000MiB; \
      write 'to: node', stage less, or name another partition
      """,
      try study(), at: site(), asking: PlanRequest(stagedMiB: 16_000))
    expect(
      .trialBeyondNode(gpus: 8, partition: "gpu", limit: 4),
      """
      a trial may have 8 GPUs, but a node of partition 'gpu' has 4; lower 'trial.gpus' to 4, name \
      another partition, or write 'launch: ranks' where the trial can be spread over nodes
      """,
      try study(gpus: 8), at: site(), asking: PlanRequest())
    var ranks = try study(gpus: 8)
    ranks.trial.launch = .ranks
    expect(
      .trialBeyondJob(gpus: 8, nodes: 1, needed: 2),
      """
      a trial may have 8 GPUs, which is more than 1 node of this job has; ask for '--nodes 2' or \
      lower 'trial.gpus'
      """,
      ranks, at: site(), asking: PlanRequest())
  }

  @Test func whatIsNoJobStep() throws {
    var study = try study(gpus: 1)
    let steps = PlanRequest(size: .nodes(2), strategy: "steps")
    study.trial.launch = .step
    expect(
      .stepsNeeded(strategy: "resident"),
      """
      'trial.launch' is 'step', and '--strategy resident' starts no job steps; leave '--strategy' \
      out or write 'steps'
      """, study, at: site(), asking: PlanRequest(strategy: "resident"))
    study.trial.gpus = 6
    expect(
      .unevenStep(slots: 6, each: 4),
      """
      a job step of 6 slots over nodes with 4 slots each would have fewer on one of them; ask for \
      a multiple of 4
      """, study, at: site(), asking: steps)
    (study.trial.gpus, study.trial.launch) = (1, .ranks)
    expect(
      .ranksAsSteps,
      """
      'trial.launch' is 'ranks', processes that the agents start, but '--strategy steps' has each \
      trial started by srun; plan with '--strategy resident', or write 'launch: step' for an MPI \
      program
      """, study, at: site(), asking: steps)
    (study.trial.launch, study.trial.trialsPerGPU) = (.plain, 2)
    expect(
      .shareAsStep,
      """
      'trial.gpus' is a share of a GPU, and a job step has whole ones; plan with \
      '--strategy resident'
      """, study, at: site(), asking: steps)
    study.trial.trialsPerGPU = 1
    var flat = site()
    flat.nestsSteps = false
    expect(
      .noNestedSteps(site: flat.name),
      """
      site '\(flat.name)' lets no job step start others ('capabilities.steps'); plan with \
      '--strategy resident'
      """, study, at: flat, asking: steps)
    var site = site()
    site.asksForGPUs = false
    expect(
      .stepsWithoutGRES(site: site.name),
      """
      site '\(site.name)' gives out whole nodes without '--gres', so that a job step would see all \
      GPUs; plan with '--strategy resident'
      """, study, at: site, asking: steps)
  }

  @Test func noGPUs() throws {
    expect(
      .noGPUs(.trial(1), partition: "cpu", others: ["gpu"]),
      "a trial asks for 1 GPU, but partition 'cpu' has none; name one that has: gpu",
      try study(), at: site(), asking: PlanRequest(partition: "cpu"))
    expect(
      .noGPUs(.trial(1), partition: "gpu", others: []),
      """
      a trial asks for 1 GPU, but partition 'gpu' has none; no partition of this site has any: \
      lower 'trial.gpus' to 0
      """,
      try study(), at: site(gpusPerNode: nil), asking: PlanRequest())
    expect(
      .noGPUs(.job(8), partition: "cpu", others: ["gpu"]),
      "'--gpus 8' asks for GPUs, but partition 'cpu' has none; name one that has: gpu",
      try study(gpus: 0), at: site(), asking: PlanRequest(size: .gpus(8), partition: "cpu"))
    expect(
      .noGPUs(.job(8), partition: "gpu", others: []),
      """
      '--gpus 8' asks for GPUs, but partition 'gpu' has none; no partition of this site has \
      any: ask for '--nodes N'
      """,
      try study(gpus: 0), at: site(gpusPerNode: nil), asking: PlanRequest(size: .gpus(8)))
  }

  @Test func noCoordinatorPartition() throws {
    expect(
      .noCoordinatorPartition(site: "there"),
      """
      site 'there' names no partition for the coordinator of a heterogeneous job; write \
      'coordinator: PARTITION' in the site file or plan with '--strategy resident'
      """,
      try study(), at: site(coordinator: nil), asking: PlanRequest(strategy: "hetjob"))
  }

  @Test func noHeterogeneousJobs() throws {
    expect(
      .noHeterogeneousJobs(site: "there"),
      "site 'there' takes no heterogeneous jobs; plan with '--strategy resident'",
      try study(), at: site(heterogeneous: false), asking: PlanRequest(strategy: "hetjob"))
  }

  @Test func unknownStrategy() throws {
    expect(
      .unknownStrategy("nested", known: ["resident", "steps", "hetjob"]),
      "no strategy 'nested' in this version; write one of resident, steps, hetjob",
      try study(), at: site(), asking: PlanRequest(strategy: "nested"))
  }
}
