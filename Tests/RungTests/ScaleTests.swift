import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// Settings that follow a trial's GPUs, from the study file to the exports.
@Suite struct ScaleTests {
  private static func study(gpus: String, algorithm: String, scale: String) -> String {
    """
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 4}
    parameters:
      rate: {min: 0.0, max: 1.0}
      batch: {values: [32, 64]}
    points: [{rate: 0.25, batch: 64}]
    algorithm: \(algorithm)
    trial:
      command: [PYTHON, train.py, "{rate}"]
      gpus: \(gpus)
      scale: \(scale)
    stop: {trials: 1}
    """
  }

  /// A note of what each process was given; the first trial is the best.
  private static let trial = """
    import json, os, sys, rung
    trial = rung.trial()
    file = json.load(open(os.environ["RUNG_CONFIG"]))
    assert file == trial.config and float(sys.argv[1]) == trial.config["rate"]
    with open("seen", "a") as notes:
        notes.write("%d %r %r\\n" % (trial.id, trial.config["rate"], trial.config["batch"]))
    for epoch in trial.epochs():
        with open(os.path.join(trial.checkpoint_dir, "epoch"), "w") as state: state.write(str(epoch))
        trial.report(epoch, value=trial.id + 1 / epoch, rate=trial.warmed("rate", epoch - 1))

    """

  private struct Export: Decodable {
    struct Trial: Decodable {
      struct Values: Decodable, Equatable {
        var rate: Double?
        var batch: Int?
      }
      var configuration: Values
      var scaled: Values?
    }
    var trials: [Trial]
  }

  private func trials(_ bench: ProgramBench) throws -> [Export.Trial] {
    let result = try bench.rung("export", bench.directory, "--format", "json")
    return try JSONDecoder().decode(Export.self, from: Data(result.output)).trials
  }

  private func check(_ result: CommandResult) {
    #expect(result.status == 0, "\(text(result.errors))")
  }

  @Test func eachDoublingScalesWhatTheProgramSees() throws {
    let bench = try ProgramBench(
      study: Self.study(
        gpus: "1", algorithm: "rasda", scale: "{rate: {rule: linear, warmup: 1}, batch: linear}"
      ).replacing("trials: 1", with: "trials: 4"),
      trial: Self.trial)
    check(try bench.rung("run", bench.study, "--slots", "4", "--quiet"))
    // Trial 0 is promoted at epochs 1 and 2, each time to twice its GPUs.
    let seen = try bench.folder.read("seen").split(separator: "\n").filter { $0.hasPrefix("0 ") }
    #expect(seen == ["0 0.25 64", "0 0.5 128", "0 1.0 256"])
    let first = try #require(try trials(bench).first)
    #expect(first.configuration == .init(rate: 0.25, batch: 64))
    #expect(first.scaled == .init(rate: 1, batch: 256))
    let story = text(try bench.rung("explain", bench.directory, "0").output)
    #expect(
      story.contains(
        "it sees rate 0.25 x 2 GPUs = 0.5, rising from 0.25 over 1 epochs behind epoch 1, "
          + "batch 64 x 2 GPUs = 128\n"))
    #expect(
      story.contains("rate 0.25 x 4 GPUs = 1.0, rising from 0.5 over 1 epochs behind epoch 2"))
    let best = text(try bench.rung("best", bench.directory).output)
    #expect(best.contains("  batch: 64 x 4 GPUs = 256\n"))
    let status = text(try bench.rung("status", bench.directory, "--json").output)
    #expect(status.contains("\"scaled\""))
    let table = text(try bench.rung("export", bench.directory, "--format", "csv").output)
      .split(separator: "\n")
    #expect(table[0].hasSuffix(",config.rate,config.batch,scaled.rate,scaled.batch"))
    #expect(table[1].hasSuffix(",0.25,64,1.0,256"))
    // The first epoch behind each doubling has the rate of before.
    let reports = text(
      try bench.rung("export", bench.directory, "--format", "csv", "--reports").output
    ).split(separator: "\n").map { $0.split(separator: ",") }
    let column = try #require(reports.first?.firstIndex(of: "rate"))
    let rates = reports.filter { $0[0] == "0" }.map { String($0[column]) }
    #expect(rates == ["0.25", "0.25", "0.5", "1.0"])
    #expect(try bench.rung("verify", bench.directory).status == 0)
  }

  @Test func aTrialThatGoesOnWithOtherGPUsIsScaledByThem() throws {
    let bench = try ProgramBench(
      study: Self.study(
        gpus: "1", algorithm: "random", scale: "{rate: [linear, inverse], batch: inverse}"),
      trial: Self.trial.replacing(
        "trial.report(", with: "time.sleep(0.5 if trial.attempt == 1 else 0); trial.report("
      ).replacing("import json", with: "import time, json"))
    let process = try bench.start(
      ["run", bench.study, "--slots", "4", "--trial-gpus", "0.25", "--quiet"])
    let isUnderWay = try holds(within: 30) {
      exists(bench.directory + "/journal/0001.jsonl") ? try bench.status().reports >= 1 : false
    }
    try #require(isUnderWay)
    kill(process, SIGTERM)
    #expect(holds(within: 20) { bench.leftovers().isEmpty }, "left: \(bench.leftovers())")
    check(
      try bench.rung("resume", bench.directory, "--slots", "2", "--trial-gpus", "2", "--quiet"))
    #expect(try bench.folder.read("seen") == "0 0.0625 16\n0 0.5 64\n")
    let story = text(try bench.rung("explain", bench.directory, "0").output)
    #expect(
      story.contains(
        "it sees rate 0.25 / 4 trials on a GPU = 0.0625, batch 64 / 4 trials on a GPU = 16\n"))
    #expect(story.contains("it sees rate 0.25 x 2 GPUs = 0.5\n"), "the batch is its own")
  }

  @Test func aMistakeInScaleIsToldWithItsLine() throws {
    let bench = try ProgramBench(
      study: Self.study(gpus: "1", algorithm: "asha", scale: "{rat: linear}"), trial: "")
    let result = try bench.rung("check", bench.study)
    #expect(result.status == 65)
    #expect(
      text(result.errors).contains(
        "study.yaml:11: 'trial.scale' names 'rat', which is no parameter; write 'rate'"))
  }

  @Test func aSimulationTrainsTheValuesThatWereSearched() throws {
    func output(_ scale: String) throws -> String {
      let bench = try ProgramBench(
        study: Self.study(gpus: "1", algorithm: "rasda", scale: scale)
          .replacing("trials: 1", with: "trials: 9"), trial: "")
      let result = try bench.rung(
        "simulate", bench.study, "--slots", "8", "--objective", "curves", "--quiet")
      check(result)
      return text(result.output)
    }
    #expect(try output("{}") == output("{rate: linear}"))
  }
}
