import Coordination
import FoundationEssentials
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

// Sites where less is possible, and a study that goes on at another one.
extension JobTests {
  /// A site file in the test's folder that differs from the private cluster's.
  private func site(
    _ folder: StudyFolder, _ changes: [(String, String)]
  ) throws -> String {
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    var text = String(
      decoding: try readFile(repository + "/site-configs/private-cluster.yaml"), as: UTF8.self)
    for (old, new) in changes + [("name: private-cluster", "name: other")] {
      try #require(text.range(of: old) != nil, "no '\(old)' in the site file")
      text = text.replacing(old, new)
    }
    let path = folder.path + "/other.yaml"
    try writeFile(path, Array(text.utf8))
    return path
  }

  /// The jobs of a study, in the order in which they were submitted.
  private func jobs(of folder: StudyFolder) throws -> [Int] {
    struct Record: Decodable {
      var jobs: [Int]
    }
    let text = try readFile(folder.directory + "/jobs/submitted.json")
    return try JSONDecoder().decode(Record.self, from: Data(text)).jobs
  }

  /// In the jobs `sbatch` is a program that takes note of being called, and refuses.
  @Test func whereJobsMayNotSubmitTheWholeChainIsQueuedAtOnce() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: 4),
      "sbatch": "#!/bin/sh\necho called >>\"$(dirname \"$0\")/called\"\nexit 1\n",
    ])
    _ = try runCommand(["chmod", "+x", folder.path + "/sbatch"])
    let site = try site(
      folder,
      [
        ("memory: true}", "memory: true, sbatch: false}"),
        ("variables: {}", "variables: {PATH: '\(folder.path):/usr/bin:/bin'}"),
      ])
    _ = try submit(folder, "resident", time: "1m", chain: 5, site: site)
    let all = try jobs(of: folder)
    #expect(all.count == 5 && Set(all).count == 5)
    #expect(try Cluster.jobs().count == 5)
    try Cluster.waitForJobs(atMost: 400)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try repeats(in: folder) == 0)
    let endings = try endings(of: folder)
    #expect(endings.count >= 2 && endings.count < 5, "\(endings)")
    #expect(endings.dropLast().allSatisfy { $0 == "the time of the job is up" })
    #expect(try jobs(of: folder) == all)
    #expect(!exists(folder.path + "/called"))
    for job in all.prefix(endings.count) {
      #expect(try facts(of: job)["ExitCode"] == "0:0", "job \(job)")
    }
    for job in all.dropFirst(endings.count) {
      #expect(try facts(of: job)["JobState"] == "CANCELLED", "job \(job)")
    }
    try expectAJobWithNothingToDoToEndSoon(folder)
  }

  @Test func aChainThatGoesOnIsQueuedAtOnceTooWhereJobsMayNotSubmit() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: 0.5),
    ])
    let site = try site(folder, [("memory: true}", "memory: true, sbatch: false}")])
    _ = try submit(folder, "resident", chain: 2, site: site)
    try waitForReports(2, in: folder)
    #expect(try Cluster.run("stop", folder.directory, "--drain").status == 0)
    try Cluster.waitForJobs(atMost: 30)
    try resume(folder, "--chain", "3")
    let all = try jobs(of: folder)
    #expect(all.count == 3)
    #expect(try Cluster.jobs().count == 3)
    try Cluster.waitForJobs(atMost: 120)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try jobs(of: folder) == all)
  }

  /// A study that has ended, and a job of it that starts all the same.
  private func expectAJobWithNothingToDoToEndSoon(_ folder: StudyFolder) throws {
    let begin = monotonicSeconds()
    let submitted = try runCommand(["sbatch", "--parsable", folder.directory + "/jobs/job.sbatch"])
    let job = try #require(Int(String(decoding: submitted.output, as: UTF8.self).dropLast()))
    let runs = try endings(of: folder)
    try Cluster.waitForJobs(atMost: 30)
    #expect(monotonicSeconds() - begin < 20)
    let facts = try facts(of: job)
    #expect(facts["JobState"] == "COMPLETED" && facts["ExitCode"] == "0:0", "\(facts)")
    #expect(try endings(of: folder) == runs, "no run was begun")
  }

  /// By the job's own option, as a site does for all jobs by `JobRequeue=0` in slurm.conf(5): what
  /// would have been queued again is followed by the next job of the chain.
  @Test(arguments: cases(["resident", "hetjob"]))
  func whereJobsAreNotQueuedAgainTheChainOutlivesTheDeathOfANode(strategy: String) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: 1),
    ])
    let first = try withSilence {
      try submit(folder, strategy, chain: 2, options: ["--no-requeue"])
    }
    #expect(try facts(of: first)["Requeue"] == "0")
    try waitForReports(20, in: folder)
    let before = try folder.reports()
    // Of a plain job the node of rank 0 and of the script; a heterogeneous job no node can leave.
    let node = strategy == "resident" ? "n0" : "n1"
    try cluster("kill-node", node)
    _ = try Cluster.wait(atMost: 90) { try facts(of: first)["JobState"] != "RUNNING" }
    try cluster("revive-node", node)
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try facts(of: first)["Restarts"] == "0")
    let runs = try folder.journal().compactMap { entry -> Int? in
      if case .runBegan(let run) = entry.event { run.job } else { nil }
    }
    #expect(try runs == jobs(of: folder), "one run in each of the two jobs")
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  /// At a site where jobs are not queued again and do not outlive a node, and whose GPU nodes have
  /// storage for themselves; the site is found by the name of this host.
  @Test func aSiteThatIsFoundSaysWhereTrialsLieAndWhatJobsMayDo() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 8),
      "train.py": """
      import os, rung
      trial = rung.trial()
      open(f"seen-{trial.id}", "w").write(trial.trial_dir)
      for epoch in trial.epochs():
          trial.report(epoch, value=float(trial.config["x"]))
      """,
    ])
    let local = folder.path + "/local"
    try makeFolder(local)
    let found = try site(
      folder,
      [
        ("time: 1h}\n  # c0", "time: 1h, local: {path: \(local)}}\n  # c0"),
        ("memory: true}", "memory: true, requeue: false, no-kill: false}"),
        ("workers: gpu", "hosts: [\"\(hostName())\"]\nworkers: gpu"),
      ])
    try makeFolder(folder.path + "/sites")
    try writeFile(folder.path + "/sites/other.yaml", try readFile(found))
    let submitted = try runCommand([
      "env", "RUNG_SITES=\(folder.path)/sites", "XDG_CONFIG_HOME=/nonexistent",
      try rungProgram(), "submit",
      folder.study, "--nodes", "2", "--time", "20m",
    ])
    #expect(
      String(decoding: submitted.errors, as: UTF8.self)
        .contains("rung: site 'other', which has this host, '\(hostName())'"))
    try Cluster.waitForJobs(atMost: 120)
    try expectTheEnd(of: folder, trials: 8)
    let script = String(
      decoding: try readFile(folder.directory + "/jobs/job.sbatch"), as: UTF8.self)
    #expect(!script.contains("requeue") && !script.contains("no-kill"))
    for trial in 0..<8 {
      let place = String(decoding: try readFile("\(folder.path)/seen-\(trial)"), as: UTF8.self)
      #expect(place.hasPrefix(local + "/rung-"), "trial \(trial) lay in '\(place)'")
    }
    #expect(namesInFolder(local).isEmpty)
  }

  /// From GPU nodes to the one node of a site without any, and back to more than before.
  @Test func aStudyGoesOnAtASiteWithOtherPartitions() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 60, gpus: 0).replacing("algorithm: asha", "algorithm: bohb"),
      "train.py": Self.trial(seconds: 1),
    ])
    let other = try site(
      folder,
      [
        (
          "  gpu: {nodes: 4, cores: 8, memory: 16000MiB, gpus: {count: 4, vendor: nvidia, "
            + "model: stand-in, type: null}, time: 1h}\n", ""
        ),
        ("workers: gpu", "workers: cpu"),
      ])
    // Partition, site, nodes, and how many reports it brings before it is stopped.
    let shapes = [
      ("gpu", "private-cluster", 2, 20), ("cpu", other, 1, 10), ("gpu", "private-cluster", 3, 0),
    ]
    for (number, (partition, site, nodes, reports)) in shapes.enumerated() {
      let before = number == 0 ? 0 : try folder.reports().count
      if number == 0 {
        _ = try submit(folder, "resident", nodes: nodes, site: site)
      } else {
        try resume(folder, "--site", site, "--nodes", String(nodes), "--time", "20m")
      }
      let job = try #require(try jobs(of: folder).last)
      #expect(try facts(of: job)["Partition"] == partition)
      guard reports > 0 else { break }
      try waitForReports(before + reports, in: folder)
      let drained = try Cluster.run("stop", folder.directory, "--drain")
      #expect(drained.status == 0, "\(String(decoding: drained.errors, as: UTF8.self))")
      try Cluster.waitForJobs(atMost: 30)
      #expect(try status(folder).state == "paused")
    }
    try Cluster.waitForJobs(atMost: 300)
    // Sound: replayed from the recorded values, every decision is as it was.
    try expectTheEnd(of: folder, trials: 60)
    #expect(try repeats(in: folder) == 0)
    var agents: [Set<String>] = []
    for entry in try folder.journal() {
      if case .runBegan = entry.event { agents.append([]) }
      if case .workerJoined(_, let host, _, _) = entry.event {
        agents[agents.count - 1].insert(host)
      }
    }
    #expect(agents.map(\.count) == [2, 1, 3])
    #expect(agents[1] == ["c0"])
    #expect(try folder.legs().contains { $0.source != nil })
  }
}
