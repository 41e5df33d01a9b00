import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// `rung calibrate` on one machine, and what is made of its measurements.
@Suite struct CalibrateTests {
  private static let study = """
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 8}
    parameters: {x: {min: 0.0, max: 1.0}}
    points: [{x: 0.5}]
    algorithm: asha
    trial: {command: [PYTHON, train.py], cpus: 1}
    model: {epoch: 100, queue: 30}
    stop: {trials: 6}
    finish: {retrain: best}
    """

  private static let trial = """
    import os, time, rung
    trial = rung.trial()
    for epoch in trial.epochs():
        time.sleep(0.2)
        with open(os.path.join(trial.checkpoint_dir, "epoch"), "w") as state: state.write(str(epoch))
        trial.report(epoch, value=trial.config["x"] + 1 / epoch)

    """

  private struct Measured: Decodable {
    struct Shape: Decodable {
      var trials: Int
      var epochs: Int
      var epoch: Double
      var peak_memory_mib: Int?
    }
    struct Model: Decodable {
      var epoch: Double
    }
    var site: String?
    var shapes: [Shape]
    var model: Model
  }

  private struct Simulated: Decodable {
    struct Run: Decodable {
      var makespan: Double

      private enum CodingKeys: String, CodingKey { case makespan = "makespan_seconds" }
    }
    var runs: [Run]
  }

  private func measured(_ result: CommandResult) throws -> Measured {
    try #require(result.status == 0, "\(text(result.errors))")
    return try JSONDecoder().decode(Measured.self, from: Data(result.output))
  }

  private func makespan(_ bench: ProgramBench) throws -> Double {
    let result = try bench.rung(
      "simulate", bench.study, "--slots", "2", "--objective", "curves", "--json", "--quiet")
    try #require(result.status == 0, "\(text(result.errors))")
    let simulated = try JSONDecoder().decode(Simulated.self, from: Data(result.output))
    return try #require(simulated.runs.first).makespan
  }

  @Test func aFewTrialsSayHowLongAllOfThemTake() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    let before = try makespan(bench)
    #expect(before > 600)
    let dry = try bench.rung("calibrate", bench.study, "--trials", "3", "--dry-run", "--json")
    #expect(dry.status == 0 && text(dry.output).contains("\"trials\" : 3"))
    #expect(!exists(bench.folder.file("study.calibration.json")))
    let found = try measured(
      try bench.rung("calibrate", bench.study, "--trials", "3", "--json", "--quiet"))
    #expect(found.site == nil)
    #expect(found.shapes.map(\.trials) == [3])
    #expect((0.15...0.5).contains(found.model.epoch), "\(found)")
    #expect(found.shapes[0].peak_memory_mib.map { (5..<100).contains($0) } == true)
    #expect(!exists(bench.folder.file("study.calibration")), "the short study is gone")
    #expect(!exists(bench.directory))
    let after = try makespan(bench)
    // The queue is not measured: it is the study's.
    #expect((30..<100).contains(after), "\(after) s")
    // Again: the file holds the last measurement alone.
    _ = try measured(try bench.rung("calibrate", bench.study, "--trials", "2", "--json", "--quiet"))
    #expect(try bench.folder.read("study.calibration.json").split(separator: "\"date\"").count == 2)
  }

  @Test func aStudyThatHasRunTellsTheSame() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    #expect(try bench.rung("run", bench.study, "--slots", "2", "--quiet").status == 0)
    let found = try measured(try bench.rung("calibrate", bench.directory, "--json"))
    #expect((0.15...0.5).contains(found.model.epoch), "\(found)")
    #expect(found.shapes[0].trials == 7, "six of the search, one trained out")
    let refused = try bench.rung("calibrate", bench.directory, "--trials", "2")
    #expect(refused.status == 64)
    #expect(text(refused.errors).contains("has run already"))
  }

  @Test func whatIsWrongIsSaid() throws {
    let bench = try ProgramBench(study: Self.study, trial: "raise SystemExit('no data')\n")
    let failed = try bench.rung("calibrate", bench.study, "--trials", "1", "--quiet")
    #expect(failed.status == 1)
    #expect(
      text(failed.errors).contains(
        "no trial has reported, so nothing was measured; 'rung explain "))
    #expect(!exists(bench.folder.file("study.calibration.json")))
    let sizes = try bench.rung("calibrate", bench.study, "--sizes", "2")
    #expect(sizes.status == 64 && text(sizes.errors).contains("'trial.gpus' is 0"))
    let nodes = try bench.rung("calibrate", bench.study, "--nodes", "2")
    #expect(nodes.status == 64 && text(nodes.errors).contains("name a '--site'"))
    _ = try bench.folder.write("study.calibration.json", "{}")
    let damaged = try bench.rung(
      "simulate", bench.study, "--slots", "2", "--objective", "curves")
    #expect(damaged.status == 65)
    #expect(text(damaged.errors).contains("is no calibration that this version reads"))
  }

  @Test func aCalibrationOfAnotherProgramDoesNotCount() throws {
    let bench = try ProgramBench(study: Self.study, trial: Self.trial)
    _ = try measured(try bench.rung("calibrate", bench.study, "--trials", "1", "--json", "--quiet"))
    let text = try bench.folder.read("study.yaml").replacing("train.py]", with: "other.py]")
    _ = try bench.folder.write("study.yaml", text)
    #expect(try makespan(bench) > 600)
  }
}
