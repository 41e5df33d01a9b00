import Coordination
import FoundationEssentials
import Processes
import StudyModel
import StudyStore
import Testing

// How many trials share a node of a job, by what their like have had of its memory.
extension JobTests {
  /// A trial that has some 120 MiB, most of them data.
  private static let largeTrial = """
    import time, rung
    trial = rung.trial()
    data = bytearray(110 << 20)
    for place in range(0, len(data), 4096): data[place] = 1
    for epoch in trial.epochs():
        time.sleep(0.3)
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    """

  private struct MemoryPlan: Decodable {
    struct Component: Decodable {
      var slots_per_node: Int
    }
    struct Memory: Decodable {
      var source: String
      var peak_mib: Int
    }
    var components: [Component]
    var memory: Memory?
  }

  /// Of the four trials that a node has GPUs for, three fit into the 450 MiB that the job asks for.
  @Test(arguments: cases(["hetjob", "resident"]))
  func asManyTrialsShareANodeAsTheMemoryOfTheJobHolds(strategy: String) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 24).replacing(", memory: 512MiB", "")
        .replacing("algorithm: asha", "algorithm: random"), "train.py": Self.largeTrial,
      "small.yaml": """
      from: private-cluster
      partitions: {gpu: {memory: 450MiB}}
      """,
    ])
    let shape = [
      "--site", folder.path + "/small.yaml", "--nodes", "2", "--strategy", strategy, "--time",
      "20m",
    ]
    let before = try Cluster.json(MemoryPlan.self, ["plan", folder.study, "--json"] + shape)
    #expect(before.components.last?.slots_per_node == 4 && before.memory == nil)
    _ = try Cluster.json(Submitted.self, ["submit", folder.study, "--json"] + shape)
    try Cluster.waitForJobs(atMost: 240)
    #expect(try status(folder).state == "completed")
    var open: [WorkerID: Set<LegID>] = [:]
    var most = (before: 0, after: 0)
    var isKnown = false
    for entry in try folder.journal() {
      switch entry.event {
      case .workerJoined(_, _, let slots, let memory):
        #expect(memory == (slots > 0 ? NodeMemory(hostMiB: 450) : nil))
      case .legEnded(let end):
        for worker in open.keys { open[worker]?.remove(end.leg) }
        if end.peakMemoryMiB.map({ $0 > 110 }) == true { isKnown = true }
      default: break
      }
      for case .start(let leg) in entry.commands {
        open[leg.slot.worker, default: []].insert(leg.id)
        let count = open[leg.slot.worker]?.count ?? 0
        if isKnown {
          most.after = max(most.after, count)
        } else {
          most.before = max(most.before, count)
        }
      }
    }
    #expect(isKnown && most.before == 4 && most.after == 3, "\(most)")
    #expect(try Cluster.run("verify", folder.directory).status == 0)
    // The next plan has three slots a node.
    #expect(try Cluster.run("calibrate", folder.directory).status == 0)
    let after = try Cluster.json(MemoryPlan.self, ["plan", folder.study, "--json"] + shape)
    #expect(after.components.last?.slots_per_node == 3, "\(after)")
    #expect(after.memory?.source == "measured")
    try expectNothingLeft(of: folder)
  }
}
