import Glibc
import Processes
import Testing

// What Slurm tells a job before it ends it.
extension JobTests {
  /// What Slurm knows of a job, by the names that `scontrol show job` has for it.
  func facts(of job: Int) throws -> [String: String] {
    let shown = try runCommand(["scontrol", "--oneliner", "show", "job", String(job)])
    try #require(shown.status == 0, "\(String(decoding: shown.errors, as: UTF8.self))")
    var facts: [String: String] = [:]
    let text = String(decoding: shown.output, as: UTF8.self)
    for word in text.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { facts[String(parts[0])] = String(parts[1]) }
    }
    return facts
  }

  func resume(_ folder: StudyFolder, _ options: String...) throws {
    let resumed = try runCommand([Cluster.rung, "resume", folder.directory] + options)
    try #require(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
  }

  /// What has a trial ignore the signals that the process tracking of this cluster sends to all
  /// processes of a job; with control groups they reach the agents alone.
  private static let deaf = """
    import signal
    for one in signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2: signal.signal(one, signal.SIG_IGN)

    """

  /// To the agents, or to the job script alone. Slurm may send it up to a minute before its time
  /// (sbatch(1), `--signal`); it did so 45 to 75 seconds after the beginning, of the 81 that the study
  /// takes.
  @Test(arguments: cases([("B:USR2@45", "signal 12"), ("USR1@45", "signal 10")]))
  func aSignalBeforeTheLimitHasTheTrialsHold(option: String, reason: String) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full.replacing("trials: 40", "trials: 16"),
      "train.py": Self.deaf + Self.trial(seconds: 9),
    ])
    let job = try submit(folder, "resident", time: "2m", options: ["--signal=\(option)"])
    try Cluster.waitForJobs(atMost: 150)
    #expect(try endings(of: folder) == [reason])
    #expect(try status(folder).state == "paused")
    // Whoever sent the signal wanted the study to pause; the job itself has not ended as planned.
    #expect(try facts(of: job)["ExitCode"] == "75:0")
    let before = try folder.reports()
    try resume(folder, "--site", "private-cluster", "--nodes", "4", "--time", "20m")
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 16)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
    #expect(try repeats(in: folder) == 0, "an epoch was trained twice")
  }

  /// An epoch takes longer than what is left from SIGTERM to SIGKILL at this site, five seconds, and
  /// less than the grace time of the partition, twenty. The process tracking of this cluster sends
  /// SIGTERM to the trials as well, which ignore it.
  @Test(arguments: cases([1, 2]))
  func aPreemptedJobUsesItsGraceTimeAndTheStudyGoesOn(chain: Int) throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.full.replacing("trials: 40", "trials: 16"),
      "train.py": Self.deaf + Self.trial(seconds: 6),
    ])
    let job = try submit(folder, "resident", chain: chain)
    try waitForReports(20, in: folder)
    let urgent = try runCommand([
      "sbatch", "--parsable", "--partition=urgent", "--nodes=1", "--exclusive",
      "--output=/dev/null", "--wrap=sleep 20",
    ])
    try #require(urgent.status == 0, "\(String(decoding: urgent.errors, as: UTF8.self))")
    let id = try #require(Int(String(decoding: urgent.output, as: UTF8.self).dropLast()))
    let hasStarted = try Cluster.wait(atMost: 60) {
      try facts(of: id)["JobState"] == "RUNNING"
    }
    #expect(hasStarted)
    let before = try folder.reports()
    #expect(try endings(of: folder) == ["signal 15"])
    #expect(try facts(of: job)["JobState"] != "RUNNING")
    // Nobody is asked: the job is queued again, or its follow-up goes on.
    try Cluster.waitForJobs(atMost: 300)
    try expectTheEnd(of: folder, trials: 16)
    #expect(try Array(folder.reports().prefix(before.count)) == before)
    #expect(try repeats(in: folder) == 0, "an epoch was trained twice")
    #expect(try endings(of: folder) == ["signal 15", nil])
  }
}
