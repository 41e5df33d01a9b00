import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyFiles
import StudyModel
import StudyStore
import Testing

extension Tag {
  /// Needs the private Slurm.
  @Tag static var slurm: Tag
}

/// Studies as real jobs on a private Slurm of four nodes with four GPUs each.
@Suite(.serialized, .tags(.slurm))
struct JobTests {
  /// A trial that takes a while, keeps a checkpoint and notes which GPU it had, and when.
  static let trial = """
    import json, os, sys, time, rung
    trial = rung.trial()
    state = os.path.join(trial.checkpoint_dir, "state")
    if trial.resumed_from:
        assert open(state).read() == str(trial.resumed_from), "a foreign checkpoint"
    begin = time.time()
    for epoch in trial.epochs():
        time.sleep(0.1)
        with open(state + ".new", "w") as file:
            file.write(str(epoch))
        os.rename(state + ".new", state)
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    seen = sorted(n for n in os.environ if n.startswith(("SLURM", "PMI", "OMPI", "CUDA", "ROCR", "GPU_")))
    print("USED " + json.dumps({"gpu": os.environ.get("CUDA_VISIBLE_DEVICES"), "begin": begin,
                                "end": time.time(), "seen": seen}))
    """

  static func study(trials: Int, gpus: Int = 1) -> String {
    """
    name: slurm-test
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters:
      x: {min: 0.0, max: 1.0}
    algorithm: asha
    trial: {command: [python3, train.py], gpus: \(gpus), cpus: 1, memory: 512MiB}
    stop: {trials: \(trials)}
    seed: 3
    """
  }

  struct Submitted: Decodable {
    var job: Int
  }

  struct Used: Decodable {
    var gpu: String
    var begin: Double
    var end: Double
    var seen: [String]
  }

  func submit(
    _ folder: StudyFolder, _ strategy: String, nodes: Int = 4, time: String = "20m",
    chain: Int = 1, site: String = "private-cluster", options: [String] = []
  ) throws -> Int {
    let arguments = [
      "submit", folder.study, "--site", site, "--nodes", String(nodes), "--strategy", strategy,
      "--time", time, "--chain", String(chain), "--json",
    ]
    return try Cluster.json(
      Submitted.self, arguments + (options.isEmpty ? [] : ["--"] + options)
    ).job
  }

  func status(_ folder: StudyFolder) throws -> Status {
    try Cluster.json(Status.self, "status", folder.directory, "--json")
  }

  func expectNothingLeft(of folder: StudyFolder) throws {
    #expect(try Cluster.jobs().isEmpty)
    let isClean = try Cluster.wait(atMost: 10) {
      Cluster.processes(naming: folder.path).isEmpty
    }
    #expect(isClean, "left: \(Cluster.processes(naming: folder.path))")
  }

  @Test(arguments: cases(["hetjob", "resident"]))
  func theDigitsStudyUsesEverySlotAndMovesTrialsBetweenNodes(strategy: String) throws {
    try Cluster.require()
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    let python = try #require(environmentValue("RUNG_TEST_PYTHON"))
    let folder = try StudyFolder(digitsFrom: repository, python: python)
    _ = try submit(folder, strategy)
    try Cluster.waitForJobs(atMost: 900)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 64)
    #expect(status.trials.failed == 0)
    let legs = try folder.legs()
    #expect(Set(legs.map(\.slot)).count == 16)
    if strategy == "hetjob" { #expect(legs.allSatisfy { $0.slot.worker.rank > 0 }) }
    let moved = Dictionary(grouping: legs, by: \.id.trial).values.filter { legs in
      Set(legs.map(\.slot.worker)).count > 1 && legs.contains { $0.source != nil }
    }
    #expect(!moved.isEmpty, "no trial resumed on another node from its checkpoint")
    let winner = folder.path + "/winner"
    #expect(try Cluster.run("best", folder.directory, "--checkpoint", winner).status == 0)
    let test = try runCommand([python, folder.path + "/train.py", "--test", winner])
    let words = String(decoding: test.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    let accuracy = try #require(words.last.flatMap { Double($0) })
    #expect(accuracy >= 0.97, "test accuracy \(accuracy)")
    try expectNothingLeft(of: folder)
  }

  @Test func everyTrialHasAGPUOfItsOwnAndNoneOfSlurmsVariables() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40), "train.py": Self.trial,
    ])
    _ = try submit(folder, "resident")
    try Cluster.waitForJobs(atMost: 300)
    #expect(try status(folder).state == "completed")
    for node in 0..<4 {
      let log = try readFile("\(folder.directory)/logs/node-000\(node).log")
      var used: [Used] = []
      for line in String(decoding: log, as: UTF8.self).split(separator: "\n") {
        guard let place = line.range(of: "USED ") else { continue }
        let text = line[place.upperBound...]
        used.append(try JSONDecoder().decode(Used.self, from: Data(text.utf8)))
      }
      #expect(Set(used.map(\.gpu)) == ["0", "1", "2", "3"])
      for (index, one) in used.enumerated() {
        #expect(
          Set(one.seen).isSubset(of: ["CUDA_DEVICE_ORDER", "CUDA_VISIBLE_DEVICES", "SLURM_JOB_ID"]))
        for other in used[(index + 1)...] where other.gpu == one.gpu {
          #expect(one.end <= other.begin || other.end <= one.begin, "GPU \(one.gpu) given twice")
        }
      }
    }
    try expectNothingLeft(of: folder)
  }

  @Test(arguments: cases(["resident", "hetjob"]))
  func aJobKilledInTheMiddleLosesNoReportAndResumes(strategy: String) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40), "train.py": Self.trial,
    ])
    let job = try submit(folder, strategy)
    let isUnderWay = try Cluster.wait(atMost: 120) {
      // The folder is there before its journal is.
      ((try? folder.reports().count) ?? 0) >= 20
    }
    try #require(isUnderWay)
    // Everything of the job at once, as a power failure would: agents, companions and trials.
    for line in Cluster.processes(naming: folder.directory) {
      if let process = line.split(separator: " ").first.flatMap({ Int32($0) }) {
        kill(process, SIGKILL)
      }
    }
    _ = try runCommand(["scancel", String(job)])
    try Cluster.waitForJobs(atMost: 60)
    let before = try folder.reports()
    #expect(try status(folder).state == "paused")
    #expect(try status(folder).trials.running == 0)
    let resumed = try Cluster.run("resume", folder.directory)
    #expect(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 300)
    let after = try status(folder)
    #expect(after.state == "completed")
    #expect(after.trials.total == 40)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
    // Accepted once each: what was trained again after the kill is not counted twice.
    let record = try Store.read(
      StudyDirectory(existing: folder.directory), study: Self.parsed(folder), usingSnapshot: false)
    let log = record.coordinator.reports
    let pairs = zip(log.trials, log.epochs).map { "\($0) \($1)" }
    #expect(Set(pairs).count == pairs.count)
    #expect(record.firstDifference == nil)
    try expectNothingLeft(of: folder)
  }

  @Test func aCancelledJobResumesOnFewerNodesInAnotherLayout() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 30), "train.py": Self.trial,
    ])
    let job = try submit(folder, "hetjob")
    let isUnderWay = try Cluster.wait(atMost: 120) { ((try? folder.reports().count) ?? 0) >= 15 }
    try #require(isUnderWay)
    _ = try runCommand(["scancel", String(job)])
    try Cluster.waitForJobs(atMost: 60)
    #expect(try status(folder).state == "paused")
    let resumed = try Cluster.run(
      "resume", folder.directory, "--site", "private-cluster", "--nodes", "2", "--time", "20m")
    #expect(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 300)
    #expect(try status(folder).state == "completed")
    #expect(try status(folder).trials.total == 30)
    try expectNothingLeft(of: folder)
  }

  @Test func aStudyThatRunsIsNotRunTwice() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 30), "train.py": Self.trial,
    ])
    let job = try submit(folder, "resident", nodes: 1)
    let isUnderWay = try Cluster.wait(atMost: 120) { ((try? folder.reports().count) ?? 0) >= 2 }
    try #require(isUnderWay)
    let second = try Cluster.run("resume", folder.directory, "--slots", "1")
    #expect(second.status == 75)
    #expect(String(decoding: second.errors, as: UTF8.self).contains("is being run by"))
    _ = try runCommand(["scancel", String(job)])
    try Cluster.waitForJobs(atMost: 60)
    try expectNothingLeft(of: folder)
  }

  @Test func slurmIsAskedBeforeAJobIsSubmitted() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 4), "train.py": Self.trial,
    ])
    for strategy in ["resident", "hetjob"] {
      let answer = try Cluster.run(
        "submit", folder.study, "--site", "private-cluster", "--nodes", "4", "--strategy",
        strategy, "--dry-run")
      #expect(answer.status == 0, "\(String(decoding: answer.errors, as: UTF8.self))")
    }
    let elsewhere = try Cluster.run(
      "submit", folder.study, "--site", "private-cluster", "--output", "other.rung", "--dry-run")
    #expect(elsewhere.status == 0, "\(String(decoding: elsewhere.errors, as: UTF8.self))")
    #expect(!exists("other.rung"))
    #expect(try Cluster.jobs().isEmpty)
    #expect(!exists(folder.directory))
    let refused = try Cluster.run(
      "submit", folder.study, "--site", "private-cluster", "--", "--partition=nowhere")
    #expect(refused.status == 1)
    #expect(String(decoding: refused.errors, as: UTF8.self).contains("invalid partition"))
  }

  struct Planned: Decodable {
    struct Start: Decodable {
      var nodes: Int
      var time: String?
    }
    struct Partition: Decodable {
      var name: String
      var nodes: Int
      var idle_nodes: Int
    }
    struct Answer: Decodable {
      var partition: Partition
      var starts: [Start]
    }
    var slurm: Answer
  }

  @Test func aPlanSaysHowManyNodesAreIdleAndWhenItWouldStart() throws {
    try Cluster.require()
    // Epochs so long that the job is still there when it is cancelled.
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40) + "\nmodel: {epoch: 10}",
      "train.py": Self.trial.replacing("sleep(0.1)", with: "sleep(10)"),
    ])
    func plan() throws -> Planned.Answer {
      try Cluster.json(
        Planned.self, "plan", folder.study, "--site", "private-cluster", "--nodes", "4", "--json"
      ).slurm
    }
    let free = try plan()
    #expect(free.partition.name == "gpu" && free.partition.nodes == 4)
    #expect(free.partition.idle_nodes == 4)
    #expect(free.starts.map(\.nodes) == [1, 2, 4])
    let job = try submit(folder, "resident", nodes: 3, time: "30m")
    let isUnderWay = try Cluster.wait(atMost: 60) { try plan().partition.idle_nodes == 1 }
    #expect(isUnderWay)
    let busy = try plan()
    let times = busy.starts.compactMap(\.time)
    #expect(
      times.count == 3 && times[0] < times[2], "four nodes are free only after the job's limit")
    _ = try runCommand(["scancel", String(job)])
    try Cluster.waitForJobs(atMost: 60)
    let text = try Cluster.run("plan", folder.study, "--site", "private-cluster", "--nodes", "2")
    #expect(
      String(decoding: text.output, as: UTF8.self).contains("A job of 2 nodes would start at 20"))
  }

  static func parsed(_ folder: StudyFolder) throws -> Study {
    try loadStudy(folder.study).value
  }
}
