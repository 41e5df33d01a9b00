import Planning
import StudyModel
import Testing

@Suite struct PlanDescriptionTests {
  @Test func aTableNamesComponentsNodesSlotsAndTime() throws {
    let wish = PlanRequest(size: .nodes(4), time: .seconds(5400), strategy: "hetjob")
    #expect(
      describe(try plan(study(), at: site(), asking: wish)) == """
        digits at there: hetjob, 16 slots, at most 90m

        component    partition  nodes  cores    memory   gres  slots a node  slots
        coordinator  cpu            1      2      2GiB   none             0      0
        workers      gpu            4      8  16000MiB  gpu:4             4     16

        """)
  }

  @Test func wholeNodesShowAllTheirMemory() throws {
    let site = site(asksForGPUs: false, asksForMemory: false)
    let study = try study(gpus: 0, cpus: 8)
    #expect(
      describe(try plan(study, at: site, asking: PlanRequest())) == """
        digits at there: resident, 1 slot, at most 1h

        component  partition  nodes  cores  memory  gres  slots a node  slots
        workers    gpu            1      8     all  none             1      1

        """)
  }

  @Test func ranksWithoutGPUsAreSlots() throws {
    let wish = PlanRequest(size: .nodes(4), strategy: "steps")
    var onGPUs = try study(gpus: 2)
    onGPUs.trial.launch = .step
    #expect(
      describe(try plan(onGPUs, at: site(), asking: wish))
        .hasPrefix("digits at there: steps, 16 slots, 2 GPUs a trial and 8 at a time, at most 1h\n")
    )
    var onCores = try study(gpus: 0, partition: "gpu")
    onCores.trial.launch = .step
    onCores.trial.ranks = 4
    #expect(
      describe(try plan(onCores, at: site(), asking: wish))
        .hasPrefix(
          "digits at there: steps, 32 slots, 4 slots a trial and 8 at a time, at most 1h\n"))
  }

  @Test func slotsThatNoTrialWouldUseAreWarnedOf() throws {
    let study = try study(trials: 9)
    let four = try plan(study, at: site(), asking: PlanRequest(size: .nodes(4)))
    let warning = PlanWarning.moreRoomThanTrials(room: 16, trials: 9, nodes: 4, enough: 3)
    #expect(warnings(about: four, for: study) == [warning])
    #expect(
      warning.description == """
        the plan has room for 16 trials at a time, but the study starts 9 trials: the rest would \
        never be used; ask for '--nodes 3' or raise 'stop.trials'
        """)
    let three = try plan(study, at: site(), asking: PlanRequest(size: .nodes(3)))
    #expect(
      warnings(about: three, for: study).map(\.description) == [
        """
        the plan has room for 12 trials at a time, but the study starts 9 trials: the rest would \
        never be used; raise 'stop.trials'
        """
      ])
  }

  @Test func asManySlotsAsTrialsAreNoReasonToWarn() throws {
    let four = try plan(study(), at: site(), asking: PlanRequest(size: .nodes(4)))
    #expect(warnings(about: four, for: try study(trials: 16)) == [])
    #expect(warnings(about: four, for: try study(trials: nil)) == [])
    var started = try study(trials: nil)
    started.stop.started = 15
    #expect(warnings(about: four, for: started).count == 1)
  }
}
