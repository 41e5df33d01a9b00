import FoundationEssentials
import Glibc
import Processes
import Testing

/// Studies as real jobs on a private Slurm that binds: task/affinity, and task/cgroup with cores and
/// devices constrained. `Tests/run BoundJobTests` starts it.
@Suite(.serialized, .tags(.slurm))
struct BoundJobTests {
  /// A trial that notes what it may use, and when.
  private static let trial = """
    import errno, glob, json, os, time, rung
    begin = time.time()
    def may_open(path):
        # No driver has the number of the device: a job that may open it hears so.
        try:
            os.close(os.open(path, os.O_RDWR))
        except OSError as error:
            return error.errno == errno.ENXIO
        return True
    files = [name for name in sorted(glob.glob(os.environ["STAND_INS"] + "/gpu*"))]
    trial = rung.trial()
    for epoch in trial.epochs():
        time.sleep(0.3)
        trial.report(epoch, value=float(trial.config["x"]))
    print("USED " + json.dumps({
        "cpus": sorted(os.sched_getaffinity(0)), "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "open": [os.path.basename(name) for name in files if may_open(name)],
        "begin": begin, "end": time.time()}), flush=True)
    """

  struct Used: Decodable {
    var cpus: [Int]
    var gpu: String?
    var open: [String]
    var begin: Double
    var end: Double
  }

  /// Requires a cluster that binds, whose nodes have the machine's own CPUs.
  ///
  /// - Returns: Cores of each GPU node.
  private func require() throws -> Int {
    try Cluster.require()
    let conf = try String(
      decoding: readFile(#require(environmentValue("SLURM_CONF"))), as: UTF8.self)
    guard conf.contains("TaskPlugin=task/cgroup,task/affinity") else {
      throw Cluster.Missing(
        description: "a private Slurm that binds nothing: run 'Tests/run BoundJobTests'")
    }
    let cores = usableCPUs().count
    try #require(cores > 1, "needs a machine of two CPUs")
    return min(8, cores)
  }

  /// The folder of a node's devices.
  private func standIns(_ node: String) throws -> String {
    let conf = try #require(environmentValue("SLURM_CONF"))
    return conf.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/node/" + node
  }

  private func folder(
    trials: Int, gpus: String = "1", cores: Int, sharing: String = "", node: String = "n0"
  ) throws -> StudyFolder {
    try StudyFolder([
      "train.py": Self.trial,
      "study.yaml": """
      metric: {name: value, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 2}
      parameters: {x: {min: 0.0, max: 1.0}}
      algorithm: random
      trial: {command: [python3, train.py], gpus: \(gpus), cpus: 1, affinity: cores, memory: 100MiB}
      environment: {variables: {STAND_INS: \(try standIns(node))}}
      stop: {trials: \(trials)}
      """,
      "site.yaml": """
      summary: a Slurm that binds
      source: [its start script]
      partitions:
        gpu: {nodes: 2, cores: \(cores), memory: 8000MiB, gpus: {count: 4, vendor: nvidia, model: stand-in\(sharing)}, time: 1h}
      workers: gpu
      grace: 5s
      """,
    ])
  }

  private func run(
    _ folder: StudyFolder, nodes: Int = 1, _ strategy: String = "resident"
  ) throws {
    let result = try Cluster.run(
      "submit", folder.study, "--site", folder.path + "/site.yaml", "--nodes", String(nodes),
      "--strategy", strategy, "--time", "10m")
    try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    try Cluster.waitForJobs(atMost: 200)
    let status = try Cluster.json(Status.self, "status", folder.directory, "--json")
    #expect(status.state == "completed")
    #expect(status.trials.failed == 0)
  }

  private func used(_ folder: StudyFolder, _ node: Int = 0) throws -> [Used] {
    let log = try readFile("\(folder.directory)/logs/node-000\(node).log")
    return try String(decoding: log, as: UTF8.self).split(separator: "\n").compactMap { line in
      guard let place = line.range(of: "USED ") else { return nil }
      return try JSONDecoder().decode(Used.self, from: Data(line[place.upperBound...].utf8))
    }
  }

  @Test(arguments: ["resident", "steps"])
  func noTwoTrialsAtATimeShareACPU(strategy: String) throws {
    let cores = try require()
    let folder = try folder(trials: 12, cores: cores)
    try run(folder, nodes: 2, strategy)
    for node in 0..<2 {
      let used = try used(folder, node)
      #expect(used.count > 2)
      var pairs = 0
      for (index, one) in used.enumerated() {
        #expect(one.cpus.count == 1, "a core of \(cores)")
        for other in used[(index + 1)...] where one.begin < other.end && other.begin < one.end {
          pairs += 1
          #expect(Set(one.cpus).isDisjoint(with: other.cpus))
        }
      }
      #expect(pairs > 0, "no two trials ran at a time on node \(node)")
    }
  }

  /// Another job has the first two GPUs: this one's are numbered anew, and it can open no others.
  @Test func aJobsDevicesAreThoseThatItWasGiven() throws {
    _ = try require()
    let holder = try RunningCommand([
      "srun", "--quiet", "--nodelist=n0", "--gres=gpu:2", "--cpus-per-task=1", "--mem=100M",
      "sleep", "60",
    ])
    let isRunning = try Cluster.wait(atMost: 20) {
      try Cluster.jobs().contains { $0.hasSuffix("RUNNING") }
    }
    try #require(isRunning)
    let jobs = try Cluster.jobs().compactMap { $0.split(separator: " ").first.map(String.init) }
    // One core a node leaves room beside the other job.
    let folder = try folder(trials: 2, cores: 1)
    let result = try Cluster.run(
      "submit", folder.study, "--site", folder.path + "/site.yaml", "--nodes", "1", "--time", "10m",
      "--", "--nodelist=n0")
    try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    let isDone = try Cluster.wait(atMost: 60) {
      try Cluster.json(Status.self, "status", folder.directory, "--json").state == "completed"
    }
    #expect(isDone)
    _ = try runCommand(["scancel"] + jobs)
    _ = try holder.finish()
    try Cluster.waitForJobs(atMost: 60)
    let used = try used(folder)
    #expect(used.count == 2)
    for one in used {
      #expect(one.gpu == "0", "numbered among those of the job")
      #expect(one.open == ["gpu2"])
    }
  }

  /// Each slot is a shard: the job asks for as many as its cores can use, all of one GPU.
  @Test func trialsShareTheGPUWhoseShardsTheJobHas() throws {
    let cores = min(4, try require())
    let folder = try folder(
      trials: 8, gpus: "0.25", cores: cores, sharing: ", sharing: shards, shards: 4")
    try run(folder)
    let script = try readFile(folder.directory + "/jobs/job.sbatch")
    #expect(
      String(decoding: script, as: UTF8.self).contains("#SBATCH --gres=shard:\(cores)\n"))
    let used = try used(folder)
    #expect(used.count == 8)
    #expect(Set(used.map(\.gpu)) == ["0"])
    #expect(used.allSatisfy { $0.open == ["gpu0"] })
    let atATime = used.map { one in used.count { $0.begin < one.end && one.begin < $0.end } }
    #expect((atATime.max() ?? 0) >= 2, "they took turns")
  }
}
