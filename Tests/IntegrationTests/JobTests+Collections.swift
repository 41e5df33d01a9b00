import Coordination
import FoundationEssentials
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

// A benchmark table made by many jobs.
extension JobTests {
  private struct Collection: Decodable {
    struct Progress: Decodable {
      var trainings: Int
      var ended: Int
      var failed: Int
      var waiting: Int
    }
    struct Shard: Decodable {
      var name: String
      var state: String
      var job: Int?
    }
    var shards: [Shard]
    var progress: Progress

    func count(_ state: String) -> Int { shards.count { $0.state == state } }
  }

  /// A warm process trains one training after another; what it reports follows from what it is told.
  private static let collectedTrial = """
    import time, rung
    for trial in rung.trials():
        for epoch in trial.epochs():
            time.sleep(0.05)
            loss = trial.config["x"] * trial.config["size"] / epoch + trial.seed
            with open(trial.checkpoint_dir + "/state", "w") as file: file.write(str(loss))
            trial.report(epoch, value=loss, twice=2 * loss, told=trial.seed)
    """

  private static let collectedStudy = """
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 3}
    parameters:
      x: {min: 0.0, max: 1.0}
      size: {values: [1, 2, 4], fidelity: true}
    trial: {command: [python3, train.py], gpus: 1, cpus: 1, memory: 256MiB}
    stop: {trials: 8}
    """

  /// Three shards of which two may be in the queue; one job is cancelled, and the coordinator of another
  /// is killed.
  @Test(arguments: cases([true, false])) func aCollectionIsCompleteWhateverEnds(keeps: Bool) throws
  {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.collectedStudy, "train.py": Self.collectedTrial,
      "collect.yaml": """
      kind: collect
      study: study.yaml
      configurations: {sobol: 40}
      seeds: 2
      trainings: 96
      gpus: 4
      site: private-cluster
      time: 20m
      queue: 2
      \(keeps ? "keep: checkpoints" : "")
      """,
    ])
    let file = folder.path + "/collect.yaml"
    func submit() throws -> Collection {
      try Cluster.json(Collection.self, "campaign", "submit", file, "--json")
    }
    let first = try submit()
    #expect(first.count("submitted") == 2 && first.count("waiting") == 1)
    #expect(try submit().count("in_queue") == 2)
    let job = try #require(first.shards[0].job)
    #expect(try Cluster.wait(atMost: 60) { try Cluster.jobs().contains { $0 == "\(job) RUNNING" } })
    func ended() throws -> Int {
      try Cluster.json(Collection.self, "campaign", "report", file, "--json").progress.ended
    }
    #expect(try Cluster.wait(atMost: 60) { try ended() > 10 })
    #expect(try runCommand(["scancel", "\(job)"]).status == 0)
    let other = "\(folder.path)/collect.campaign/shard-0002.rung"
    let agents = namesInFolder("/proc").compactMap { Int32($0) }.filter { process in
      // A process may end while it is looked at.
      let words = ((try? readFile("/proc/\(process)/cmdline")) ?? []).split(separator: 0)
      return words.count > 2 && Array(words[1]) == Array("agent".utf8)
        && words.contains { Array($0) == Array(other.utf8) }
    }
    for agent in agents { _ = try runCommand(["kill", "-9", "\(agent)"]) }
    var last = try submit()
    for _ in 0..<20 where last.count("ended") < 3 {
      try Cluster.waitForJobs(atMost: 240)
      last = try submit()
    }
    #expect(last.count("ended") == 3 && last.progress.ended == 240 && last.progress.failed == 0)
    // Nothing twice: each training is proposed once, and none is begun anew once it is done.
    var places: [Int] = []
    for shard in last.shards {
      let study = "\(folder.path)/collect.campaign/\(shard.name).rung"
      #expect(try Cluster.run("verify", study).status == 0)
      var done: Set<TrialID> = []
      for entry in try Journal.entries(StudyDirectory(existing: study).journal) {
        if case .proposed(_, _, .sequence(let place)) = entry.event { places.append(place) }
        for command in entry.commands {
          if case .start(let leg) = command { #expect(!done.contains(leg.id.trial)) }
        }
        if case .reported(let report) = entry.event, report.epoch == 3 {
          #expect(done.insert(report.leg.trial).inserted)
        }
      }
      #expect(done.count == (shard.name == "shard-0003" ? 48 : 96))
      let kept = namesInFolder("\(study)/checkpoints").filter { $0.hasSuffix(".h5") }
      #expect(kept.isEmpty == !keeps, "\(kept)")
    }
    #expect(places.sorted() == Array(0..<240))
    let table = folder.path + "/table.h5"
    #expect(try Cluster.run("campaign", "report", file, "-o", table).status == 0)
    let text = try Cluster.run("export", table, "--format", "csv", "--reports").output
    let rows = String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").compactMap { Double($0) } }
    #expect(rows.count == 240 * 3)
    // The seed is 1 or 2 by the training's number, and the second metric is twice the first.
    for row in rows {
      let (training, told, twice, value) = (Int(row[0]), row[3], row[4], row[5])
      #expect(told == Double(training % 2 + 1) && twice == 2 * value && value >= told)
    }
    let simulated = try Cluster.run(
      "simulate", folder.path + "/study.yaml", "--table", table, "--slots", "4", "--json")
    #expect(simulated.status == 0, "\(String(decoding: simulated.errors, as: UTF8.self))")
  }
}
