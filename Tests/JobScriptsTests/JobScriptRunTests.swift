import Foundation
import JobScripts
import Planning
import Processes
import StudyModel
import Testing

/// Scripts that bash really runs, with a `module` and an `srun` that note what they are given.
@Suite final class JobScriptRunTests {
  /// What nobody should call a folder, and what must reach `srun` unchanged all the same.
  static let hostile =
    "/x $(touch oops) `touch oops` \"q\" 'it''s' ; touch oops # & | * ? ~ $HOME \\n é"

  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "rung-jobscript-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func study(_ hostile: String) -> String {
    // Slurm takes backslashes out of the names of output files, so a study's folder has none.
    "\(folder.path)/study\(hostile.replacingOccurrences(of: "\\", with: ""))"
  }

  private func rung(_ hostile: String) -> String { "\(folder.path)/rung\(hostile)" }

  /// Makes a stand-in that notes its words, and some of its environment, in the file `CALLS`.
  private func make(_ path: String, name: String, _ rest: String) throws {
    let file = URL(filePath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let text = """
      #!/bin/bash
      printf '%s\\0' \(name) "$@" >>"$CALLS"
      printf '\\n' >>"$CALLS"
      env | grep -E '^(SLURM_MEM_PER_NODE|SITE_VARIABLE)=' >>"$CALLS.env"
      \(rest)

      """
    // Not written here: a process that another test starts at that moment would inherit the file open
    // for writing, and nobody could execute it meanwhile (ETXTBSY of execve(2)).
    let draft = folder.appending(path: "draft-\(UUID().uuidString)").path
    try Data(text.utf8).write(to: URL(filePath: draft))
    #expect(try runCommand(["install", "-m", "755", draft, path]).status == 0)
  }

  /// Runs a script in a folder of its own.
  ///
  /// - Parameters:
  ///   - script: The script.
  ///   - hostile: The end of the names of the program and the study.
  ///   - srun: What the stand-in for `srun` does; by default rank 0 leaves its status 0.
  /// - Returns: The exit status, each call of a stand-in as a list of words, and whether the
  ///   folder holds a file that an injected command made.
  /// - Throws: What the file system throws.
  private func run(
    _ script: String, hostile: String = "", srun: String = "echo 0 >\"$RUNG_STATUS_FILE\""
  ) throws -> (status: Int32, calls: [[String]], injected: Bool) {
    let bin = folder.appending(path: "bin")
    try make("\(bin.path)/srun", name: "srun", srun)
    try make("\(bin.path)/module", name: "module", "exit 0")
    // As `rung chain` does where there is no chain.
    try make(rung(hostile), name: "rung", "exit \"${4:-0}\"")
    for part in ["jobs", "journal"] {
      try FileManager.default.createDirectory(
        atPath: "\(study(hostile))/\(part)", withIntermediateDirectories: true)
    }
    try Data(script.utf8).write(to: folder.appending(path: "script"))
    let calls = folder.appending(path: "calls")
    // Not by Foundation's Process: what that starts from a test has every signal blocked.
    let result = try runCommand(
      [
        "env", "-i", "PATH=\(bin.path):/usr/bin:/bin", "CALLS=\(calls.path)",
        "HOME=\(folder.path)", "SLURM_MEM_PER_NODE=2048", "SLURM_JOB_ID=17",
        "RUNG_STEP_PATIENCE=2", "STUDY=\(study(hostile))", "/bin/bash", "-c",
        "exec /bin/bash script >printed 2>&1",
      ], in: folder.path)
    let noted = (try? Data(contentsOf: calls)) ?? Data()
    let words = String(decoding: noted, as: UTF8.self).split(separator: "\0\n").map {
      $0.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    }
    let environment = try? Data(contentsOf: folder.appending(path: "calls.env"))
    #expect(
      String(decoding: environment ?? Data(), as: UTF8.self).contains("SLURM_MEM_PER_NODE=")
        == words.contains { $0[0] == "module" },
      "what sbatch left behind is gone when srun starts")
    let left = try FileManager.default.contentsOfDirectory(atPath: study(hostile) + "/jobs")
    #expect(left.isEmpty)
    let oops = FileManager.default.fileExists(atPath: folder.appending(path: "oops").path)
    return (Int32(result.status), words, oops)
  }

  private func script(strategy: String, hostile: String = "") throws -> String {
    var site = Sites.privateCluster
    site.mpi = "pmix\(hostile)"
    site.variables = [.init(name: "SITE_VARIABLE", value: hostile)]
    let locations = JobLocations(
      executable: rung(hostile), directory: study(hostile), studyFolder: "/folder\(hostile)")
    let plan = try plan(
      digits(), at: site, asking: PlanRequest(size: .nodes(3), strategy: strategy))
    return try jobScript(
      for: plan, study: digits(), site: site, locations: locations, version: version)
  }

  @Test(arguments: [0, 75]) func anSrunThatDoesNotReturnIsEnded(status left: Int) throws {
    let (status, calls, _) = try run(
      try script(strategy: "hetjob"),
      srun: "echo \(left) >\"$RUNG_STATUS_FILE\"; exec sleep 100")
    #expect(status == Int32(left))
    #expect(calls.count { $0[0] == "srun" } == 1)
  }

  @Test(arguments: ["resident", "hetjob"], [0, 1])
  func anSrunThatEndsWithoutHavingStartedAnythingIsTriedAgain(strategy: String, end: Int) throws {
    let (status, calls, _) = try run(try script(strategy: strategy), srun: "exit \(end)")
    #expect(status == 70)
    #expect(calls.count { $0[0] == "srun" } == 3)
  }

  @Test(arguments: ["", hostile]) func aPlainJobStartsOneAgentANode(hostile: String) throws {
    let (status, calls, injected) = try run(
      try script(strategy: "resident", hostile: hostile), hostile: hostile)
    #expect(status == 0)
    #expect(!injected)
    #expect(
      calls == [
        ["rung", "chain", study(hostile), "begin"],
        [
          "srun", "--mpi=pmix\(hostile)", "--nodes=3", "--ntasks=3", "--ntasks-per-node=1",
          "--cpus-per-task=8", "--cpu-bind=none", "--no-kill", "--kill-on-bad-exit=0",
          "--wait=0", rung(hostile), "agent", study(hostile), "--slots", "4", "--gpu-vendor",
          "nvidia",
        ],
        ["rung", "chain", study(hostile), "end", "0"],
      ])
  }

  @Test(arguments: ["", hostile])
  func aHeterogeneousJobStartsTheCoordinatorFirst(hostile: String) throws {
    let (status, calls, injected) = try run(
      try script(strategy: "hetjob", hostile: hostile), hostile: hostile)
    #expect(status == 0)
    #expect(!injected)
    let directory = study(hostile)
    #expect(
      calls == [
        ["rung", "chain", directory, "begin"],
        [
          "srun", "--mpi=pmix\(hostile)", "--het-group=0", "--nodes=1", "--ntasks=1",
          "--ntasks-per-node=1", "--cpus-per-task=2", "--cpu-bind=none", "--kill-on-bad-exit=0",
          "--wait=0", rung(hostile), "agent", directory, "--slots", "0", "--gpu-vendor",
          "none", ":", "--het-group=1", "--nodes=3", "--ntasks=3", "--ntasks-per-node=1",
          "--cpus-per-task=8", "--cpu-bind=none", "--kill-on-bad-exit=0", "--wait=0",
          rung(hostile), "agent", directory, "--slots", "4", "--gpu-vendor", "nvidia",
        ],
        ["rung", "chain", directory, "end", "0"],
      ])
  }

  @Test(arguments: [1, 75, 143]) func theAgentsStatusIsTheJobs(status: Int) throws {
    let (result, calls, _) = try run(
      try script(strategy: "hetjob"), srun: ": >\"$RUNG_STATUS_FILE\"; exit \(status)")
    #expect(result == Int32(status))
    #expect(calls.count { $0.first == "srun" } == 1)
  }

  @Test(arguments: [70, 71, 137, 139])
  func aStepThatACrashEndedIsTriedThreeTimes(status: Int) throws {
    let (result, calls, _) = try run(try script(strategy: "resident"), srun: "exit \(status)")
    #expect(result == Int32(status))
    #expect(calls.count { $0.first == "srun" } == 3)
  }

  @Test(arguments: [("echo 2", "2"), ("exit 1", "3"), ("echo ?", "3"), ("echo", "3")])
  func anotherTryIsOverTheNodesThatAreLeft(squeue: String, nodes: String) throws {
    try make(folder.path + "/bin/squeue", name: "squeue", squeue)
    let (_, calls, _) = try run(try script(strategy: "resident"), srun: "exit 71")
    let steps = calls.filter { $0.first == "srun" }.map { Array($0[2...3]) }
    let other = ["--nodes=\(nodes)", "--ntasks=\(nodes)"]
    #expect(steps == [["--nodes=3", "--ntasks=3"], other, other])
    #expect(calls.contains(["squeue", "--noheader", "--jobs=17", "--format=%D"]))
  }

  @Test func triesThatBringReportsAreNotCounted() throws {
    // Five runs with a report, then three without.
    let (result, calls, _) = try run(
      try script(strategy: "resident"),
      srun: """
        number=$(($(ls "$STUDY/journal" | wc -l) + 1))
        word='"reported":'
        [ "$number" -le 5 ] || word=
        echo "$word" >"$STUDY/journal/000$number.jsonl"
        exit 137
        """)
    #expect(result == 137)
    #expect(calls.count { $0.first == "srun" } == 8)
  }

  @Test func theScriptWaitsForAgentsThatBringTheRunToItsEndAfterSIGTERM() throws {
    let (result, calls, _) = try run(
      try script(strategy: "resident"),
      srun: "kill -TERM $PPID; sleep 2; echo 75 >\"$RUNG_STATUS_FILE\"; exit 75")
    #expect(result == 75)
    #expect(calls.last == ["rung", "chain", study(""), "end", "75"])
  }

  @Test(arguments: ["USR1", "USR2"])
  func aSignalToTheScriptAloneReachesTheAgents(signal: String) throws {
    let (result, calls, _) = try run(
      try script(strategy: "resident"),
      srun: """
        trap 'echo 75 >"$RUNG_STATUS_FILE"; exit 75' \(signal)
        sleep 1
        kill -\(signal) $PPID
        for _ in {1..100}; do sleep 0.1; done
        exit 1
        """)
    #expect(result == 75)
    #expect(calls.last == ["rung", "chain", study(""), "end", "75"])
  }

  @Test func aMissingEnvironmentEndsTheJobBeforeItStarts() throws {
    var study = digits()
    study.environment = EnvironmentSettings(modules: ["CUDA/12"], activate: "/nowhere/it's")
    let plan = try plan(study, at: Sites.privateCluster, asking: PlanRequest())
    let script = try jobScript(
      for: plan, study: study, site: Sites.privateCluster, locations: locations, version: version)
    let (status, calls, _) = try run(script)
    #expect(status == 65)
    #expect(calls == [["module", "load", "CUDA/12"]])
  }
}
