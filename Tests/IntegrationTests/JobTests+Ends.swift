import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyModel
import StudyStore
import Testing

// Jobs that end before their study does.
extension JobTests {
  /// What `rung verify --json` says.
  struct Verified: Decodable {
    var sound: Bool
    var strays: [String]
  }

  /// Fails unless the study is finished, whole and sound, and nothing of it is left in the system.
  func expectTheEnd(of folder: StudyFolder, trials: Int) throws {
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == trials)
    #expect(status.trials.failed == 0, "\(folder.failures())")
    #expect(try Cluster.json(Verified.self, "verify", folder.directory, "--json").sound)
    try expectNothingLeft(of: folder)
  }

  /// How many epochs were reported again after they had been, by trial.
  func repeats(in folder: StudyFolder) throws -> Int {
    var last: [TrialID: Int] = [:]
    var count = 0
    for report in try folder.reports() {
      if report.epoch <= last[report.leg.trial, default: 0] { count += 1 }
      last[report.leg.trial] = max(last[report.leg.trial, default: 0], report.epoch)
    }
    return count
  }

  /// Why runs ended, in order; `nil` for those that ended without a word.
  func endings(of folder: StudyFolder) throws -> [String?] {
    var endings: [String?] = []
    for entry in try folder.journal() {
      if case .runBegan = entry.event { endings.append(nil) }
      if case .runEnded(let reason) = entry.event { endings[endings.count - 1] = reason }
    }
    return endings
  }

  /// Trials of nine epochs, all of which are trained.
  static let full = study(trials: 40).replacing("algorithm: asha", "algorithm: random")

  /// Each epoch takes so many seconds.
  static func trial(seconds: Double) -> String {
    trial.replacing("time.sleep(0.1)", "time.sleep(\(seconds))")
  }

  /// 40 trials in 16 slots take three rounds of nine epochs. Of a minute five seconds are kept free,
  /// and nothing is begun that does not report in time.
  @Test(arguments: cases([("hetjob", 3.0, 2), ("resident", 5.0, 3)]))
  func aChainOfJobsThatTheWalltimeCutsLosesNothing(
    strategy: String, seconds: Double, jobs: Int
  ) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: seconds),
    ])
    let first = try submit(folder, strategy, time: "1m", chain: 4)
    try Cluster.waitForJobs(atMost: 400)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try repeats(in: folder) == 0)
    let endings = try endings(of: folder)
    #expect(endings.count == jobs)
    #expect(endings.dropLast().allSatisfy { $0 == "the time of the job is up" })
    let runs = try folder.journal().compactMap { entry -> Int? in
      if case .runBegan(let run) = entry.event { run.job } else { nil }
    }
    #expect(runs.first == first)
    #expect(Set(runs).count == runs.count, "each run in a job of its own")
    #expect(endings.last == .some(nil), "the last run ended with the study")
  }

  func waitForReports(_ count: Int, in folder: StudyFolder) throws {
    // The folder is there before its journal is.
    let isUnderWay = try Cluster.wait(atMost: 120) { ((try? folder.reports().count) ?? 0) >= count }
    try #require(isUnderWay)
  }

  /// The processes of a study on a node, or of one rank, by what their environment says.
  func processes(of folder: StudyFolder, where entry: String) -> [Int32] {
    Cluster.processes(naming: folder.path)
      .compactMap { $0.split(separator: " ").first.flatMap { Int32($0) } }
      .filter { process in
        // A process may end while it is looked at.
        let environment = (try? readFile("/proc/\(process)/environ")) ?? []
        return environment.split(separator: 0).contains { $0.elementsEqual(entry.utf8) }
      }
  }

  private func children(of process: Int32) -> [Int32] {
    // A process may end while it is looked at.
    let list = (try? readFile("/proc/\(process)/task/\(process)/children")) ?? []
    return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
  }

  func cluster(_ command: String, _ node: String) throws {
    let folder = try #require(environmentValue("SLURM_CONF")).split(separator: "/").dropLast()
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    let result = try runCommand([
      "\(repository)/Tests/Cluster/cluster", command, "/" + folder.joined(separator: "/"), node,
    ])
    try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
  }

  @Test func aChainThatIsStoppedDrainsAndItsFollowUpIsCancelled() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: 0.5),
    ])
    _ = try submit(folder, "resident", chain: 3)
    try waitForReports(20, in: folder)
    #expect(try Cluster.jobs().count == 2, "the follow-up is queued from the beginning")
    let stopped = try Cluster.run("stop", folder.directory, "--drain")
    #expect(stopped.status == 0, "\(String(decoding: stopped.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 30)
    #expect(try status(folder).state == "paused")
    #expect(try endings(of: folder) == ["rung stop"])
    let before = try folder.reports()
    let resumed = try Cluster.run("resume", folder.directory)
    #expect(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 120)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
    #expect(try repeats(in: folder) == 0)
  }

  @Test(arguments: cases(["hetjob", "resident"]))
  func aJobThatIsQueuedAgainGoesOn(strategy: String) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40), "train.py": Self.trial,
    ])
    let job = try submit(folder, strategy)
    try waitForReports(20, in: folder)
    let before = try folder.reports()
    let queued = try runCommand(["scontrol", "requeue", String(job)])
    #expect(queued.status == 0, "\(String(decoding: queued.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try endings(of: folder).count >= 2)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  @Test func whenRankZeroIsKilledTheStepIsStartedAgain() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40), "train.py": Self.trial,
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    let before = try folder.reports()
    for process in processes(of: folder, where: "SLURM_PROCID=0") { kill(process, SIGKILL) }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try endings(of: folder) == [nil, nil], "one step was cut, one ended with the study")
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  @Test func aNodeThatDiesIsOutlivedInPlace() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 60), "train.py": Self.trial,
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    try cluster("kill-node", "n2")
    defer { try? cluster("revive-node", "n2") }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 60)
    #expect(try endings(of: folder) == [nil], "no second run")
    let losses = try folder.journal().filter {
      if case .workerLost(WorkerID(2), _) = $0.event { true } else { false }
    }
    #expect(losses.count == 1)
  }

  @Test func aStepIsStartedAgainOnTheNodesThatAreLeft() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 60), "train.py": Self.trial(seconds: 2),
    ])
    let job = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    try cluster("kill-node", "n2")
    defer { try? cluster("revive-node", "n2") }
    let isSmaller = try Cluster.wait(atMost: 90) {
      let asked = try runCommand(["squeue", "--noheader", "--jobs=\(job)", "--format=%D"])
      return String(decoding: asked.output, as: UTF8.self) == "3\n"
    }
    #expect(isSmaller)
    #expect(try endings(of: folder) == [nil])
    let before = try folder.reports()
    for process in processes(of: folder, where: "SLURM_PROCID=0") { kill(process, SIGKILL) }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 60)
    #expect(try endings(of: folder) == [nil, nil])
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  /// On a cluster whose hosts have networks of their own. All on the node lives on, unreachable, and
  /// must end by itself; nothing that it says later counts.
  @Test func aNodeThatIsCutOffTheNetworkIsOutlivedInPlace() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 60), "train.py": Self.trial,
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    let agents = processes(of: folder, where: "SLURMD_NODENAME=n2")
    try cluster("cut-node", "n2")
    defer { try? cluster("join-node", "n2") }
    #expect(!agents.isEmpty && agents.allSatisfy { kill($0, 0) == 0 }, "only the link is down")
    try Cluster.waitForJobs(atMost: 240)
    let haveEnded = try Cluster.wait(atMost: 60) {
      processes(of: folder, where: "SLURMD_NODENAME=n2").isEmpty
    }
    #expect(haveEnded)
    try expectTheEnd(of: folder, trials: 60)
    #expect(try endings(of: folder) == [nil], "no second run")
    #expect(try events(of: folder, rank: 2) == ["joined", "lost"])
  }

  @Test func aHeterogeneousJobThatLosesANodeIsQueuedAgain() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full, "train.py": Self.trial(seconds: 2),
    ])
    _ = try withSilence { try submit(folder, "hetjob") }
    try waitForReports(20, in: folder)
    let before = try folder.reports()
    try cluster("kill-node", "n1")
    _ = try Cluster.wait(atMost: 60) { try Cluster.jobs().contains { $0.contains("PENDING") } }
    try cluster("revive-node", "n1")
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 40)
    #expect(try endings(of: folder).count >= 2)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  @Test func whenTheNodeOfRankZeroDiesTheJobIsQueuedAgain() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 60), "train.py": Self.trial,
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    let before = try folder.reports()
    try cluster("kill-node", "n0")
    _ = try Cluster.wait(atMost: 120) { try Cluster.jobs().contains { $0.contains("PENDING") } }
    try cluster("revive-node", "n0")
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 60)
    #expect(try endings(of: folder) == [nil, nil])
    #expect(try Array(folder.reports().prefix(before.count)) == before)
  }

  @Test func aNodeThatStoodStillComesBackAndCannotReportTwice() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 120), "train.py": Self.trial(seconds: 0.3),
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(20, in: folder)
    let agent = processes(of: folder, where: "SLURMD_NODENAME=n3")
    let stopped = agent + agent.flatMap { children(of: $0) }
    try #require(!stopped.isEmpty)
    for process in stopped { kill(process, SIGSTOP) }
    let isLost = try Cluster.wait(atMost: 60) { try events(of: folder, rank: 3).contains("lost") }
    #expect(isLost)
    for process in stopped { kill(process, SIGCONT) }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 120)
    #expect(try endings(of: folder) == [nil])
    #expect(try events(of: folder, rank: 3) == ["joined", "lost", "joined"])
  }

  /// When an agent came and went.
  private func events(of folder: StudyFolder, rank: Int) throws -> [String] {
    try folder.journal().compactMap { entry in
      switch entry.event {
      case .workerJoined(WorkerID(rank), _, _, _): "joined"
      case .workerLost(WorkerID(rank), _): "lost"
      default: nil
      }
    }
  }

  /// Has the jobs that are submitted meanwhile take an agent for lost after six seconds, and a step
  /// that has not come up after twenty.
  func withSilence<Result>(_ body: () throws -> Result) rethrows -> Result {
    let variables = ["RUNG_SILENCE": "6", "RUNG_START_PATIENCE": "20"]
    for (name, value) in variables { unsafe setenv(name, value, 1) }
    defer { for name in variables.keys { unsafe unsetenv(name) } }
    return try body()
  }
}
