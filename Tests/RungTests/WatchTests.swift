import Glibc
import Processes
import ProgramSupport
import Testing

/// `rung watch` in a real terminal, which tmux(1) is.
struct WatchTests {
  private let bench: ProgramBench
  private let terminal: TerminalBench

  init() throws {
    bench = try ProgramBench(
      study: """
        metric: {name: value, goal: maximize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: {name: asha, eta: 3}
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 400}
        """,
      trial: """
        import os
        import time
        import rung
        trial = rung.trial()
        for epoch in trial.epochs():
            while not os.path.exists("fast") and epoch > 1:
                time.sleep(0.05)
            time.sleep(0.05)
            with open(trial.checkpoint_dir + "/state", "w") as file:
                file.write(str(epoch))
            trial.report(epoch, value=trial.config["x"])
        """)
    terminal = try TerminalBench(folder: bench.folder.path)
  }

  private func watch(_ more: String = "") throws {
    try terminal.type("\(try rungProgram()) watch '\(bench.directory)' --interval 0.2 \(more)")
  }

  private func begin() throws -> Int32 {
    let process = try bench.start(["run", bench.study, "--slots", "3", "--quiet"])
    #expect(holds(within: 30) { exists(bench.directory + "/journal/0001.jsonl") })
    return process
  }

  @Test func itFitsTheScreenAsThatChangesAndLeavesWhenAsked() throws {
    let process = try begin()
    defer { kill(process, SIGTERM) }
    try watch()
    #expect(
      try terminal.shows(
        "study  asha  running", " of 400 trials (", "rung 9", "3/3", "slots busy", "q: quit"))
    // Trials go on, and so does what is seen of them.
    #expect(try terminal.shows("last:", "trains from epoch "))
    for (columns, rows) in [(60, 12), (200, 50), (20, 5), (80, 24)] {
      try terminal.resize(columns, rows)
      #expect(try terminal.shows("asha".prefix(min(4, columns)).description, "q: quit"))
      let lines = try terminal.lines()
      #expect(lines.count == rows && lines.allSatisfy { $0.count <= columns }, "\(lines)")
      #expect(lines.first?.hasPrefix("study  asha") == true, "\(lines)")
    }
    try terminal.press("q")
    // What was there before is there again, and below it how the study stands.
    #expect(try terminal.shows("running: ", " of 400 trials ("))
    #expect(try !terminal.lines().contains { $0.hasPrefix("q: quit") })
    try terminal.type("stty -a | grep -o ' icanon'; echo sta''tus $?")
    #expect(try terminal.shows(" icanon", "status 0"))
  }

  @Test func itTellsOfAStudyThatDiesAndOfItsEnd() throws {
    let process = try begin()
    try watch("; echo sta''tus $?")
    #expect(try terminal.shows("study  asha  running", "trains from epoch "))
    kill(process, SIGKILL)
    #expect(try terminal.shows("study  asha  paused", "its last run ended without a word"))
    // It goes on, and ends.
    _ = try bench.folder.write("fast", "")
    let study = bench.directory
    let again = try bench.start(["resume", study, "--slots", "3", "--quiet"])
    defer { kill(again, SIGTERM) }
    #expect(try terminal.shows("study  asha  running"))
    #expect(try bench.rung("stop", study).status == 0)
    #expect(try terminal.shows("study  asha  paused"))
    try terminal.press("q")
    #expect(try terminal.shows("paused: ", "status 0"))
  }

  @Test func pipedItPrintsLinesUntilTheStudyEnds() throws {
    _ = try bench.folder.write("fast", "")
    let study = try bench.folder.read("study.yaml").replacing("trials: 400", with: "trials: 12")
    _ = try bench.folder.write("study.yaml", study)
    let process = try begin()
    defer { kill(process, SIGTERM) }
    let result = try bench.rung("watch", bench.directory, "--interval", "0.2")
    #expect(result.status == 0, "\(text(result.errors))")
    let lines = text(result.output).split(separator: "\n")
    #expect(lines.count > 1 && Set(lines).count == lines.count)
    #expect(lines.last?.contains("completed: 12 of 12 trials (0 running, ") == true)
    #expect(!text(result.output).contains("\u{1B}"))
  }
}
