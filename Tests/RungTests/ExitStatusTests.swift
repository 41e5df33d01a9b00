import Processes
import ProgramSupport
import StudyStore
import Testing

@testable import rung

/// Each exit status by a command that ends with it, and what is said, whatever the program is given.
struct ExitStatusTests {
  private let bench: ProgramBench

  init() throws {
    bench = try ProgramBench(study: JSONTests.study, trial: "")
    _ = try bench.folder.write("train.sh", JSONTests.trial)
  }

  private func run() throws {
    #expect(try bench.rung("run", bench.study, "--slots", "1", "--quiet").status == 0)
  }

  @Test func everyStatusIsThatOfSomeCommand() throws {
    try run()
    #expect(try bench.rung("status", bench.directory).status == 0)
    _ = try bench.folder.write("train.sh", "exit 3\n")
    let failed = try bench.rung("run", bench.study, "--slots", "1", "--fresh", "--quiet")
    #expect(failed.status == 1)
    #expect(
      text(failed.errors) == """
        rung: the study failed: every trial failed; trial 0: exited with status 3 ('rung explain \
        \(try realPath(bench.directory)) 0' says more)

        """)
    #expect(try bench.rung("run").status == 64)
    #expect(try bench.rung("check", bench.folder.file("nothing.yaml")).status == 65)
    // An empty PATH has no Slurm.
    let program = try rungProgram()
    let bare = ["env", "-i", "PATH=/nowhere", program]
    let submit = ["submit", bench.study, "--fresh", "--site", "private-cluster", "--dry-run"]
    #expect(try runCommand(bare + submit).status == 69)
    #expect(try runCommand(bare + ["doctor", "--nodes", "2"]).status == 69)
    // As under the srun of another MPI.
    let ranked = try bench.rung(
      ["agent", bench.directory, "--slots", "1", "--gpu-vendor", "none"],
      under: ["env", "SLURM_PROCID=1"])
    #expect(ranked.status == 70, "\(text(ranked.errors))")
    #expect(text(ranked.errors).contains("MPI says rank 0, the environment 1"))
    #expect(try bench.rung("report", bench.directory, "-o", "/proc/report.html").status == 74)
    _ = try bench.folder.write("train.sh", "touch '\(bench.folder.file("began"))'\nsleep 600\n")
    let process = try bench.startNoted(["run", bench.study, "--slots", "1", "--fresh"], as: "run")
    // While the old study is moved aside there is none.
    #expect(holds(within: 30) { exists(bench.folder.file("began")) })
    #expect(try bench.status().trials.running == 1)
    #expect(try bench.rung("stop", bench.directory).status == 0)
    #expect(holds(within: 30) { bench.noted("run") != nil })
    #expect(bench.noted("run") == 75, "\(process)")
  }

  /// Paths at which there is no study, by what is there.
  private func badPlaces() throws -> [String] {
    let folder = bench.folder
    for name in ["empty", "half", "half/journal", "newer"] { try makeFolder(folder.file(name)) }
    _ = try folder.write("text", "no study\n")
    _ = try folder.write("half/study.yaml", "metric: [\n")
    try run()
    removeAll(folder.file("newer"))
    _ = try runCommand(["cp", "-r", bench.directory, folder.file("newer")])
    _ = try runCommand([
      "sed", "-i", "1s/.*/{\"format\":99,\"lengths\":[],\"run\":1,\"crc32\":\"00000000\"}/",
      folder.file("newer/journal/0001.jsonl"),
    ])
    _ = try runCommand(["cp", "-r", bench.directory, folder.file("torn")])
    _ = try folder.write("torn/origin.json", "{")
    _ = try runCommand(["cp", "-r", bench.directory, folder.file("swapped")])
    removeAll(folder.file("swapped/study.yaml"))
    try makeFolder(folder.file("swapped/study.yaml"))
    let names = ["empty", "half", "newer", "text", "torn", "swapped", "nothing", "text/below", ""]
    return names.map { $0.isEmpty ? "" : folder.file($0) } + ["/dev/null", "/proc/self/mem"]
  }

  /// What is said of an error: lines of the program's own, and nothing of the machine below it.
  private func expectPlain(_ result: CommandResult, _ words: [String]) {
    let said = text(result.errors)
    #expect([64, 65, 69, 74, 75].contains(result.status), "\(words): \(result.status) \(said)")
    #expect(said.hasPrefix("rung: ") || said.hasPrefix("Error: "), "\(words): \(said)")
    #expect(result.output.isEmpty, "\(words)")
    for mark in [
      "Fatal", "fatal error", "Stack", "stack", "trace", ".swift", "Swift.", "Optional(",
    ] {
      #expect(!said.contains(mark), "\(words): \(said)")
    }
  }

  @Test func wrongFoldersAreErrorsInPlainWords() throws {
    for place in try badPlaces() {
      for command in ["status", "best", "report", "verify", "stop", "resume", "watch"] {
        expectPlain(try bench.rung(command, place), [command, place])
      }
      expectPlain(try bench.rung("explain", place, "0"), ["explain", place])
      for format in ["csv", "json", "optuna", "table"] {
        expectPlain(try bench.rung("export", place, "--format", format), ["export", place])
      }
    }
  }

  @Test func wrongFilesAreErrorsInPlainWords() throws {
    let folder = bench.folder
    _ = try folder.write("empty.yaml", "")
    _ = try folder.write("nul.yaml", "metric: \u{0}\n")
    _ = try folder.write("deep.yaml", String(repeating: "[", count: 20_000))
    let places = [
      folder.file("nothing.yaml"), folder.path, folder.file("empty.yaml"), folder.file("nul.yaml"),
      folder.file("deep.yaml"), "/dev/null", "/dev/zero", "/proc/self/mem", "",
    ]
    for place in places {
      for words in [
        ["check", place], ["run", place], ["plan", place, "--site", "private-cluster"],
        ["simulate", place, "--slots", "1"], ["calibrate", place],
        ["check", bench.study, "--site", place + (place.hasSuffix(".yaml") ? "" : "/")],
        ["init", folder.file("new"), "--from", place],
      ] {
        expectPlain(try bench.rung(words, under: ["env"]), words)
      }
    }
    #expect(!exists(folder.file("new")))
  }

  @Test func placesThatCannotBeWrittenAreErrorsInPlainWords() throws {
    try run()
    for words in [
      ["init", "/proc/new"], ["report", bench.directory, "-o", "/proc/new.html"],
      ["run", bench.study, "--output", "/proc/new.rung"], ["install", "/proc/new"],
      ["best", bench.directory, "--checkpoint", "/proc/new"],
      ["simulate", bench.study, "--slots", "1", "--objective", "curves", "--export", "/proc/new"],
    ] {
      expectPlain(try bench.rung(words, under: ["env"]), words)
    }
  }

  /// Runs a line of bash, in which `rung` is the program.
  private func bash(_ line: String) throws -> CommandResult {
    let program = try rungProgram()
    return try runCommand(
      ["bash", "-c", "rung() { '\(program)' \"$@\"; }; \(line)"], in: bench.folder.path)
  }

  @Test func aReaderThatHasGoneEndsItQuietly() throws {
    try run()
    for command in ["status study.rung", "--help", "sites", "export study.rung --format csv"] {
      let result = try bash("{ sleep 0.3; rung \(command); } | true; echo ${PIPESTATUS[0]}")
      #expect(result.errors.isEmpty, "\(command): \(text(result.errors))")
      #expect(["141\n", "0\n"].contains(text(result.output)), "\(command): \(text(result.output))")
    }
    let first = try bash("rung status study.rung | head -n 1")
    #expect(text(first.output).hasPrefix("json: completed") && first.errors.isEmpty)
  }

  @Test func aClosedOrFullStandardOutputIsAnError() throws {
    try run()
    let closed = try bash("rung status study.rung >&-; echo $? >&2")
    #expect(
      text(closed.errors) == "rung: write 'standard output': Bad file descriptor\n74\n")
    let full = try bash("rung status study.rung >/dev/full; echo $? >&2")
    #expect(
      text(full.errors) == "rung: write 'standard output': No space left on device\n74\n")
    // Files that it opens do not become its standard output.
    let run = try bash("rung run study.yaml --slots 1 --fresh <&- >&- 2>&-; echo $?")
    #expect(text(run.output) == "74\n")
    #expect(try bench.rung("verify", bench.directory).status == 0)
    #expect(try bench.status().state == "completed")
  }
}
