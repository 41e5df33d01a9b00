import Simulation
import StudyModel
import Testing

@testable import Planning

/// A study of trials with a GPU each, by a name that a member does not hide.
private func oneGPUStudy() throws -> Study { try study() }

/// Plans with a component for each class of trial sizes.
struct ClassesTests {
  /// One whose trials have a GPU each.
  private func aStudy() throws -> Study { try oneGPUStudy() }

  /// A study that chooses among some numbers of GPUs.
  private func study(
    _ gpus: [Double], launch: TrialSettings.Launch = .ranks
  ) throws -> Study {
    var study = try aStudy()
    study.trial.launch = launch
    let sizes = try gpus.map { try #require(TrialSize($0)) }
    study.trial.trialsPerGPU = sizes.map(\.trialsPerGPU).max() ?? 1
    let isWhole = sizes.allSatisfy { $0.trialsPerGPU == 1 }
    let values: [ParameterValue] = sizes.map { isWhole ? .integer($0.gpus) : .real($0.number) }
    study.trial.sizes = .chosen(values)
    study.space = SearchSpace(parameters: [
      Parameter(name: TrialSizes.parameterName, domain: .ordinal(values))
    ])
    return study
  }

  private func wish(_ components: String...) throws -> PlanRequest {
    var wish = PlanRequest()
    wish.components = try components.map { text in
      let sides = text.split(separator: "=")
      let place = sides[1].split(separator: "@")
      return PlanRequest.Component(
        try #require(SizeClass(String(sides[0]))), nodes: try #require(Int(place[0])),
        partition: place.count > 1 ? String(place[1]) : nil)
    }
    return wish
  }

  /// What a plan's components are for, as the options that ask for them.
  private func parts(_ plan: Plan) -> [String] {
    plan.components.map { component in
      "\(component.sizes.map { "\($0)" } ?? component.role.rawValue)=\(component.nodes)"
        + "@\(component.partition)"
    }
  }

  private func parts(
    _ study: Study, _ nodes: Int, at machine: Site = site()
  ) throws -> [String] {
    parts(
      try plan(study, at: machine, asking: PlanRequest(size: .nodes(nodes), strategy: "hetjob")))
  }

  // MARK: - The planner's classes

  @Test func trialsWithoutGPUsHaveNodesWithoutAndOneOfThemCoordinates() throws {
    let plan = try plan(
      try study([0, 1]), at: site(), asking: PlanRequest(size: .nodes(3), strategy: "hetjob"))
    #expect(parts(plan) == ["0=1@cpu", "1=2@gpu"])
    #expect(plan.components.map(\.slotsPerNode) == [4, 4])
    #expect(plan.components.map(\.gres) == [nil, "gpu:4"])
    #expect(plan.components.map(\.role) == [.workers, .workers])
    #expect(plan.classes.map(\.firstRank) == [0, 1] && plan.classes.map(\.agents) == [1, 2])
    #expect(plan.slots == 12 && plan.slotsWithGPUs == 8)
    #expect(plan.time == .seconds(3600) && plan.vendor == .amd)
  }

  @Test func wholeNodesHaveAClassAndNodesInProportionToWhatTrialsHold() throws {
    // A trial of four holds a node, one of one a quarter: four nodes to one.
    #expect(try parts(study([1, 4]), 2) == ["coordinator=1@cpu", "1=1@gpu", "4=1@gpu"])
    #expect(try parts(study([1, 4]), 5) == ["coordinator=1@cpu", "1=1@gpu", "4=4@gpu"])
    #expect(try parts(study([1, 4]), 10) == ["coordinator=1@cpu", "1=2@gpu", "4=8@gpu"])
    #expect(try parts(study([1, 2, 4]), 7) == ["coordinator=1@cpu", "1-2=3@gpu", "4=4@gpu"])
    #expect(
      try parts(study([0.5, 4, 8]), 4)
        == ["coordinator=1@cpu", "0.5=1@gpu", "4-8=3@gpu"])
    #expect(try parts(study([0, 1, 4]), 6) == ["0=1@cpu", "1=1@gpu", "4=4@gpu"])
  }

  @Test func whereNodesAreTooFewWholeNodesAreNotApart() throws {
    #expect(try parts(study([1, 4]), 1) == ["coordinator=1@cpu", "workers=1@gpu"])
    #expect(try parts(study([0, 1, 4]), 2) == ["0=1@cpu", "1-4=1@gpu"])
    #expect(try parts(study([1, 8]), 2) == ["coordinator=1@cpu", "workers=2@gpu"])
  }

  @Test func calculatedSizesAreSplitByWhatTheSearchWouldDraw() throws {
    var study = try aStudy()
    study.trial.launch = .ranks
    study.trial.sizes = .calculated(try Expression("width"))
    func widths(_ low: Int, _ high: Int) -> SearchSpace {
      SearchSpace(parameters: [
        Parameter(name: "width", domain: .integer(low: low, high: high, step: 1, log: false))
      ])
    }
    study.space = widths(1, 8)
    // 1, 2 and 3 hold 6 GPUs between them, 4 to 8 thirty.
    let open = try parts(study, 12)
    #expect(open == ["coordinator=1@cpu", "1-3=2@gpu", "4-=10@gpu"])
    study.space = widths(1, 3)
    #expect(try parts(study, 12) == ["coordinator=1@cpu", "workers=12@gpu"], "none has a node")
  }

  @Test func gpusCountThoseOfTrialsAndNodesWithoutComeOnTop() throws {
    let plan = try plan(
      try study([0, 1]), at: site(), asking: PlanRequest(size: .gpus(10), strategy: "hetjob"))
    #expect(parts(plan) == ["0=2@cpu", "1=3@gpu"])
  }

  @Test func withoutAHeterogeneousJobAllTrialsShareTheNodes() throws {
    let study = try study([0, 1])
    let plan = try plan(study, at: site(), asking: PlanRequest(size: .nodes(3)))
    #expect(parts(plan) == ["workers=3@gpu"])
    #expect(
      warnings(about: plan, for: study).map(\.description) == [
        "a trial without GPUs runs on partition 'gpu' like any other, where it holds a GPU that stands "
          + "idle; plan with '--strategy hetjob' to give such trials nodes of their own"
      ])
  }

  // MARK: - Wishes

  @Test func aWishForEachClassWins() throws {
    let made = try plan(
      study([0, 1, 4]), at: site(), asking: wish("4=3", "0=1@tiny", "1=2"))
    #expect(made.strategy == .hetjob)
    #expect(parts(made) == ["coordinator=1@cpu", "0=1@tiny", "1=2@gpu", "4=3@gpu"])
    #expect(made.classes.map(\.ranks) == [1..<2, 2..<4, 4..<7])
    #expect(made.time == .seconds(3600), "of the partition with the least")
    #expect(
      describe(made) == """
        digits at there: hetjob, 21 slots, at most 1h

        component                  partition  nodes  cores    memory   gres  slots a node  slots
        coordinator                cpu            1      2      2GiB   none             0      0
        workers (GPUs a trial: 0)  tiny           1      1    512MiB   none             1      1
        workers (GPUs a trial: 1)  gpu            2      8  16000MiB  gpu:4             4      8
        workers (GPUs a trial: 4)  gpu            3      8  16000MiB  gpu:4             4     12

        """)
  }

  @Test func growingTrialsMayHaveClassesToo() throws {
    var study = try aStudy()
    study.algorithm = Algorithm(.rasda)
    study.trial.launch = .ranks
    let made = try plan(study, at: site(), asking: wish("1-2=1", "3-=2"))
    #expect(parts(made) == ["coordinator=1@cpu", "1-2=1@gpu", "3-=2@gpu"])
    study.space = try self.study([1, 2]).space
    study.trial.sizes = .chosen([.integer(1), .integer(2)])
    let chosen = try plan(study, at: site(), asking: wish("1=1", "2-=2"))
    #expect(parts(chosen) == ["coordinator=1@cpu", "1=1@gpu", "2-=2@gpu"])
    let one = try plan(study, at: site(), asking: wish("1-=3"))
    #expect(parts(one) == ["coordinator=1@cpu", "1-=3@gpu"])
  }

  /// Each with a wish that can be granted.
  @Test func wishesThatCannotBeGrantedAreAnsweredByTheNearest() throws {
    func expect(
      _ message: String, _ study: Study, at machine: Site = site(), _ wish: PlanRequest,
      _ location: SourceLocation = #_sourceLocation
    ) {
      #expect(sourceLocation: location) {
        _ = try plan(study, at: machine, asking: wish)
      } throws: { error in
        #expect("\(error)" == message, sourceLocation: location)
        return true
      }
    }
    expect(
      "all trials of this study have the same number of GPUs, so that there is one class of them; "
        + "leave '--component' out and ask for '--nodes N'",
      try aStudy(), try wish("1=2"))
    var resident = try wish("1=1", "4=1")
    resident.strategy = "resident"
    expect(
      "'--component' is for classes of a heterogeneous job, not for '--strategy resident'; write "
        + "'--strategy hetjob' or leave '--component' out",
      try study([1, 4]), resident)
    expect(
      "'--component 8=...' has no trial of this study; write one for each class of its sizes, which "
        + "are 1, 4", try study([1, 4]), try wish("1-4=2", "8=1"))
    expect(
      "no '--component' has trials of 4 GPUs; add '--component 4=N'",
      try study([1, 4]), try wish("1-2=2"))
    expect(
      "no '--component' has trials of 0.25 of a GPU; add '--component 0.25=N'",
      try study([0.25, 1]), try wish("1=2"))
    expect(
      "'--component 1-4=...' and '--component 4=...' both have trials of 4 GPUs; have one class end "
        + "below the other", try study([1, 4]), try wish("1-4=2", "4=1"))
    expect(
      "'--component 1=0' asks for nothing; ask for more than 0 or leave it out",
      try study([1, 4]), try wish("1=0", "4=1"))
    expect(
      "a trial may have 8 GPUs, which is more than 1 node of its class has; ask for "
        + "'--component 8=2'", try study([1, 8]), try wish("1=1", "8=1"))
    expect(
      "the class of trials with 4 GPUs asks for 25 nodes, but partition 'gpu' grants 24 to one job; "
        + "ask for '--component 4=24' or name another partition",
      try study([1, 4]), try wish("1=1", "4=25"))
    expect(
      "the components of the job ask for 34 nodes of partition 'gpu', which has 32; ask for 2 fewer "
        + "or name another partition for one of them", try study([1, 4]), try wish("1=12", "4=22"))
    expect(
      "the classes of trials with 0, 1 GPUs need 2 nodes at least, each nodes of its own, but the job "
        + "asks for 1; ask for '--nodes 2' or plan with '--strategy resident'",
      try study([0, 1]), PlanRequest(size: .nodes(1), strategy: "hetjob"))
    var gpusOnly = site()
    gpusOnly.partitions.removeAll { $0.gpus == nil }
    gpusOnly.coordinatorPartition = "gpu"
    expect(
      "the study has trials without GPUs, and site 'there' names no partition without; write "
        + "'--component 0=N@PARTITION', or plan with '--strategy resident', where each of them holds "
        + "a GPU", try study([0, 1]), at: gpusOnly,
      PlanRequest(size: .nodes(4), strategy: "hetjob"))
    var growing = try aStudy()
    growing.algorithm = Algorithm(.rasda)
    expect(
      "no '--component' has trials of 5 GPUs or more; add '--component 5-=N'",
      growing, try wish("1-4=2"))
    expect(
      "a trial may have 8 GPUs, but a node of partition 'gpu' has 4; lower 'trial.gpus' to 4, name "
        + "another partition, or write 'launch: ranks' where the trial can be spread over nodes",
      try study([1, 8], launch: .plain), try wish("1=1", "8=2"))
  }

  // MARK: - Rehearsals

  @Test func splitsAreRehearsedAndTheFastestIsNamed() throws {
    var study = try study([1, 4])
    study.fidelity = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9))
    let wish = PlanRequest(size: .nodes(4), strategy: "hetjob")
    let made = try plan(study, at: site(), asking: wish)
    var machine = MachineModel()
    machine.epoch = 60
    let stage = Stage(
      study: study, objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: 60),
      machine: machine, seeds: 2)
    let splits = try compareSplits(stage, of: made, at: site(), asking: wish)
    let ways = splits.splits.map { split in
      split.components.map { "\($0.sizes.map { "\($0)" } ?? "")=\($0.nodes)" }
    }
    #expect(ways == [["1=1", "4=3"], ["1-4=4"], ["1=2", "4=2"]])
    let times = splits.splits.map(\.rehearsal.runTime)
    #expect(times.allSatisfy { $0 > 0 } && times[splits.fastest] == times.min())
    // What is named is what was rehearsed.
    let fastest = splits.splits[splits.fastest]
    var again = wish
    again.components = fastest.components.compactMap { component in
      component.sizes.map {
        PlanRequest.Component($0, nodes: component.nodes, partition: component.partition)
      }
    }
    let taken = try plan(study, at: site(), asking: again)
    #expect(try stage.rehearse(taken, nil) == fastest.rehearsal)
    let text = describe(splits, source: "measured")
    #expect(text.contains("Fastest: '\(fastest.options)'."))
    #expect(text.contains("nodes by GPUs a trial"))
  }
}
