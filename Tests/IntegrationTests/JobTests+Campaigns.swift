import Coordination
import FoundationEssentials
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

// Many jobs that belong together.
extension JobTests {
  /// A trial whose epochs cost what they cost, however busy the machine is.
  private static let steadyTrial = """
    import time, rung
    trial = rung.trial()
    due = time.monotonic()
    for epoch in trial.epochs():
        due += 0.2
        time.sleep(max(0, due - time.monotonic()))
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    """

  private struct Standing: Decodable {
    struct Study: Decodable {
      var name: String
      var state: String
      var job: Int?
    }
    var studies: [Study]

    func count(_ state: String) -> Int { studies.count { $0.state == state } }
  }

  private struct Scaling: Decodable {
    struct Table: Decodable {
      struct Spread: Decodable {
        var mean: Double
      }
      struct Row: Decodable {
        var method: String
        var gpus: Int
        var seconds: Spread
        var speed_up: Spread?
        var of_bound: Spread
      }
      var rows: [Row]
      var missing: [String]
    }
    var table: Table
  }

  /// Jobs on a part of a node, on one and on two, at most three at a time; one is cancelled, and only
  /// what is missing is submitted again.
  @Test func aCampaignFillsUpWhatIsMissing() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 16), "train.py": Self.steadyTrial,
      "scaling.yaml": """
      kind: strong-scaling
      study: study.yaml
      algorithms: [random, {name: asha, type: stopping}]
      gpus: [1, 2, 8]
      sites: [private-cluster]
      time: 20m
      queue: 3
      """,
    ])
    let file = folder.path + "/scaling.yaml"
    func submit() throws -> Standing {
      try Cluster.json(Standing.self, "campaign", "submit", file, "--json")
    }
    let first = try submit()
    #expect(first.count("submitted") == 3 && first.count("waiting") == 3)
    #expect(first.studies.prefix(3).allSatisfy { $0.job != nil })
    let again = try submit()
    #expect(again.count("in_queue") == 3 && again.count("submitted") == 0)
    let job = try #require(first.studies[0].job)
    #expect(try Cluster.wait(atMost: 60) { try Cluster.jobs().contains { $0 == "\(job) RUNNING" } })
    #expect(try runCommand(["scancel", "\(job)"]).status == 0)
    try Cluster.waitForJobs(atMost: 240)
    let second = try submit()
    #expect(second.studies[0].state == "submitted" && second.studies[0].job != job)
    #expect(second.count("ended") == 2 && second.count("submitted") == 3)
    try Cluster.waitForJobs(atMost: 240)
    let third = try submit()
    #expect(third.count("ended") == 5 && third.count("submitted") == 1)
    try Cluster.waitForJobs(atMost: 240)
    #expect(try submit().count("ended") == 6)
    let scaling = try Cluster.json(Scaling.self, "campaign", "report", file, "--json")
    #expect(scaling.table.missing.isEmpty)
    #expect(scaling.table.rows.map(\.gpus) == [1, 2, 8, 1, 2, 8])
    let random = scaling.table.rows.prefix(3)
    #expect(random.allSatisfy { $0.of_bound.mean > 0.5 && $0.of_bound.mean <= 1 }, "\(random)")
    let speedUps = random.compactMap(\.speed_up?.mean)
    #expect(speedUps.count == 3 && speedUps[1] > 1.5 && speedUps[2] > 4, "\(random)")
    // Each had the slots that its point names, and no more.
    for (name, slots) in [("random-1", 1), ("random-2", 2), ("random-8", 8)] {
      let study = "\(folder.path)/scaling.campaign/\(name)-seed-1-private-cluster.rung"
      #expect(try Cluster.run("verify", study).status == 0)
      #expect(try usedSlots(study) == slots, "\(name)")
    }
  }

  /// How many slots of a study ever held a trial.
  private func usedSlots(_ directory: String) throws -> Int {
    let entries = try Journal.entries(StudyDirectory(existing: directory).journal)
    var slots: Set<SlotID> = []
    for command in entries.flatMap(\.commands) {
      if case .start(let leg) = command { slots.formUnion(leg.slots) }
    }
    return slots.count
  }
}
