import StudyModel
import Testing

@testable import Diagnosis

struct SlurmFactsTests {
  @Test func theRecordsOfScontrolAreRead() {
    let facts = Recorded.facts
    #expect(facts.version == "22.05.8" && facts.killWait == 5 && !facts.nodesMayClaimMore)
    #expect(
      facts.partitions == [
        .init(name: "gpu", nodes: 2, maximumMinutes: 60),
        .init(name: "cpu", nodes: 1, maximumMinutes: 1440, maximumNodes: 1, isUp: false),
      ])
    #expect(facts.nodes.map(\.cpus) == [8, 8, 4])
    #expect(facts.nodes.map(\.cores) == [4, 4, 4])
    #expect(facts.nodes.map(\.memoryMiB) == [16000, 16000, 8000])
    #expect(facts.nodes.map(\.gpus) == [4, 4, 0])
    #expect(facts.nodes.map(\.host) == ["h0", "n1", "c0"])
    #expect(facts.nodes(of: "gpu").map(\.name) == ["n0", "n1"])
    #expect(facts.mpiKinds.contains("pmix") && !facts.mpiKinds.contains("pmi2"))
  }

  @Test func whatCannotBeReadIsLeftOut() {
    let facts = SlurmFacts(
      configuration: "slurm_load_ctl_conf error", partitions: "No partitions in the system",
      nodes: "\n=\nNodeName", mpiKinds: "")
    #expect(facts == SlurmFacts(partitions: [], nodes: []))
    #expect(facts.version == nil && facts.killWait == nil)
  }

  @Test(arguments: [
    ("(null)", 0), ("", 0), ("gpu:4", 4), ("gpu", 1), ("gpu:a100:8(S:0-7)", 8),
    ("shard:16,gpu:2(S:0,1)", 2), ("gpu:a:1,gpu:b:2", 3), ("gpuplus:4", 0),
  ])
  func gpusAreCounted(gres: String, count: Int) { #expect(gpuCount(gres) == count) }

  @Test(
    arguments: [
      ("01:00:00", 60), ("1-00:30:00", 1470), ("UNLIMITED", nil), ("", nil), ("5", nil),
    ] as [(String, Int?)])
  func limitsAreRead(text: String, minutes: Int?) { #expect(slurmMinutes(text) == minutes) }

  @Test func aJobAsksForTheSmallerOfBoth() throws {
    var site = try #require(healthy().site)
    site.partitions[0].gpus?.count = 8
    site.partitions[0].memoryMiB = 32000
    let request = try #require(ExaminationRequest("gpu", at: site, Recorded.facts, nodes: 5))
    #expect(request.gpus == 4 && request.memoryMiB == 16000 && request.cpus == 8)
    #expect(request.nodes == 2, "there are no more")
    site.partitions[0].maximumNodes = 1
    site.asksForMemory = false
    let smaller = try #require(ExaminationRequest("gpu", at: site, Recorded.facts, nodes: 5))
    #expect(smaller.nodes == 1 && smaller.memoryMiB == nil)
    let blind = try #require(ExaminationRequest("gpu", at: site, nil, nodes: 1))
    #expect(blind.gpus == 8)
    #expect(ExaminationRequest("gpux", at: site, nil, nodes: 1) == nil)
    site.partitions[0].name = "gpux"
    #expect(ExaminationRequest("gpux", at: site, Recorded.facts, nodes: 1) == nil)
  }
}
