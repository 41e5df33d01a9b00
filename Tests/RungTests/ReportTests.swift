import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// `rung report` and `rung simulate --report`, opened in a real browser.
@Suite struct ReportTests {
  /// What `Tests/ReportPage/look.py` says of a page.
  private struct Look: Decodable {
    var milliseconds: Int
    var bytes: Int
    var width: Int
    var charts: [String: Int]
    var sections: [String: String]
    var complaints: [String]
    var requests: [String]
  }

  private func look(at page: String, _ options: String...) throws -> Look {
    let folder = try #require(environment("RUNG_REPOSITORY")) + "/Tests/ReportPage"
    let result = try runCommand([try python(), folder + "/look.py", page] + options)
    try #require(result.status == 0, "\(text(result.errors))")
    let look = try JSONDecoder().decode(Look.self, from: Data(result.output))
    #expect(look.complaints.isEmpty, "\(look.complaints)")
    #expect(look.requests.isEmpty, "\(look.requests)")
    for (section, pixels) in look.charts { #expect(pixels > 200, "\(section): \(pixels)") }
    return look
  }

  private func environment(_ name: String) -> String? {
    currentEnvironment().first { $0.hasPrefix(name + "=") }.map {
      String($0.dropFirst(name.count + 1))
    }
  }

  private static let trial = """
    import os, time, rung
    trial = rung.trial()
    state = os.path.join(trial.checkpoint_dir, "state")
    for epoch in trial.epochs():
        time.sleep(0.15)
        if trial.id == 2 and trial.attempt == 1 and epoch == 1:
            print("\\x1b[31mreading the batches\\x1b[0m")
            print("  1 %|#   \\r 50 %|##  \\r 99 %|####")
            raise RuntimeError("no kernel image is available")
        open(state, "w").write("x" * 5000)
        trial.report(epoch, value=(float(trial.config["x"]) - 0.3) ** 2 + 1 / epoch, size=epoch)
    """

  @Test func aRealStudyIsDrawnWithItsFailuresItsRunsAndItsOrigin() throws {
    let bench = try ProgramBench(
      study: """
        name: real
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0.0, max: 1.0}, y: {min: 1.0e-3, max: 1.0, scale: log}}
        algorithm: asha
        trial: {command: [PYTHON, train.py], retries: 1}
        environment: {variables: {WANDB_API_KEY: sesame}}
        stop: {trials: 40}
        baseline: 0.6
        seed: 5
        """, trial: Self.trial)
    let process = try bench.start(["run", bench.study, "--slots", "4", "--quiet"])
    let isUnderWay = try holds(within: 60) {
      exists(bench.directory + "/journal/0001.jsonl") ? try bench.status().reports >= 8 : false
    }
    try #require(isUnderWay)
    // A page of a study that runs is one, too.
    let early = bench.folder.file("early.html")
    #expect(try bench.rung("report", bench.directory, "--output", early).status == 0)
    kill(process, SIGTERM)
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    let resumed = try bench.rung("resume", bench.directory, "--slots", "3", "--quiet")
    #expect(resumed.status == 0, "\(text(resumed.errors))")
    #expect(try bench.rung("report", bench.directory).status == 0)
    let look = try look(at: bench.directory + "/report.html")
    #expect(
      Set(look.charts.keys) == [
        "progress", "baseline", "curves", "rungs", "importance", "parameters", "slices", "timeline",
        "devices",
      ])
    func section(_ name: String) -> String { look.sections[name] ?? "" }
    #expect(section("failures").contains("exited with status 1; its last line"))
    #expect(
      section("failures").contains(
        "reading the batches\n 99 %|####\nTraceback (most recent call last):"))
    #expect(!section("failures").contains("[31m"))
    #expect(section("timeline").contains("1 further run"))
    #expect(section("timeline").contains("Checkpoints then became durable"))
    #expect(section("baseline").contains("different configuration"))
    #expect(section("plan").contains("There was no plan"))
    #expect(section("reproduce").contains("rung run study.yaml --slots"))
    #expect(section("reproduce").contains("train.py"))
    #expect(section("reproduce").contains("(left out of the report)"))
    #expect(!text(try readFile(bench.directory + "/report.html")).contains("sesame"))
    #expect(section("budget").contains("repeated or lost after failures"))
    let before = try self.look(at: early)
    #expect(before.charts.keys.contains("timeline"))
    #expect(text(try readFile(early)).contains("\"state\":\"running\""))
    let phone = try self.look(at: bench.directory + "/report.html", "--width", "390", "--dark")
    #expect(phone.width <= 390)
  }

  /// What Rung notes in a log of the GPUs of a process is nothing that the process has printed.
  @Test func theEndOfAnOutputIsOfTheProcessAlone() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 1}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: random
        trial: {command: [PYTHON, train.py], gpus: 1, retries: 0}
        stop: {trials: 1}
        """, trial: "raise SystemExit('gone wrong')")
    let run = try bench.rung(
      ["run", bench.study, "--quiet"], under: ["env", "CUDA_VISIBLE_DEVICES=0,1"])
    #expect(run.status == 1)
    #expect(try bench.rung("report", bench.directory).status == 0)
    let logs = namesInFolder(bench.directory + "/logs")
    let log = text(try readFile("\(bench.directory)/logs/\(logs[0])"))
    #expect(log.contains("(rung: GPUs 0)"), "\(log)")
    let page = text(try readFile(bench.directory + "/report.html"))
    #expect(page.contains("gone wrong") && !page.contains("(rung: GPUs"))
  }

  @Test(arguments: [(64, 500_000), (1_000, 1_000_000), (20_000, 6_000_000)])
  func aSimulatedStudyOfAnySizeIsDrawn(trials: Int, bytes: Int) throws {
    let names = ["rate", "decay", "dropout", "momentum", "smoothing", "warmup"]
    let parameters = names.map { "\($0): {min: 1.0e-4, max: 1.0, scale: log}" }
    let bench = try ProgramBench(
      study: """
        metric: {name: val_accuracy, goal: maximize}
        fidelity: {name: epoch, min: 1, max: 27}
        parameters: {\(parameters.joined(separator: ", "))}
        algorithm: asha
        trial: {command: [PYTHON, train.py], gpus: 1}
        stop: {trials: \(trials)}
        baseline: 0.5
        """, trial: "")
    let page = bench.folder.file("report.html")
    let result = try bench.rung(
      "simulate", bench.study, "--slots", "64", "--objective", "curves", "--quiet", "--report", page
    )
    try #require(result.status == 0, "\(text(result.errors))")
    let look = try look(at: page)
    #expect(look.charts.count == 9, "\(look.charts)")
    #expect(look.bytes < bytes, "\(look.bytes)")
    #expect(look.sections["plan"]?.contains("was simulated") == true)
    #expect(look.sections["reproduce"]?.contains("rung simulate") == true)
    let count = trials < 1_000 ? "\(trials)" : "\(trials / 1_000),000"
    #expect(look.sections["trials"]?.contains("of \(count) trials.") == true)
  }

  @Test func whatASubmittedStudyWasForetoldIsKept() throws {
    let bench = try ProgramBench(
      study: """
        name: planned
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: asha
        model: {epoch: 30, start: 10}
        trial: {command: [PYTHON, train.py], gpus: 1}
        stop: {trials: 64}
        """, trial: "")
    let bin = bench.folder.file("bin")
    try makeFolder(bin)
    for (name, body) in [("sbatch", "echo 17"), ("squeue", "exit 1"), ("scontrol", "exit 1")] {
      try writeFile("\(bin)/\(name)", Array("#!/bin/sh\n\(body)\n".utf8))
      _ = try runCommand(["chmod", "+x", "\(bin)/\(name)"])
    }
    let wrapper = ["env", "PATH=\(bin):/usr/bin:/bin"]
    let submitted = try bench.rung(
      ["submit", bench.study, "--site", "jureca-dc", "--nodes", "2"], under: wrapper)
    try #require(submitted.status == 0, "\(text(submitted.errors))")
    let forecast = try readFile(bench.directory + "/jobs/forecast.json")
    #expect(text(forecast).contains("\"run_time\""), "\(text(forecast))")
    let report = try bench.rung(["report", bench.directory], under: wrapper)
    try #require(report.status == 0, "\(text(report.errors))")
    let plan = try #require(look(at: bench.directory + "/report.html").sections["plan"])
    #expect(plan.contains("Planned for jureca-dc: 2 nodes, 8 trials at a time"), "\(plan)")
    #expect(plan.contains("Foretold when it was submitted: "), "\(plan)")
  }
}
