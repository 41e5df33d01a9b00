import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// Staged data among agents under mpirun, all on this host.
@Suite(.serialized) struct StageTests {
  private static func study(trials: Int, stage: String = "[{from: data.bin}]") -> String {
    """
    metric: {name: loss, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 2}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: random
    trial: {command: [PYTHON, train.py], stage: \(stage)}
    stop: {trials: \(trials)}
    """
  }

  /// Prints a checksum of what it finds staged.
  private static let trial = """
    import os, time, zlib, rung
    trial = rung.trial()
    total = 0
    for folder, _, names in sorted(os.walk(trial.stage, followlinks=True)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                while True:
                    block = file.read(1 << 20)
                    if not block: break
                    total = zlib.crc32(block, total)
    print("SEEN %08x" % total)
    for epoch in trial.epochs():
        time.sleep(0.2)
        trial.report(epoch, loss=trial.config["x"])
    """

  /// A study that was begun and cut off, with a file of random bytes beside it.
  private func begun(
    trials: Int, mebibytes: Int, stage: String = "[{from: data.bin}]"
  ) throws -> ProgramBench {
    let bench = try ProgramBench(
      study: Self.study(trials: trials, stage: stage), trial: Self.trial)
    let made = try runCommand([
      "sh", "-c",
      "head -c \(mebibytes << 20) /dev/urandom >'\(bench.folder.file("data.bin"))' && "
        + "mkdir '\(bench.folder.file("tmp"))'",
    ])
    try #require(made.status == 0)
    let process = try bench.startNoted(["run", bench.study, "--slots", "1"], as: "first")
    let isUnderWay = holds(within: 60) { ((try? bench.status().reports) ?? 0) > 0 }
    try #require(isUnderWay)
    kill(process, SIGINT)
    kill(process, SIGINT)
    try #require(holds(within: 20) { bench.noted("first") != nil })
    return bench
  }

  /// Starts agents under mpirun, whose scratch folders are in the bench's own folder; where rank 0 serves
  /// no trials, another one reads.
  private func start(_ bench: ProgramBench, ranks: Int, servesRankZero: Bool = true) throws {
    let program = try rungProgram()
    let words = [
      "TMPDIR=\(bench.folder.file("tmp")) OMPI_MCA_btl=self,tcp RUNG_SILENCE=6",
      "exec mpirun --allow-run-as-root --oversubscribe -np 1 \(program) agent",
      "\(bench.directory) --slots \(servesRankZero ? 1 : 0)",
      ": -np \(ranks - 1) \(program) agent \(bench.directory) --slots 1",
    ]
    _ = try bench.startNoted(
      [], as: "agents", under: ["sh", "-c", words.joined(separator: " ")])
  }

  /// The checksums that trials of each rank have seen.
  private func seen(_ bench: ProgramBench, rank: Int) -> Set<String> {
    // An agent without trials may have no log yet.
    let log = (try? bench.folder.read("study.rung/logs/node-000\(rank).log")) ?? ""
    return Set(
      log.split(separator: "\n").compactMap { line in
        line.split(separator: " ").last.flatMap { line.contains("SEEN ") ? String($0) : nil }
      })
  }

  private func checksum(_ bench: ProgramBench) throws -> String {
    let result = try runCommand([
      try python(), "-c",
      "import sys, zlib; print('%08x' % zlib.crc32(open(sys.argv[1], 'rb').read()))",
      bench.folder.file("data.bin"),
    ])
    return String(text(result.output).prefix(8))
  }

  @Test func fourAgentsHaveTheFileThatIsReadOnce() throws {
    let bench = try begun(trials: 16, mebibytes: 50)
    try start(bench, ranks: 4)
    try #require(holds(within: 90) { bench.noted("agents") != nil })
    let told = try bench.folder.read("agents.err")
    #expect(bench.noted("agents") == 0, "\(told)")
    #expect(told.contains("rung: staged 50.0 MiB on 4 nodes in "))
    #expect(told.contains(" s; 50.0 MiB were read from the file system"))
    let sum = try checksum(bench)
    for rank in 0..<4 { #expect(seen(bench, rank: rank) == [sum], "rank \(rank)") }
    #expect(namesInFolder(bench.folder.file("tmp")).isEmpty)
    #expect(bench.leftovers().isEmpty)
  }

  /// The agents that have not got anything of a stopped one get it elsewhere; when it goes on, it gets
  /// the rest and serves.
  @Test func anAgentThatStandsStillHoldsUpNobodyAndComesLater() throws {
    let bench = try begun(trials: 100, mebibytes: 600)
    try start(bench, ranks: 4)
    try #require(holds(within: 60) { arriving(bench) >= 3 })
    let agent = try #require(bench.ranks[1])
    kill(agent, SIGSTOP)
    let sum = try checksum(bench)
    let others = holds(within: 60) {
      [0, 2, 3].allSatisfy { seen(bench, rank: $0) == [sum] }
    }
    #expect(others, "\([0, 2, 3].map { seen(bench, rank: $0) })")
    #expect(seen(bench, rank: 1).isEmpty, "stopped in the middle")
    kill(agent, SIGCONT)
    #expect(holds(within: 30) { seen(bench, rank: 1) == [sum] })
    try #require(holds(within: 120) { bench.noted("agents") != nil })
    let told = try bench.folder.read("agents.err")
    #expect(bench.noted("agents") == 0, "\(told)")
    #expect(told.contains("600.0 MiB were read from the file system"), "\(told)")
    #expect(namesInFolder(bench.folder.file("tmp")).isEmpty)
    #expect(bench.leftovers().isEmpty)
  }

  @Test func aRunThatEndsWhileDataComesEndsInOrder() throws {
    let bench = try begun(trials: 100, mebibytes: 600)
    try start(bench, ranks: 4)
    try #require(holds(within: 60) { arriving(bench) >= 3 })
    #expect(try bench.rung("stop", bench.directory).status == 0)
    try #require(holds(within: 60) { bench.noted("agents") != nil })
    let told = try bench.folder.read("agents.err")
    #expect(bench.noted("agents") == 75, "\(told)")
    #expect(!told.contains("not all processes came to their end"), "\(told)")
    #expect(namesInFolder(bench.folder.file("tmp")).isEmpty)
    #expect(bench.leftovers().isEmpty)
  }

  /// Folders in which a file is arriving.
  private func arriving(_ bench: ProgramBench) -> Int {
    let folder = bench.folder.file("tmp")
    return namesInFolder(folder).count { exists("\(folder)/\($0)/stage/data.bin") }
  }

  private func children(of process: Int32) -> [Int32] {
    // A process may end while it is looked at.
    let list = (try? readFile("/proc/\(process)/task/\(process)/children")) ?? []
    return text(list).split(separator: " ").compactMap { Int32($0) }
  }

  @Test func whenTheReaderStandsStillAnotherReadsTheRest() throws {
    let bench = try begun(trials: 100, mebibytes: 600)
    try start(bench, ranks: 4, servesRankZero: false)
    try #require(holds(within: 60) { arriving(bench) >= 3 })
    let source = try realPath(bench.folder.file("data.bin"))
    let reader = try #require(
      bench.ranks.first { _, process in
        children(of: process).contains { child in
          namesInFolder("/proc/\(child)/fd").contains { number in
            // A descriptor may be closed while it is looked at.
            (try? readLink("/proc/\(child)/fd/\(number)")) == source
          }
        }
      })
    let stopped = [reader.value] + children(of: reader.value)
    for process in stopped { kill(process, SIGSTOP) }
    let sum = try checksum(bench)
    let others = [1, 2, 3].filter { $0 != reader.key }
    let isServed = holds(within: 60) { others.allSatisfy { seen(bench, rank: $0) == [sum] } }
    #expect(isServed, "\(others.map { seen(bench, rank: $0) })")
    #expect(seen(bench, rank: reader.key).isEmpty, "stopped in the middle")
    let told = try bench.folder.read("agents.err").split(separator: "\n")
    let line = try #require(told.first { $0.hasPrefix("rung: staged 600.0 MiB on 2 nodes in ") })
    let read = try #require(line.split(separator: " ").dropFirst(10).first.flatMap { Double($0) })
    #expect(read > 0 && read < 600, "from where its own copy ended: \(line)")
    for process in stopped { kill(process, SIGCONT) }
    #expect(holds(within: 60) { seen(bench, rank: reader.key) == [sum] })
    try #require(holds(within: 120) { bench.noted("agents") != nil })
    #expect(bench.noted("agents") == 0)
    #expect(bench.leftovers().isEmpty)
  }

  @Test func whatDoesNotFitEndsTheRunWithFigures() throws {
    let bench = try ProgramBench(
      study: Self.study(trials: 4, stage: "[{from: data.bin, to: memory}]"), trial: Self.trial)
    _ = try runCommand(["truncate", "--size=8T", bench.folder.file("data.bin")])
    let result = try bench.rung("run", bench.study, "--slots", "1", "--quiet")
    #expect(result.status == 74)
    let told = text(result.errors)
    let words = "rung: 'trial.stage' takes 8388608 MiB of the memory of node '"
    #expect(told.hasPrefix(words), "\(told)")
    #expect(told.hasSuffix(" MiB; stage less, write 'to: node', or lower 'trial.memory'\n"))
    #expect(bench.leftovers().isEmpty)
  }

  @Test func whatIsMissingEndsTheRun() throws {
    let bench = try ProgramBench(study: Self.study(trials: 4), trial: Self.trial)
    let result = try bench.rung("run", bench.study, "--slots", "1", "--quiet")
    #expect(result.status == 74)
    #expect(
      text(result.errors)
        == "rung: 'trial.stage': realpath '\(bench.folder.file("data.bin"))': No such file or directory\n"
    )
  }
}
