import Coordination
import Glibc
import Processes
import StudyModel
import Testing

// Data that is staged on the nodes of a job.
extension JobTests {
  /// Prints a checksum of what it finds staged.
  private static let stagedTrial = """
    import os, time, zlib, rung
    trial = rung.trial()
    total = 0
    with open(os.path.join(trial.stage, "data.bin"), "rb") as file:
        while True:
            block = file.read(1 << 20)
            if not block: break
            total = zlib.crc32(block, total)
    print("SEEN %08x %s" % (total, os.environ["RUNG_STAGE"]))
    for epoch in trial.epochs():
        time.sleep(0.1)
        trial.report(epoch, value=trial.config["x"])
    """

  private static func stagedStudy(trials: Int) -> String {
    study(trials: trials).replacing("cpus: 1,", "cpus: 1, stage: [{from: data.bin, to: node}],")
  }

  /// A study with a file of so many MiB that are random.
  private func staged(trials: Int, mebibytes: Int) throws -> StudyFolder {
    let folder = try StudyFolder([
      "study.yaml": Self.stagedStudy(trials: trials), "train.py": Self.stagedTrial,
    ])
    let made = try runCommand([
      "sh", "-c", "head -c \(mebibytes << 20) /dev/urandom >'\(folder.path)/data.bin'",
    ])
    try #require(made.status == 0)
    return folder
  }

  /// What the job of a study has printed.
  private func output(of folder: StudyFolder) throws -> String {
    try namesInFolder(folder.directory + "/jobs").filter { $0.hasSuffix(".out") }
      .map { String(decoding: try readFile("\(folder.directory)/jobs/\($0)"), as: UTF8.self) }
      .joined()
  }

  /// What trials of a rank have seen: the checksum and the folder.
  private func seen(in folder: StudyFolder, rank: Int) -> Set<String> {
    // An agent without trials may have no log.
    let log = (try? readFile("\(folder.directory)/logs/node-000\(rank).log")) ?? []
    return Set(
      String(decoding: log, as: UTF8.self).split(separator: "\n").compactMap { line in
        line.range(of: "SEEN ").map { String(line[$0.upperBound...]) }
      })
  }

  private func checksum(of folder: StudyFolder) throws -> String {
    let python = try #require(environmentValue("RUNG_TEST_PYTHON"))
    let result = try runCommand([
      python, "-c", "import sys, zlib; print('%08x' % zlib.crc32(open(sys.argv[1], 'rb').read()))",
      folder.path + "/data.bin",
    ])
    return String(decoding: result.output.prefix(8), as: UTF8.self)
  }

  private func expectNoDataLeft(of seen: Set<String>) {
    for line in seen {
      let path = String(line.drop { $0 != "/" })
      #expect(!exists(path) && !exists(path + ".lock"), "\(path) is left")
    }
  }

  @Test(arguments: cases(["hetjob", "resident", "steps"]))
  func dataIsReadOnceAndEveryNodeHasIt(strategy: String) throws {
    try Cluster.require()
    let folder = try staged(trials: 40, mebibytes: 200)
    _ = try submit(folder, strategy)
    try Cluster.waitForJobs(atMost: 300)
    try expectTheEnd(of: folder, trials: 40)
    let told = try output(of: folder)
    #expect(told.contains("rung: staged 200.0 MiB on 4 nodes in "), "\(told)")
    #expect(told.contains(" s; 200.0 MiB were read from the file system"), "\(told)")
    let sum = try checksum(of: folder)
    let first = strategy == "hetjob" ? 1 : 0
    let all = (first..<first + 4).map { seen(in: folder, rank: $0) }
    for one in all { #expect(one.count == 1 && one.allSatisfy { $0.hasPrefix(sum) }, "\(one)") }
    #expect(Set(all).count == 1, "one path on every node: \(all)")
    for one in all { expectNoDataLeft(of: one) }
  }

  /// One of those that are killed while data flows has others below it in the tree.
  @Test(arguments: cases([1, 2]))
  func anAgentThatIsKilledWhileDataComesHoldsUpNobody(rank: Int) throws {
    try Cluster.require()
    // Enough of them that the last one to get its data, after the patience of an agent, still trains some.
    let folder = try staged(trials: 160, mebibytes: 400)
    _ = try withSilence { try submit(folder, "resident") }
    let isFlowing = try Cluster.wait(atMost: 120) {
      processes(of: folder, where: "SLURM_PROCID=3").contains { process in
        namesInFolder("/proc/\(process)/fd").contains { number in
          // A descriptor may be closed while it is looked at.
          ((try? readLink("/proc/\(process)/fd/\(number)")) ?? "").hasSuffix("/stage/data.bin")
        }
      }
    }
    try #require(isFlowing)
    for process in processes(of: folder, where: "SLURM_PROCID=\(rank)") { kill(process, SIGKILL) }
    try Cluster.waitForJobs(atMost: 300)
    try expectTheEnd(of: folder, trials: 160)
    let sum = try checksum(of: folder)
    for other in (0..<4) where other != rank {
      let seen = seen(in: folder, rank: other)
      #expect(seen.count == 1 && seen.allSatisfy { $0.hasPrefix(sum) }, "\(other): \(seen)")
      expectNoDataLeft(of: seen)
    }
    #expect(seen(in: folder, rank: rank).isEmpty)
    let told = try output(of: folder)
    #expect(told.contains("rung: staged 400.0 MiB on 3 nodes in "), "\(told)")
    #expect(try endings(of: folder) == [nil], "no second run")
  }

  @Test func dataThatDoesNotFitIsRefusedWithFigures() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.stagedStudy(trials: 4), "train.py": Self.stagedTrial,
    ])
    _ = try runCommand(["truncate", "--size=8T", folder.path + "/data.bin"])
    _ = try submit(folder, "resident")
    try Cluster.waitForJobs(atMost: 60)
    let told = try output(of: folder)
    for node in 0..<4 {
      let words = "rung: 'trial.stage' takes 8388608 MiB of '/tmp' on node 'n\(node)', where "
      #expect(told.contains(words), "\(told)")
    }
    let remedy = " MiB are free; stage less, or name a larger folder by 'local' in the site file"
    #expect(told.contains(remedy))
    #expect(try status(folder).trials.total == 0)
    try expectNothingLeft(of: folder)
  }
}
