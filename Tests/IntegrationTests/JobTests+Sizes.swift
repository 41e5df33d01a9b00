import Coordination
import Foundation
import Processes
import StudyModel
import StudyStore
import Testing

// Trials of every size on a private Slurm, each of which checks that its devices are its own.
extension JobTests {
  /// Takes a lock on each device, adds up the ranks' numbers at each epoch over a socket of its own, and
  /// notes where it was.
  ///
  /// A lock is one of `SHARES` files a device; it goes with the process.
  static let sizedTrial = """
    import fcntl, json, os, socket, sys, time, rung
    folder = os.environ["LOCKS"]
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    local, local_world = int(os.environ.get("LOCAL_RANK", 0)), int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    host, seen = socket.gethostname(), os.environ.get("CUDA_VISIBLE_DEVICES")
    devices = seen.split(",") if seen else []
    locks = []
    def lock(device):
        for share in range(int(os.environ["SHARES"])):
            file = open(f"{folder}/{host}-{device}-{share}", "w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                locks.append(file)
                return
            except BlockingIOError:
                file.close()
        sys.exit(f"device {device} of {host} is given twice")
    if local == 0:
        for device in devices: lock(device)
    if world > 1:
        address = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
        if rank == 0:
            server = socket.create_server(("", address[1]))
            peers = [server.accept()[0].makefile("rw") for _ in range(world - 1)]
        else:
            for attempt in range(1200):
                try:
                    peers = [socket.create_connection(address).makefile("rw")]
                    break
                except OSError:
                    time.sleep(0.05)
    def tell(peer, value):
        peer.write(json.dumps(value) + "\\n")
        peer.flush()
    def all_reduce(value):
        if world == 1: return value
        if rank:
            tell(peers[0], value)
            return json.loads(peers[0].readline())
        total = value + sum(json.loads(peer.readline()) for peer in peers)
        for peer in peers: tell(peer, total)
        return total
    trial = rung.trial()
    begin = time.time()
    if trial.resumed_from:
        state = open(os.path.join(trial.checkpoint_parts[0], "state")).read()
        assert state == str(trial.resumed_from), (state, trial.resumed_from)
    for epoch in trial.epochs():
        time.sleep(0.1)
        total = all_reduce(rank)
        assert total == world * (world - 1) // 2, total
        if rank == 0:
            with open(os.path.join(trial.checkpoint_dir, "state"), "w") as file: file.write(str(epoch))
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch, ranks=world)
    print("USED " + json.dumps({"host": host, "seen": seen, "devices": devices, "rank": rank, "world": world,
                                "local": local_world, "leg": f"{trial.id}.{os.environ['RUNG_ATTEMPT']}", "begin": begin, "end": time.time()}),
          flush=True)
    """

  struct Place: Decodable {
    var host: String
    var devices: [String]
    /// The variable that says which; `nil` where it is not set.
    var seen: String?
    var rank: Int
    var world: Int
    var local: Int
    var leg: String
    var begin: Double
    var end: Double
  }

  /// A study whose trials have GPUs as `gpus` says.
  static func sizedStudy(
    gpus: String, launch: String, shares: Int = 1, trials: Int, locks: String,
    algorithm: String = "asha"
  ) -> String {
    """
    name: sizes
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters:
      x: {min: 0.0, max: 1.0}
    algorithm: \(algorithm)
    trial: {command: [python3, train.py], gpus: \(gpus), launch: \(launch), cpus: 1, memory: 256MiB}
    environment: {variables: {LOCKS: \(locks), SHARES: "\(shares)"}}
    stop: {trials: \(trials)}
    seed: 5
    """
  }

  /// What the trials noted.
  func places(of folder: StudyFolder) throws -> [Place] {
    var places: [Place] = []
    for name in namesInFolder(folder.directory + "/logs") where name.hasPrefix("node-") {
      let log = try readFile("\(folder.directory)/logs/\(name)")
      for line in String(decoding: log, as: UTF8.self).split(separator: "\n") {
        guard let place = line.range(of: "USED ") else { continue }
        places.append(
          try JSONDecoder().decode(Place.self, from: Data(line[place.upperBound...].utf8)))
      }
    }
    return places
  }

  @Test(
    arguments: cases(
      [
        (gpus: "[1, 2, 4]", launch: "ranks", sizes: [1, 2, 4], slots: 16, devices: 4),
        // On two nodes, four GPUs of one and all, or two, of another: with six, two trials at a time.
        ("6", "ranks", [6], 12, 3), ("8", "ranks", [8], 16, 4),
        // Eight cores a node: two GPUs of four shares, or four whole ones.
        ("0.25", "plain", [1], 32, 2), ("2", "ranks", [2], 16, 4), ("4", "ranks", [4], 16, 4),
        ("3", "plain", [3], 12, 3), ("\"x * 4\"", "ranks", [1, 2, 3, 4], 16, 4),
      ], onAChange: 2))
  func trialsOfEverySizeHaveDevicesOfTheirOwn(
    gpus: String, launch: String, sizes: [Int], slots: Int, devices: Int
  ) throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let shares = gpus == "0.25" ? 4 : 1
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(
        gpus: gpus, launch: launch, shares: shares, trials: 36, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    _ = try submit(folder, "resident")
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 36 && status.trials.failed == 0, "\(folder.failures())")
    let places = try places(of: folder)
    for place in places { #expect(place.local == (launch == "ranks" ? place.devices.count : 1)) }
    for (leg, places) in Dictionary(grouping: places, by: \.leg) {
      let gpus = places.reduce(into: [String: Int]()) { $0[$1.host] = $1.devices.count }
        .values.reduce(0, +)
      #expect(sizes.contains(gpus), "the GPUs of \(leg)")
      #expect(places.allSatisfy { $0.world == (launch == "ranks" ? gpus : 1) })
      #expect(Set(places.map(\.rank)) == Set(0..<places[0].world))
    }
    let used = Set(places.flatMap { place in place.devices.map { "\(place.host) \($0)" } })
    #expect(used.count >= 4 * devices, "every GPU was used")
    let taken = Set(try folder.legs().flatMap(\.slots))
    #expect(taken.count >= slots, "every slot was used")
    try expectNothingLeft(of: folder)
  }

  /// A promoted trial pauses, and goes on from its checkpoint with twice the GPUs.
  @Test func successiveDoublingDoublesAPromotedTrialsGPUs() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(
        gpus: "1", launch: "ranks", trials: 24, locks: locks, algorithm: "rasda"),
      "train.py": Self.sizedTrial,
    ])
    _ = try submit(folder, "resident")
    try Cluster.waitForJobs(atMost: 300)
    let status = try status(folder)
    #expect(status.state == "completed")
    #expect(status.trials.total == 24 && status.trials.failed == 0, "\(folder.failures())")
    // Rungs at 1, 2, 4 and 8 epochs; sixteen GPUs bound the growth. Towards the end it is faster.
    let legs = try folder.legs()
    let last = legs.lastIndex { $0.source == nil } ?? 0
    for (place, leg) in legs.enumerated() {
      let expected = [1: 1, 2: 2, 4: 4, 8: 8, 9: 16][leg.until] ?? 0
      #expect(
        place <= last ? leg.width == expected : leg.width >= expected, "up to epoch \(leg.until)")
      #expect((leg.source == nil) == (leg.until == 1), "its checkpoint is carried over")
    }
    for place in try places(of: folder) {
      #expect(place.local == place.devices.count && place.local == min(place.world, 4))
    }
    #expect(Set(try places(of: folder).map(\.world)).isSuperset(of: [1, 2, 4, 8]))
    try expectNothingLeft(of: folder)
  }

  /// Trials on two nodes each: with a node its trial is lost, which goes on from the parts of its
  /// checkpoint on two others.
  @Test func trialsOnTwoNodesOutliveOneOfThem() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(gpus: "8", launch: "ranks", trials: 12, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    _ = try withSilence { try submit(folder, "resident") }
    try waitForReports(8, in: folder)
    try cluster("kill-node", "n2")
    defer { try? cluster("revive-node", "n2") }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 12)
    let lost = try folder.journal().contains { entry in
      if case .workerLost(WorkerID(2), _) = entry.event { true } else { false }
    }
    #expect(lost)
    #expect(try status(folder).trials.failed == 0)
    let legs = try folder.legs()
    #expect(legs.allSatisfy { $0.workers.count == 2 })
    #expect(legs.contains { ($0.source?.pieces.count ?? 0) == 2 }, "resumed from two parts")
    let winner = folder.path + "/winner"
    #expect(try Cluster.run("best", folder.directory, "--checkpoint", winner).status == 0)
    #expect(namesInFolder(winner).sorted() == (0..<8).map { "rank-\($0)" })
  }

  /// A study that began with one GPU a trial goes on with two, and then with a quarter, from the same
  /// checkpoints.
  @Test func aStudyGoesOnWithAnotherNumberOfGPUsForEachTrial() throws {
    try Cluster.require()
    let locks = try makeTemporaryFolder("/tmp/rung-locks-")
    defer { removeAll(locks) }
    let folder = try StudyFolder([
      "study.yaml": Self.sizedStudy(
        gpus: "1", launch: "ranks", shares: 4, trials: 36, locks: locks),
      "train.py": Self.sizedTrial,
    ])
    _ = try submit(folder, "resident", nodes: 2)
    for size in ["2", "0.25"] {
      // The folder is there before its journal is.
      let before = (try? folder.reports().count) ?? 0
      let isUnderWay = try Cluster.wait(atMost: 120) {
        ((try? folder.reports().count) ?? 0) >= before + 10
      }
      try #require(isUnderWay)
      #expect(try Cluster.run("stop", folder.directory, "--drain").status == 0)
      try Cluster.waitForJobs(atMost: 60)
      let resumed = try Cluster.run(
        "resume", folder.directory, "--site", "private-cluster", "--nodes", "2", "--time", "20m",
        "--trial-gpus", size)
      #expect(resumed.status == 0, "\(String(decoding: resumed.errors, as: UTF8.self))")
    }
    try Cluster.waitForJobs(atMost: 240)
    try expectTheEnd(of: folder, trials: 36)
    #expect(try repeats(in: folder) == 0)
    let sizes = try folder.journal().compactMap { entry -> TrialSize?? in
      if case .runBegan(let run) = entry.event { .some(run.size) } else { nil }
    }
    #expect(sizes == [nil, TrialSize(gpus: 2), TrialSize(sharing: 4)])
    let legs = try folder.legs()
    #expect(Set(legs.map(\.width)) == [1, 2])
    #expect(legs.contains { $0.width == 2 && $0.source != nil }, "resumed with more GPUs")
    #expect(Set(try places(of: folder).map(\.world)) == [1, 2])
  }
}
