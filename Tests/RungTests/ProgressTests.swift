import Glibc
import Processes
import ProgramSupport
import Testing

@testable import Reporting
@testable import rung

/// How far a study is, on a terminal and off it.
struct ProgressTests {
  private static let study = """
    metric: {name: value, goal: maximize}
    fidelity: {name: epoch, min: 1, max: 1}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: random
    trial: {command: [sh, train.sh], arguments: none}
    stop: {trials: 30}
    """

  private func bench() throws -> ProgramBench {
    let bench = try ProgramBench(study: Self.study, trial: "")
    _ = try bench.folder.write(
      "train.sh",
      """
      while [ ! -e go ] && [ "$RUNG_TRIAL" -ge 10 ]; do sleep 0.05; done
      echo '[rung] {"epoch": 1, "value": 0.5}'
      """)
    return bench
  }

  @Test func aTerminalShowsABarWithAnEstimate() throws {
    let bench = try bench()
    let terminal = try TerminalBench(folder: bench.folder.path)
    let program = try rungProgram()
    try terminal.type("\(program) run study.yaml --slots 2; echo status $?")
    #expect(
      try terminal.shows("[####", " 33 %, about ", " left; 12 trials, 2 running, best value 0.5"))
    let status = try bench.rung("status", bench.directory)
    #expect(text(status.output).contains("] 33 %, about "), "\(text(status.output))")
    let object = try bench.rung("status", bench.directory, "--json")
    #expect(text(object.output).contains("\"share\" : 0.33"))
    #expect(text(object.output).contains("\"seconds_left\" : "))
    _ = try bench.folder.write("go", "")
    #expect(try terminal.shows("status 0"))
    let lines = try terminal.lines()
    #expect(lines.contains { $0.contains("study: completed") })
    #expect(lines.allSatisfy { $0.count <= 80 })
    // Ended, a study needs no bar.
    #expect(!text(try bench.rung("status", bench.directory).output).contains("["))
    try terminal.type("clear; \(program) run study.yaml --slots 2 --fresh --quiet; echo quiet $?")
    #expect(try terminal.shows("quiet 0"))
    let quiet = try terminal.lines()
    #expect(quiet.allSatisfy { !$0.contains("[#") && !$0.hasPrefix("rung: ") }, "\(quiet)")
  }

  @Test func aPipeGetsALineNowAndThen() throws {
    let bench = try bench()
    let process = try bench.startNoted(["run", bench.study, "--slots", "2"], as: "run")
    let said = { text((try? readFile(bench.folder.file("run.err"))) ?? []) }
    #expect(holds(within: 40) { said().contains(" s: [####") }, "\(process)")
    _ = try bench.folder.write("go", "")
    #expect(holds(within: 30) { bench.noted("run") == 0 })
    let lines = said().split(separator: "\n")
    #expect(lines.count <= 4 && !said().contains("\u{1B}") && !said().contains("\r"), "\(lines)")
  }

  @Test func manySeedsAreCounted() throws {
    let bench = try bench()
    let terminal = try TerminalBench(folder: bench.folder.path)
    try terminal.type(
      "\(try rungProgram()) simulate study.yaml --slots 2 --objective curves --seeds 20000")
    #expect(try terminal.shows("[", " %, about ", " of 20000 seeds"))
    try terminal.press("C-c")
  }

  @Test(arguments: [
    (Progress(share: 0.5, secondsLeft: 30), 40, "[########--------] 50 %, about 0:30 left"),
    (Progress(share: 0, secondsLeft: nil), 24, "[------------------] 0 %"),
    (Progress(share: 1, secondsLeft: nil), 20, "[############] 100 %"),
    (Progress(share: 2, secondsLeft: 3700), 1, "[####] 100 %, about 1:01:40 left"),
  ])
  func barsAreAsWideAsTheyMayBe(progress: Progress, columns: Int, bar: String) {
    #expect(progress.bar(columns: columns) == bar)
  }
}
