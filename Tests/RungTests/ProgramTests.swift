import Glibc
import Processes
import ProgramSupport
import Testing

/// The program as its users call it.
@Suite struct ProgramTests {
  static let trial = """
    import os, time, rung
    trial = rung.trial()
    state = os.path.join(trial.checkpoint_dir, "state")
    if trial.resumed_from:
        assert open(state).read() == f"{trial.id} {trial.resumed_from}"
    for epoch in trial.epochs():
        time.sleep(0.02)
        open(state, "w").write(f"{trial.id} {epoch}")
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch)
    """

  private func bench(_ algorithm: String = "asha", trials: Int = 12) throws -> ProgramBench {
    try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: \(algorithm)
        trial: {command: [PYTHON, train.py]}
        stop: {trials: \(trials)}
        seed: 5
        """, trial: Self.trial)
  }

  @Test(arguments: [
    "asha", "{name: asha, type: stopping}", "random", "{name: asha, brackets: 2}", "hyperband",
    "{name: bohb, min_points_in_model: 2}", "pasha", "{name: mobster, num_init_random: 2}",
    "{name: agebo, population: 4, sample: 2, trees: 5}",
    "{name: mixed-bo, initial_random: 3, trees: 5}", "{scheduler: pasha, searcher: sobol}",
  ])
  func aStudyRunsToItsReport(algorithm: String) throws {
    let bench = try bench(algorithm)
    let result = try bench.rung("run", bench.study, "--slots", "4", "--quiet")
    #expect(result.status == 0, "\(text(result.errors))")
    let status = try bench.status()
    #expect(status.state == "completed")
    #expect(status.trials.total == 12)
    #expect(status.trials.failed == 0)
    let winner = bench.folder.file("winner")
    let best = try bench.rung("best", bench.directory, "--checkpoint", winner)
    #expect(best.status == 0, "\(text(best.errors))")
    // PASHA need not reach the full budget.
    let epoch = algorithm.contains("pasha") ? "" : " 9"
    #expect(text(try readFile(winner + "/state")).hasSuffix(epoch))
    #expect(try bench.rung("report", bench.directory).status == 0)
    let page = text(try readFile(bench.directory + "/report.html"))
    #expect(page.contains("\"study\":\"study\""))
    let table = text(try bench.rung("export", bench.directory, "--format", "csv").output)
    #expect(table.split(separator: "\n").count == 13)
    #expect(namesInFolder(bench.directory + "/checkpoints").count <= 7)
    #expect(holds(within: 10) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
  }

  @Test func everyMistakeIsToldAtOnceWithItsLine() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimise}
        fidelity: {name: epoch, min: 0, max: 9}
        parameters: {x: {min: 1.0, max: 0.0}}
        trial: {}
        """, trial: "")
    let result = try bench.rung("check", bench.study)
    #expect(result.status == 65)
    let lines = text(result.errors)
    for line in 1...4 { #expect(lines.contains("study.yaml:\(line): "), "line \(line)") }
  }

  @Test func aStudyThatIsThereIsNotRunOver() throws {
    let bench = try bench()
    #expect(try bench.rung("run", bench.study, "--slots", "2", "--quiet").status == 0)
    let again = try bench.rung("run", bench.study, "--quiet")
    #expect(again.status == 64)
    #expect(text(again.errors).contains("--fresh"))
    #expect(try bench.rung("run", bench.study, "--slots", "2", "--fresh", "--quiet").status == 0)
    #expect(exists(bench.directory + ".1/study.h5"))
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGKILL])
  func anInterruptedStudyGoesOnWithWhatItHad(signal: Int32) throws {
    let bench = try bench(trials: 30)
    let process = try bench.start(["run", bench.study, "--slots", "4", "--quiet"])
    let isUnderWay = try holds(within: 30) {
      exists(bench.directory + "/journal/0001.jsonl") ? try bench.status().reports >= 8 : false
    }
    try #require(isUnderWay)
    let second = try bench.rung("resume", bench.directory, "--quiet")
    #expect(second.status == 75)
    #expect(text(second.errors).contains("is being run by process \(process)"))
    kill(process, signal)
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    let paused = try bench.status()
    #expect(paused.state == "paused")
    #expect(paused.trials.running == 0)
    let fresh = try bench.rung("run", bench.study, "--quiet")
    #expect(fresh.status == 75)
    #expect(text(fresh.errors).contains("rung resume"))
    let resumed = try bench.rung("resume", bench.directory, "--slots", "3", "--quiet")
    #expect(resumed.status == 0, "\(text(resumed.errors))")
    let status = try bench.status()
    #expect(status.state == "completed")
    #expect(status.trials.total == 30)
    #expect(status.trials.failed == 0)
    #expect(status.reports >= paused.reports)
  }
}
