import Coordination
import FoundationEssentials
import Glibc
import Processes
import StudyModel
import StudyStore
import Testing

// Trials whose classes have components of their own, in real heterogeneous jobs.
extension JobTests {
  /// Submits a study with options of its own instead of a number of nodes.
  private func submit(_ folder: StudyFolder, asking options: [String]) throws {
    _ = try Cluster.json(
      Submitted.self,
      ["submit", folder.study, "--site", "private-cluster", "--time", "20m", "--json"] + options)
  }

  /// The classes of each run.
  private func classes(of folder: StudyFolder) throws -> [[TrialClass]?] {
    try folder.journal().compactMap { entry in
      if case .runBegan(let run) = entry.event { .some(run.classes) } else { nil }
    }
  }

  private func gpus(of leg: Leg) -> Int {
    if case .integer(let gpus) = leg.configuration["gpus"] { gpus } else { -1 }
  }

  /// Whether a trial is on agents of its class alone.
  private func isAtHome(_ leg: Leg, _ classes: [TrialClass]) -> Bool {
    let size = TrialSize(gpus: gpus(of: leg))
    guard let own = classes.first(where: { $0.sizes.contains(size) }) else { return false }
    return leg.workers.allSatisfy { own.ranks.contains($0.rank) }
  }

  @Test(
    arguments: cases([
      // Rank 0 coordinates on the CPU node, and serves it where trials need no GPU.
      (
        gpus: "[0, 1, 4]",
        options: ["--component", "0=1", "--component", "1=1", "--component", "4=3"],
        ranks: [0..<1, 1..<2, 2..<5], slots: 20, lends: false
      ),
      // Trials of two nodes are far too many for two: they are lent those that nobody waits for.
      (
        gpus: "[1, 8]", options: ["--component", "1=2", "--component", "8=2"],
        ranks: [1..<3, 3..<5], slots: 16, lends: true
      ),
      (
        gpus: "[1, 4]", options: ["--strategy", "hetjob", "--nodes", "3"],
        ranks: [1..<2, 2..<4], slots: 12, lends: false
      ),
    ]))
  func everyClassOfTrialsHasNodesOfItsOwn(
    gpus: String, options: [String], ranks: [Range<Int>], slots: Int, lends: Bool
  ) throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    // Half of the trials go on, so that some of each size do.
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(
        gpus: gpus, launch: "ranks", trials: 48, locks: locks, algorithm: "{name: asha, eta: 2}"),
      "train.py": Self.sizedTrial,
    ])
    try submit(folder, asking: options)
    try Cluster.waitForJobs(atMost: 300)
    try expectTheEnd(of: folder, trials: 48)
    let runs = try classes(of: folder)
    #expect(runs.count == 1)
    let classes = try #require(runs.first ?? nil)
    #expect(classes.map(\.ranks) == ranks)
    let entries = try folder.journal()
    var taken = Set<SlotID>()
    // Until the last trial has been drawn, nothing is lent where somebody of each class is in line.
    let drawn = try #require(
      entries.lastIndex { if case .proposed = $0.event { true } else { false } })
    for (place, entry) in entries.enumerated() {
      for case .start(let leg) in entry.commands {
        taken.formUnion(leg.slots)
        #expect(leg.width == max(1, self.gpus(of: leg)))
        if place < drawn, !lends {
          #expect(isAtHome(leg, classes), "\(leg.id) on \(leg.slots)")
        }
        if self.gpus(of: leg) > 0, classes[0].sizes.most?.gpus == 0 {
          #expect(leg.workers.allSatisfy { $0.rank > 0 }, "no GPU on the CPU node")
        }
      }
    }
    #expect(taken.count == slots, "every slot was used")
    let legs = try folder.legs()
    for size in Set(legs.map { self.gpus(of: $0) }) {
      #expect(
        legs.contains { self.gpus(of: $0) == size && $0.source != nil },
        "of \(size) GPUs one resumed")
    }
    for place in try places(of: folder) where place.world == 1 && place.devices.isEmpty {
      #expect(gpus.contains("0,"), "\(place.leg) has no GPU")
    }
    let used = Set(
      try places(of: folder).flatMap { place in place.devices.map { "\(place.host) \($0)" } })
    #expect(used.count >= 4)
  }

  /// An agent's death takes a class's only node along: its trials go on where others are.
  @Test func aClassWithoutAgentsIsServedByOthers() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(gpus: "[1, 4]", launch: "ranks", trials: 36, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    try withSilence {
      try submit(folder, asking: ["--component", "1=2", "--component", "4=1"])
    }
    try waitForReports(10, in: folder)
    for process in processes(of: folder, where: "SLURM_PROCID=3") { kill(process, SIGKILL) }
    try Cluster.waitForJobs(atMost: 300)
    try expectTheEnd(of: folder, trials: 36)
    let entries = try folder.journal()
    let lost = try #require(
      entries.firstIndex {
        if case .workerLost(WorkerID(3), _) = $0.event { true } else { false }
      })
    let later = entries[lost...].flatMap(\.commands).compactMap { command in
      if case .start(let leg) = command { leg } else { nil }
    }
    #expect(later.contains { self.gpus(of: $0) == 4 && $0.workers.allSatisfy { $0.rank < 3 } })
  }

  /// Trials without GPUs go on beside others, where they see none, and the other way round.
  @Test func aStudyWithClassesGoesOnWithoutAndWithThemAgain() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(gpus: "[0, 1, 2]", launch: "ranks", trials: 60, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    let parted = ["--component", "0=1", "--component", "1-2=2"]
    try submit(folder, asking: parted)
    for options in [["--strategy", "resident", "--nodes", "2"], parted] {
      // The folder is there before its journal is.
      let before = (try? folder.reports().count) ?? 0
      let isUnderWay = try Cluster.wait(atMost: 120) {
        ((try? folder.reports().count) ?? 0) >= before + 6
      }
      try #require(isUnderWay)
      #expect(try Cluster.run("stop", folder.directory, "--drain").status == 0)
      try Cluster.waitForJobs(atMost: 60)
      let resumed = try runCommand(
        [Cluster.rung, "resume", folder.directory, "--site", "private-cluster", "--time", "20m"]
          + options)
      #expect(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
    }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 60)
    #expect(try repeats(in: folder) == 0)
    #expect(try classes(of: folder).map { $0?.count } == [2, nil, 2])
    let legs = try folder.legs()
    let withoutGPUs = Set(legs.filter { gpus(of: $0) == 0 }.map(\.id.description))
    var hidden = 0
    for place in try places(of: folder) {
      #expect(place.devices.isEmpty == withoutGPUs.contains(place.leg))
      if place.seen == "" { hidden += 1 }
    }
    #expect(hidden > 0, "on a node with GPUs they are hidden")
    #expect(
      legs.contains { gpus(of: $0) == 0 && $0.source != nil }, "one without GPUs resumed")
  }
}
