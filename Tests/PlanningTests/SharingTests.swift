import Planning
import StudyModel
import Testing

/// Trials that share a GPU, at sites that say how.
@Suite struct SharingTests {
  private func sharedSite(
    _ sharing: Site.Sharing, pieces: Int? = nil, several: Bool = false
  ) -> Site {
    var site = site()
    site.partitions[0].gpus?.sharing = sharing
    site.partitions[0].gpus?.pieces = pieces
    site.sharesSeveralGPUs = several
    return site
  }

  private func workers(
    _ site: Site, shares: Int, cpus: Int = 1
  ) throws -> Plan.Component {
    var study = try study(cpus: cpus)
    study.trial.trialsPerGPU = shares
    return try plan(study, at: site, asking: PlanRequest(size: .nodes(1))).components[0]
  }

  @Test func shardsAreAskedForInThePlaceOfGPUs() throws {
    let one = try workers(sharedSite(.shards, pieces: 4), shares: 2)
    #expect(one.gres == "shard:4" && one.slotsPerNode == 2, "those of one GPU")
    let single = try workers(sharedSite(.shards, pieces: 8), shares: 8, cpus: 4)
    #expect(single.gres == "shard:2" && single.slotsPerNode == 2, "what the cores hold")
    let all = try workers(sharedSite(.shards, pieces: 4, several: true), shares: 2)
    #expect(all.gres == "shard:16" && all.slotsPerNode == 8)
    // Three slots of two GPUs: all shards of both, so that each has as many.
    let odd = try workers(sharedSite(.shards, pieces: 2, several: true), shares: 2, cpus: 2)
    #expect(odd.gres == "shard:4" && odd.slotsPerNode == 4)
    let unknown = try workers(sharedSite(.shards), shares: 4)
    #expect(unknown.gres == "shard:4" && unknown.slotsPerNode == 4)
  }

  @Test func wholeGPUsAreAskedForAsEver() throws {
    for sharing in Site.Sharing.allCases {
      let component = try workers(sharedSite(sharing, pieces: 2), shares: 1)
      #expect(component.gres == "gpu:4" && component.slotsPerNode == 4)
    }
    #expect(try workers(sharedSite(.mps), shares: 2).gres == "gpu:4")
    let instances = try workers(sharedSite(.mig, pieces: 2), shares: 2)
    #expect(instances.gres == "gpu:4" && instances.slotsPerNode == 8)
  }

  private func wording(_ site: Site, _ change: (inout TrialSettings) -> Void) throws -> String {
    var study = try study()
    change(&study.trial)
    var text = "granted"
    do throws(PlanError) {
      _ = try plan(study, at: site, asking: PlanRequest(size: .nodes(1)))
    } catch { text = error.description }
    return text
  }

  @Test func whatThePiecesOfAGPUDoNotFitIsRefusedWithTheNearest() throws {
    #expect(
      try wording(sharedSite(.mig, pieces: 2)) { $0.trialsPerGPU = 4 } == """
        4 trials are to share a GPU, but those of partition 'gpu' are cut into 2 instances; write \
        'gpus: 0.5' or name another partition
        """)
    #expect(try wording(sharedSite(.mig)) { $0.trialsPerGPU = 4 } == "granted")
    #expect(
      try wording(sharedSite(.mig, pieces: 4)) { $0.gpus = 2 } == """
        a trial may have more than one share, but the GPUs of partition 'gpu' are cut into \
        instances, of which a process uses one; write 'gpus: 0.25' or name another partition
        """)
    #expect(
      try wording(sharedSite(.shards, pieces: 4)) { $0.trialsPerGPU = 3 } == """
        3 trials are to share a GPU, but those of partition 'gpu' have 4 shards, which they cannot \
        share evenly; write 'gpus: 0.5' or name another partition
        """)
  }
}
