import Foundation
import JobScripts
import Planning
import StudyModel
import Testing

/// Scripts that bash really runs, with a `module` and an `srun` that note what they are given.
@Suite struct JobScriptRunTests {
  /// What nobody should call a folder, and what must reach `srun` unchanged all the same.
  static let hostile =
    "/x $(touch oops) `touch oops` \"q\" 'it''s' ; touch oops # & | * ? ~ $HOME \\n é"

  /// Runs a script in a folder of its own.
  ///
  /// - Returns: The exit status, each call of a stand-in as a list of words, and whether the
  ///   folder holds a file that an injected command made.
  private func run(
    _ script: String, srun status: Int, leaving left: Int? = nil
  ) throws -> (status: Int32, calls: [[String]], injected: Bool) {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "rung-jobscript-\(UUID().uuidString)")
    let bin = folder.appending(path: "bin")
    try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let hang = left.map { "echo \($0) >\"$RUNG_STATUS_FILE\"; exec sleep 100" }
    for (name, exit) in [("srun", hang ?? "exit \(status)"), ("module", "exit 0")] {
      let file = bin.appending(path: name)
      let text = """
        #!/bin/bash
        printf '%s\\0' \(name) "$@" >>"$CALLS"
        printf '\\n' >>"$CALLS"
        env | grep -E '^(SLURM_MEM_PER_NODE|SITE_VARIABLE)=' >>"$CALLS.env"
        \(exit)

        """
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    try Data(script.utf8).write(to: folder.appending(path: "script"))
    let calls = folder.appending(path: "calls")
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["script"]
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": "\(bin.path):/usr/bin:/bin", "CALLS": calls.path, "HOME": folder.path,
      "SLURM_MEM_PER_NODE": "2048", "SLURM_JOB_ID": "17", "RUNG_STEP_PATIENCE": "2",
    ]
    try process.run()
    process.waitUntilExit()
    let noted = (try? Data(contentsOf: calls)) ?? Data()
    let words = String(decoding: noted, as: UTF8.self).split(separator: "\0\n").map {
      $0.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    }
    let environment = try? Data(contentsOf: folder.appending(path: "calls.env"))
    #expect(
      String(decoding: environment ?? Data(), as: UTF8.self).contains("SLURM_MEM_PER_NODE=")
        == words.contains { $0[0] == "module" },
      "what sbatch left behind is gone when srun starts")
    let oops = FileManager.default.fileExists(atPath: folder.appending(path: "oops").path)
    return (process.terminationStatus, words, oops)
  }

  private func script(
    strategy: String, hostile: String, directory: String = "/study"
  ) throws -> String {
    var site = Sites.privateCluster
    site.mpi = "pmix\(hostile)"
    site.variables = [.init(name: "SITE_VARIABLE", value: hostile)]
    let locations = JobLocations(
      executable: "/rung\(hostile)",
      directory: "\(directory)\(hostile.replacingOccurrences(of: "\\", with: ""))",
      studyFolder: "/folder\(hostile)")
    let plan = try plan(
      digits(), at: site, asking: PlanRequest(size: .nodes(3), strategy: strategy))
    return try jobScript(
      for: plan, study: digits(), site: site, locations: locations, version: version)
  }

  @Test(arguments: [0, 75]) func anSrunThatDoesNotReturnIsEnded(status left: Int) throws {
    let study = FileManager.default.temporaryDirectory.appending(path: "rung-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: study.appending(path: "jobs"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: study) }
    let (status, calls, _) = try run(
      try script(strategy: "hetjob", hostile: "", directory: study.path), srun: 0, leaving: left)
    #expect(status == Int32(left))
    #expect(calls.count { $0[0] == "srun" } == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: study.path + "/jobs").isEmpty)
  }

  @Test(arguments: ["", hostile]) func aPlainJobStartsOneAgentANode(hostile: String) throws {
    let (status, calls, injected) = try run(
      try script(strategy: "resident", hostile: hostile), srun: 0)
    #expect(status == 0)
    #expect(!injected)
    #expect(
      calls == [
        [
          "srun", "--mpi=pmix\(hostile)", "--nodes=3", "--ntasks=3", "--ntasks-per-node=1",
          "--cpus-per-task=8", "--cpu-bind=none", "--no-kill", "--kill-on-bad-exit=0",
          "--wait=0", "/rung\(hostile)", "agent",
          "/study\(hostile.replacingOccurrences(of: "\\", with: ""))", "--slots", "4",
          "--gpu-vendor", "nvidia",
        ]
      ])
  }

  @Test(arguments: ["", hostile])
  func aHeterogeneousJobStartsTheCoordinatorFirst(hostile: String) throws {
    let (status, calls, injected) = try run(
      try script(strategy: "hetjob", hostile: hostile), srun: 0)
    #expect(status == 0)
    #expect(!injected)
    let directory = "/study\(hostile.replacingOccurrences(of: "\\", with: ""))"
    #expect(
      calls == [
        [
          "srun", "--mpi=pmix\(hostile)", "--het-group=0", "--nodes=1", "--ntasks=1",
          "--ntasks-per-node=1", "--cpus-per-task=2", "--cpu-bind=none", "--kill-on-bad-exit=0",
          "--wait=0", "/rung\(hostile)", "agent", directory, "--slots", "0", "--gpu-vendor",
          "none", ":", "--het-group=1", "--nodes=3", "--ntasks=3", "--ntasks-per-node=1",
          "--cpus-per-task=8", "--cpu-bind=none", "--kill-on-bad-exit=0", "--wait=0",
          "/rung\(hostile)", "agent", directory, "--slots", "4", "--gpu-vendor", "nvidia",
        ]
      ])
  }

  @Test(arguments: [0, 1, 75, 143]) func theAgentsStatusIsTheJobs(status: Int) throws {
    let script = try script(strategy: "hetjob", hostile: "")
    let (result, calls, _) = try run(script, srun: status)
    #expect(result == Int32(status))
    #expect(calls.count { $0.first == "srun" } == 1)
  }

  @Test(arguments: [70, 137, 139]) func aStepThatACrashEndedIsTriedThreeTimes(status: Int) throws {
    let (result, calls, _) = try run(try script(strategy: "resident", hostile: ""), srun: status)
    #expect(result == Int32(status))
    #expect(calls.count { $0.first == "srun" } == 3)
  }

  @Test func aMissingEnvironmentEndsTheJobBeforeItStarts() throws {
    var study = digits()
    study.environment = EnvironmentSettings(modules: ["CUDA/12"], activate: "/nowhere/it's")
    let plan = try plan(study, at: Sites.privateCluster, asking: PlanRequest())
    let script = try jobScript(
      for: plan, study: study, site: Sites.privateCluster, locations: locations, version: version)
    let (status, calls, _) = try run(script, srun: 0)
    #expect(status == 65)
    #expect(calls == [["module", "load", "CUDA/12"]])
  }
}
