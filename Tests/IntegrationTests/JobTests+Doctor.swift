import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

// `rung doctor` through jobs.
extension JobTests {
  private struct Examined: Decodable {
    struct Finding: Decodable {
      var check: String
      var nodes: [String]
      var verdict: String
      var result: String
      var problem: String?
      var key: String?
      var place: String?
    }
    var job: Int?
    var findings: [Finding]

    func all(_ check: String) -> [Finding] { findings.filter { $0.check == check } }
    subscript(check: String) -> Finding? { all(check).first }
    var complaints: [Finding] { findings.filter { ["wrong", "hint"].contains($0.verdict) } }
  }

  /// Looks at the private cluster by a site file that differs from its own.
  private func doctor(
    _ folder: TemporaryFolder, _ changes: [(String, String)] = [], _ options: String...
  ) throws -> (found: Examined, status: Int, errors: String) {
    let repository = try #require(environmentValue("RUNG_REPOSITORY"))
    var text = String(
      decoding: try readFile(repository + "/site-configs/private-cluster.yaml"), as: UTF8.self)
    for (old, new) in changes + [("name: private-cluster", "name: looked-at")] {
      try #require(text.range(of: old) != nil, "no '\(old)' in the site file")
      text = text.replacing(old, new)
    }
    try makeFolder(folder.file("studies"))
    let site = try folder.write("looked-at.yaml", text)
    let result = try runCommand(
      [Cluster.rung, "doctor", "--site", site, "--directory", folder.file("studies"), "--json"]
        + options)
    let errors = String(decoding: result.errors, as: UTF8.self)
    try #require(!result.output.isEmpty, "\(errors)")
    #expect(try Cluster.jobs().isEmpty)
    #expect(try readFolder(folder.file("studies")).isEmpty, "it leaves nothing behind")
    let found = try JSONDecoder().decode(Examined.self, from: Data(result.output))
    return (found, result.status, errors)
  }

  @Test func aSoundClusterIsNotComplainedOf() throws {
    try Cluster.require()
    let folder = try TemporaryFolder()
    // Twice: what the first left must not disturb the second.
    for nodes in [2, 4] {
      let (found, status, errors) = try doctor(folder, [], "--nodes", String(nodes))
      #expect(status == 0, "\(errors)")
      #expect(found.complaints.isEmpty, "\(found.complaints)")
      let names = (0..<nodes).map { "n\($0)" }
      for check in ["job", "GPUs", "GPUs of slots", "GPUs of steps", "steps", "names", "HDF5"] {
        #expect(found[check]?.verdict == "well" && found[check]?.nodes == names, "\(check)")
      }
      for check in ["MPI", "clocks", "shared files"] {
        #expect(
          found[check]?.verdict == "well" && found[check]?.nodes == Array(names.dropFirst()),
          "\(check): \(found.all(check))")
      }
      for check in [
        "Slurm", "srun --mpi", "grace", "requeue", "no-kill", "hetjobs", "sbatch in jobs",
      ] {
        #expect(found[check]?.verdict == "well", "\(check): \(found.all(check))")
      }
      #expect(
        found["GPUs of steps"]?.result
          == "4 slots with one GPU each: 0, 1, 2, 3, by CUDA_VISIBLE_DEVICES")
      // Nodes of this cluster claim more than the machine has, and its GPUs are no GPUs.
      let unchecked = found.findings.filter { $0.verdict == "not checked" }.map(\.check)
      #expect(
        unchecked.allSatisfy {
          ["cores", "memory", "driver, slots", "driver, steps"].contains($0)
        },
        "\(unchecked)")
    }
  }

  @Test func aSiteFileThatLiesIsFoundWithTheLineToChange() throws {
    try Cluster.require()
    let folder = try TemporaryFolder()
    let (found, status, errors) = try doctor(
      folder,
      [
        (
          "cores: 8, memory: 16000MiB, gpus: {count: 4",
          "cores: 8, memory: 32000MiB, gpus: {count: 8"
        ),
        ("  cpu: {", "  cpux: {"), ("coordinator: cpu", "coordinator: cpux"),
        ("grace: 5s", "grace: 1m"), ("time: 1h}\n  # c0", "time: 2h}\n  # c0"),
      ])
    #expect(status == 1 && errors.hasSuffix("checks found something wrong\n"))
    let site = folder.file("looked-at.yaml")
    let wrong = found.complaints.map { "\($0.place ?? "") \($0.key ?? ""): \($0.problem ?? "")" }
    #expect(
      wrong == [
        "\(site):8 partitions.gpu.time: the site file grants longer jobs, which Slurm refuses; write "
          + "'time: 60m'",
        "\(site):8 partitions.gpu.memory: the site file says 32000 MiB, which Slurm grants no job there; "
          + "write 'memory: 16000MiB'",
        "\(site):8 partitions.gpu.gpus.count: the site file says 8 GPUs a node, which Slurm grants no job "
          + "there; write 'count: 4'",
        "\(site):10 partitions.cpux: Slurm has no partition 'cpux'; write one that it has: gpu, cpu, urgent",
        "\(site):18 grace: the site file says 60 s, and processes would be killed before they have ended "
          + "their trials; write 'grace: 5s'",
      ], "\(wrong)")
    // The job runs all the same, with what there is.
    #expect(found["GPUs of steps"]?.verdict == "well" && found.job != nil)
    let none = try doctor(
      folder, [("  gpu: {", "  gpux: {"), ("workers: gpu", "workers: gpux")])
    #expect(none.status == 1 && none.found.job == nil)
    #expect(none.found.complaints.map(\.key) == ["partitions.gpux"])
    #expect(none.found["job"]?.result == "Slurm has no partition 'gpux', see above")
  }

  /// Under `srun --mpi=none` every process is its own world.
  @Test func aKindOfMPIThatIsNotRungsIsFound() throws {
    try Cluster.require()
    let (found, status, _) = try doctor(try TemporaryFolder(), [("mpi: pmix", "mpi: none")])
    #expect(status == 1)
    #expect(found["MPI"]?.verdict == "wrong" && found["MPI"]?.key == "mpi", "\(found.all("MPI"))")
    #expect(found["HDF5"]?.verdict == "well", "what needs no MPI was looked at")
    let unknown = try doctor(try TemporaryFolder(), [("mpi: pmix", "mpi: pmi9")])
    #expect(unknown.found["srun --mpi"]?.verdict == "wrong")
  }

  @Test func aPartitionWithoutGPUsIsLookedAtToo() throws {
    try Cluster.require()
    let (found, status, errors) = try doctor(try TemporaryFolder(), [], "--partition", "cpu")
    #expect(status == 0, "\(found.complaints) \(errors)")
    #expect(errors.contains("rung: looks at 1 of 2 nodes, the most of a job there\n"))
    #expect(found["GPUs"] == nil && found["steps"]?.verdict == "well")
    #expect(found["MPI"]?.result == "one node has nobody to talk to; ask for '--nodes 2'")
  }

  @Test func whoIsInterruptedLeavesNoJobAndNoFolder() throws {
    try Cluster.require()
    let folder = try TemporaryFolder()
    try makeFolder(folder.file("studies"))
    // A job that holds all nodes makes the other one wait.
    let held = try runCommand([
      "sbatch", "--parsable", "--nodes=4", "--exclusive", "--output=/dev/null", "--wrap",
      "sleep 60",
    ])
    let job = String(decoding: held.output, as: UTF8.self).filter(\.isNumber)
    defer { _ = try? runCommand(["scancel", job]) }
    let looking = try runCommand([
      "timeout", "--signal=INT", "4", Cluster.rung, "doctor", "--site", "private-cluster",
      "--directory", folder.file("studies"),
    ])
    let errors = String(decoding: looking.errors, as: UTF8.self)
    #expect(errors.hasSuffix("is cancelled; nothing was found out\n"), "\(errors)")
    #expect(try Cluster.wait(atMost: 30) { try Cluster.jobs().count == 1 })
    #expect(try readFolder(folder.file("studies")).isEmpty)
    _ = try runCommand(["scancel", job])
    try Cluster.waitForJobs(atMost: 30)
  }
}
