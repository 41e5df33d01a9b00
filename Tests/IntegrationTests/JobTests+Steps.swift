import Coordination
import Processes
import StudyModel
import StudyStore
import Testing

// Trials as job steps of their own, on a private Slurm.
extension JobTests {
  /// A folder with the compiled trial of MPI ranks, and a study of it.
  private func mpiStudy(gpus: Int, trials: Int, locks: String) throws -> StudyFolder {
    let study = Self.sizedStudy(gpus: String(gpus), launch: "step", trials: trials, locks: locks)
    let folder = try StudyFolder([
      // A node that a busy machine keeps from answering takes its steps with it, and Slurm 22.05's srun has
      // missed that both parts of a step had ended. Such a trial is begun again; what the trial itself finds
      // wrong is not forgiven.
      "study.yaml": study.replacing("[python3, train.py]", "[./trial]")
        .replacing("memory: 256MiB", "memory: 256MiB, retries: 2, silence: 20s")
    ])
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    let compiled = try runCommand([
      "/usr/bin/mpicc", "-O2", "-Wall", "-o", folder.path + "/trial",
      repository + "/Tests/Programs/trial.c",
    ])
    try #require(compiled.status == 0, "\(String(decoding: compiled.errors, as: UTF8.self))")
    return folder
  }

  /// What was noted by every leg that ended well, by leg; and that no leg of all found a device given
  /// twice, a rank missing or a checkpoint not its own.
  private func wholeLegs(of folder: StudyFolder, _ places: [Place]) throws -> [String: [Place]] {
    for name in namesInFolder(folder.directory + "/logs") {
      let log = String(
        decoding: try readFile("\(folder.directory)/logs/\(name)"), as: UTF8.self)
      for fault in ["is given twice", "a rank is missing", "a foreign checkpoint", "cannot write"] {
        #expect(log.range(of: fault) == nil, "\(name): \(fault)")
      }
    }
    let ended = try folder.journal().compactMap { entry -> String? in
      if case .workerJoined(_, _, _, let memory) = entry.event {
        #expect(memory == nil, "steps get theirs from Slurm")
      }
      guard case .legEnded(let end) = entry.event, end.outcome == .exited(status: 0) else {
        return nil
      }
      return end.leg.description
    }
    let noted = Dictionary(grouping: places, by: \.leg)
    return Dictionary(uniqueKeysWithValues: Set(ended).map { ($0, noted[$0] ?? []) })
  }

  /// One, two and four GPUs on one node, and eight on two.
  @Test(arguments: cases([8, 1, 2, 4]))
  func anMPITrialIsAStepSizedForIt(gpus: Int) throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try mpiStudy(gpus: gpus, trials: 24, locks: locks)
    _ = try submit(folder, "steps")
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 24 && status.trials.failed == 0, "\(folder.failures())")
    let places = try places(of: folder)
    // One line a node.
    let nodes = max(1, gpus / 4)
    let whole = try wholeLegs(of: folder, places)
    #expect(whole.count >= 24)
    for (leg, places) in whole {
      #expect(places.count == nodes, "\(leg)")
      #expect(places.allSatisfy { $0.world == gpus && $0.local == gpus / nodes })
      #expect(places.allSatisfy { $0.devices.count == gpus / nodes })
    }
    let used = Set(places.flatMap { place in place.devices.map { "\(place.host) \($0)" } })
    #expect(used.count == 16, "every GPU was used")
    #expect(try folder.legs().contains { $0.source != nil }, "trials go on from checkpoints")
    #expect(namesInFolder(folder.directory + "/scratch").isEmpty)
    try expectNothingLeft(of: folder)
  }

  /// Two programs on a node each, one MPI world: a loader on cores, and a solver with four ranks on four
  /// GPUs.
  @Test func aTrialOfSeveralProgramsIsOneHeterogeneousStep() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try mpiStudy(gpus: 1, trials: 12, locks: locks)
    // A value that is a colon must not begin another program.
    let text = String(decoding: try readFile(folder.study), as: UTF8.self)
      .replacing(
        "command: [./trial], gpus: 1, launch: step, cpus: 1, memory: 256MiB",
        "parts: [{command: [./trial], ranks: 2, cpus: 2, memory: 128MiB}, "
          + "{command: [./trial], gpus: 4, memory: 128MiB}]"
      ).replacing("parameters:\n", "parameters:\n  sign: {value: \":\"}\n")
    try writeFile(folder.study, Array(text.utf8))
    _ = try submit(folder, "steps")
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 12 && status.trials.failed == 0, "\(folder.failures())")
    let whole = try wholeLegs(of: folder, try places(of: folder))
    #expect(whole.count >= 12)
    for (leg, places) in whole {
      #expect(places.count == 2 && places.allSatisfy { $0.world == 6 }, "\(leg)")
      #expect(Set(places.map(\.devices.count)) == [0, 4])
      #expect(Set(places.map(\.local)) == [2, 4])
      #expect(Set(places.map(\.host)).count == 2)
    }
    #expect(try folder.legs().contains { $0.source != nil }, "trials go on from checkpoints")
    try expectNothingLeft(of: folder)
  }

  @Test(arguments: cases([3, 1]))
  func aPlainTrialIsAStepToo(gpus: Int) throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(
        gpus: String(gpus), launch: "plain", trials: 24, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    _ = try submit(folder, "steps")
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 24 && status.trials.failed == 0, "\(folder.failures())")
    #expect(try places(of: folder).allSatisfy { $0.devices.count == gpus && $0.world == 1 })
    let runs = try folder.journal().compactMap { entry in
      if case .runBegan(let run) = entry.event { run.steps } else { nil }
    }
    #expect(runs == [Run.Steps()])
    try expectNothingLeft(of: folder)
  }
}
