import Processes
import ProgramSupport
import Testing

/// `rung simulate`, and what else a study can be told: `finish`, `prior`, several metrics.
@Suite struct SimulateTests {
  private static let table = """
    rate,kind,acc_1,acc_2,acc_3,t_1,t_2,t_3
    0.1,a,0.2,0.3,0.35,5,10,15
    0.2,a,0.3,0.5,0.7,6,12,18
    0.3,b,0.4,0.45,0.5,4,8,12
    0.4,b,0.1,nan,,4,8,
    0.5,a,0.25,0.4,,7,14,

    """

  private func bench(_ algorithm: String, _ more: String = "") throws -> ProgramBench {
    let bench = try ProgramBench(
      study: """
        metric: {name: acc, goal: maximize}
        fidelity: {name: epoch, min: 1, max: 3}
        parameters:
          rate: {min: 0.0, max: 1.0}
          kind: {values: [a, b]}
        algorithm: \(algorithm)
        stop: {trials: 100}
        table: {file: table.csv, metric: "acc_{epoch}", elapsed: "t_{epoch}"}
        \(more)
        """, trial: "")
    try bench.folder.write("table.csv", Self.table)
    return bench
  }

  @Test(arguments: ["asha", "bohb", "{name: mobster, num_init_random: 2}", "age"])
  func twoSimulationsGiveTheSameBytes(algorithm: String) throws {
    let bench = try bench(algorithm, "model: {start: 1s, queue: 1m, node_failure: 10m}")
    let first = try bench.rung("simulate", bench.study, "--slots", "2", "--seeds", "3", "--quiet")
    let second = try bench.rung("simulate", bench.study, "--slots", "2", "--seeds", "3", "--quiet")
    #expect(first.status == 0, "\(text(first.errors))")
    #expect(text(first.errors) == "")
    #expect(text(first.output).contains("best acc "))
    #expect(first.output == second.output)
  }

  @Test func anotherMethodStandsForTheStudysOwn() throws {
    func said(_ bench: ProgramBench, _ more: [String]) throws -> String {
      let result = try bench.rung(
        ["simulate", bench.study, "--slots", "2", "--seeds", "2", "--quiet"] + more, under: ["env"])
      #expect(result.status == 0, "\(text(result.errors))")
      return text(result.output)
    }
    let (asha, own) = (try bench("{name: asha, eta: 2}"), try bench("sobol"))
    let sobol = try said(asha, ["--algorithm", "sobol"])
    #expect(try sobol == said(own, []))
    #expect(try sobol != said(asha, []))
    let wrong = try asha.rung("simulate", asha.study, "--slots", "2", "--algorithm", "sobbol")
    #expect(wrong.status == 64 && text(wrong.errors).contains("write 'sobol', or another of"))
  }

  @Test func everyRowIsTriedOnceAndTheBestIsFound() throws {
    let bench = try bench("age")
    let result = try bench.rung("simulate", bench.study, "--slots", "2", "--json", "--quiet")
    #expect(text(result.output).contains("\"best_row\" : 1,"))
    #expect(text(result.output).contains("\"best_value\" : 0.7,"))
    #expect(text(result.output).contains("\"failed\" : 1,"))
    #expect(text(result.output).contains("\"trials\" : 5,"))
    #expect(text(result.output).contains("the search space holds no further configuration"))
  }

  @Test func eachSeedsTrialsAreExported() throws {
    let bench = try bench("random")
    let folder = bench.folder.path + "/trials"
    for _ in 1...2 {
      let result = try bench.rung(
        "simulate", bench.study, "--slots", "2", "--seeds", "2", "--quiet", "--export", folder)
      #expect(result.status == 0, "\(text(result.errors))")
      for seed in 0...1 {
        let lines = text(try readFile("\(folder)/\(seed).csv")).split(separator: "\n")
        // A header, the five rows, and the trial for which there was none.
        #expect(lines.count == 7)
        #expect(lines.first?.hasSuffix("config.rate,config.kind") == true)
      }
    }
  }

  @Test func theWinnerIsTrainedOutInASimulation() throws {
    let bench = try bench("one-epoch", "finish: {seeds: 2}")
    let result = try bench.rung("simulate", bench.study, "--slots", "1", "--json", "--quiet")
    // The best after one epoch is not the best after three.
    #expect(text(result.output).contains("\"best_row\" : 2,"))
    #expect(text(result.output).contains("\"finish_value\" : 0.5,"))
  }

  @Test func whatCannotBeSimulatedIsSaidWithItsLine() throws {
    let bench = try bench("random")
    try bench.folder.write("table.csv", "rate,kind,acc_1,t_1\n0.1,c,0.5,1\n")
    let result = try bench.rung("simulate", bench.study, "--slots", "1")
    #expect(result.status == 65)
    #expect(text(result.errors).contains("table.csv:2: column 'kind' is 'c', which is no value"))
    let none = try bench.rung("simulate", bench.study, "--slots", "1", "--table", "no.csv")
    #expect(none.status == 65)
    #expect(text(none.errors).contains("no.csv: cannot be read: No such file or directory"))
    let both = try bench.rung(
      "simulate", bench.study, "--slots", "1", "--table", "a", "--objective", "curves")
    #expect(both.status == 64)
  }

  @Test func aStudyKnowsWhatAnotherFoundAndTrainsItsWinnerOut() throws {
    let trial = """
      import rung
      trial = rung.trial()
      for epoch in trial.epochs():
          trial.report(epoch, value=trial.config["x"] / epoch + trial.seed, size=1 - trial.config["x"])
      """
    let bench = try ProgramBench(
      study: """
        metric: [{name: value, goal: minimize}, {name: size, goal: minimize}]
        fidelity: {name: epoch, min: 1, max: 4}
        parameters: {x: {min: 0.0, max: 1.0}}
        algorithm: random
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 4}
        finish: {seeds: 2, epochs: 6}
        """, trial: trial)
    let first = try bench.rung("run", bench.study, "--slots", "2", "--quiet", "--json")
    #expect(first.status == 0, "\(text(first.errors))")
    #expect(text(first.output).contains("\"front\" : ["))
    #expect(text(first.output).contains("\"seed\" : 2,"))
    #expect(text(first.output).contains("\"epoch\" : 6,"))
    #expect(try bench.rung("report", bench.directory).status == 0)
    let page = try bench.folder.read("study.rung/report.html")
    #expect(page.contains("\"front\":[{") && page.contains("\"finish\":[{"))
    try bench.folder.write(
      "second.yaml",
      """
      metric: {name: value, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 4}
      parameters: {x: {min: 0.0, max: 1.0}}
      algorithm: {name: mixed-bo, trees: 5, initial_random: 3}
      trial: {command: ["\(try python())", train.py]}
      stop: {trials: 8}
      prior: [study.rung]

      """)
    let second = try bench.rung("run", bench.folder.file("second.yaml"), "--slots", "1", "--quiet")
    #expect(second.status == 0, "\(text(second.errors))")
    let journal = try bench.folder.read("second.rung/journal/0001.jsonl")
    #expect(journal.contains("\"known\""))
    #expect(journal.contains("\"model\""))
    try bench.folder.write(
      "third.yaml", try bench.folder.read("second.yaml").replacing("study.rung", with: "none.rung"))
    let third = try bench.rung("run", bench.folder.file("third.yaml"), "--quiet")
    #expect(third.status == 65)
    #expect(text(third.errors).contains("'prior' names 'none.rung'"))
  }
}
