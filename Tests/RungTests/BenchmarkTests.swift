import FoundationEssentials
import Glibc
import Processes
import ProgramSupport
import Testing

/// `rung campaign` of the kind `benchmark`.
@Suite struct BenchmarkTests {
  /// Two tables of 60 curves of nine epochs, and a campaign on them.
  private func bench(
    algorithms: String = "[random, asha, pasha, {name: asha, type: stopping, label: stopping}]",
    seeds: Int = 3, _ more: String = ""
  ) throws -> ProgramBench {
    let bench = try ProgramBench(study: "", trial: "")
    for (number, name) in ["first", "second"].enumerated() {
      _ = try bench.folder.write("\(name).csv", table(number))
      _ = try bench.folder.write(
        "\(name).yaml",
        """
        metric: {name: loss, goal: \(number == 0 ? "minimize" : "maximize")}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {x: {min: 0, max: 59, type: integer}}
        stop: {trials: 40}
        table: {file: \(name).csv, metric: "loss_{epoch}", seconds_per_step: seconds}

        """)
    }
    try campaign(bench, algorithms: algorithms, seeds: seeds, more)
    return bench
  }

  private func campaign(
    _ bench: ProgramBench, algorithms: String, seeds: Int, _ more: String = ""
  ) throws {
    _ = try bench.folder.write(
      "all.yaml",
      """
      kind: benchmark
      studies: [first.yaml, {file: second.yaml, label: other}]
      algorithms: \(algorithms)
      seeds: \(seeds)
      slots: 3
      \(more)

      """)
  }

  /// Curves that cross, so that the order after one epoch is not that after nine.
  private func table(_ number: Int) -> String {
    let header =
      "x,seconds," + (1...9).map { "loss_\($0)" }.joined(separator: ",") + "\n"
    let rows = (0..<60).map { x -> String in
      let place = Double((x * 37 + number * 11) % 60) / 60
      let values = (1...9).map { epoch in place + (1 - place) * 2 / Double(epoch + 1) }
      return "\(x),\(1 + x % 5)," + values.map { "\($0)" }.joined(separator: ",")
    }
    return header + rows.joined(separator: "\n") + "\n"
  }

  private struct Outcome: Decodable {
    struct Failed: Decodable {
      var name: String
      var reason: String
    }
    var runs: Int
    var made: Int
    var missing: Int
    var failed: [Failed]
    var is_stopped_early: Bool
  }

  private func run(
    _ bench: ProgramBench, _ arguments: String..., status: Int = 0,
    at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let words = ["campaign", "run", bench.folder.file("all.yaml"), "--json", "--quiet"]
    let result = try bench.rung(words + arguments, under: ["env"])
    #expect(result.status == status, "\(text(result.errors))", sourceLocation: location)
    return try JSONDecoder().decode(Outcome.self, from: Data(result.output))
  }

  private struct Report: Decodable {
    struct Spread: Decodable, Equatable {
      var mean: Double
      var deviation: Double
    }
    struct Study: Decodable {
      var label: String
      var best: Double?
      var source: String?
    }
    struct Row: Decodable {
      var study: String
      var method: String
      var seeds: Int
      var value: Spread?
      var regret: Spread?
      var seconds: Spread
    }
    struct Comparison: Decodable {
      struct Method: Decodable {
        var method: String
        var rank: Double
      }
      var methods: [Method]
      var friedman: Double?
    }
    var runs: Int
    var ended: Int
    var studies: [Study]
    var rows: [Row]
    var comparison: Comparison?
    var missing: [String]
  }

  private func report(_ bench: ProgramBench) throws -> Report {
    let result = try bench.rung("campaign", "report", bench.folder.file("all.yaml"), "--json")
    try #require(result.status == 0, "\(text(result.errors))")
    return try JSONDecoder().decode(Report.self, from: Data(result.output))
  }

  /// Its results, by what they are of; how long each took is left out.
  private func results(_ bench: ProgramBench) throws -> Set<String> {
    let lines = try bench.folder.read("all.campaign/runs.jsonl").split(separator: "\n")
    // The last key, since they ascend.
    return Set(lines.map { line in String(line.split(separator: ",\"took\":").first ?? "") })
  }

  @Test func aBenchmarkRunsToItsReport() throws {
    let bench = try bench()
    let file = bench.folder.file("all.yaml")
    let before = text(try bench.rung("campaign", "plan", file).output)
    #expect(before.hasPrefix("24 runs: 2 studies, 4 methods, 3 seeds; 24 have no result yet\n"))
    let outcome = try run(bench, "--processes", "2")
    #expect(outcome.runs == 24 && outcome.made == 24 && outcome.missing == 0)
    #expect(outcome.failed.isEmpty && !outcome.is_stopped_early)
    let report = try report(bench)
    #expect(report.ended == 24 && report.runs == 24 && report.missing.isEmpty)
    #expect(report.rows.count == 8 && report.rows.allSatisfy { $0.seeds == 3 })
    #expect(report.studies.map(\.label) == ["first", "other"])
    #expect(report.studies.map(\.source) == ["table", "table"])
    // The least loss is at the least place after nine epochs; the most at once, after one.
    #expect(abs((report.studies[0].best ?? 0) - 0.2) < 1e-9)
    let ranks = report.comparison?.methods.map(\.rank) ?? []
    #expect(abs(ranks.reduce(0, +) - 10) < 1e-9 && ranks == ranks.sorted())
    let csv = text(try bench.rung("campaign", "report", file, "--csv").output)
    #expect(csv.split(separator: "\n").count == 9)
    let page = bench.folder.file("all.html")
    #expect(try bench.rung("campaign", "report", file, "-o", page).status == 0)
    #expect(try bench.folder.read("all.html").contains("\"critical_difference\":"))
    let after = text(try bench.rung("campaign", "plan", file).output)
    #expect(after.contains("; 0 have no result yet\n"))
    // However many runs there are.
    #expect(namesInFolder(bench.folder.file("all.campaign")) == ["runs.jsonl"])
  }

  /// The production simulator: what `rung simulate` says of the same study.
  @Test func aRunIsWhatSimulateSays() throws {
    let bench = try bench(algorithms: "[asha, bohb]", seeds: 2)
    _ = try run(bench)
    let rows = try report(bench).rows
    struct Simulated: Decodable {
      struct Run: Decodable {
        var best_value: Double
        var makespan_seconds: Double
      }
      var runs: [Run]
    }
    for name in ["asha", "bohb"] {
      let study = try bench.folder.read("first.yaml") + "seed: 1\n"
      _ = try bench.folder.write("alone.yaml", study)
      let answer = try bench.rung(
        "simulate", bench.folder.file("alone.yaml"), "--slots", "3", "--seeds", "2", "--algorithm",
        name, "--json", "--quiet")
      let runs = try JSONDecoder().decode(Simulated.self, from: Data(answer.output)).runs
      let row = try #require(rows.first { $0.study == "first" && $0.method == name })
      #expect(row.value?.mean == (runs[0].best_value + runs[1].best_value) / 2)
      #expect(row.seconds.mean == (runs[0].makespan_seconds + runs[1].makespan_seconds) / 2)
    }
  }

  @Test func onlyWhatIsMissingIsMade() throws {
    let bench = try bench(algorithms: "[random, asha]", seeds: 2)
    _ = try run(bench)
    let first = try bench.folder.read("all.campaign/runs.jsonl")
    #expect(try run(bench).made == 0)
    #expect(try bench.folder.read("all.campaign/runs.jsonl") == first)
    try campaign(bench, algorithms: "[random, asha, pasha]", seeds: 3)
    let outcome = try run(bench)
    #expect(outcome.runs == 18 && outcome.made == 10)
    #expect(try bench.folder.read("all.campaign/runs.jsonl").hasPrefix(first))
  }

  /// Equal whoever makes them, and in however many processes and calls.
  @Test func resultsDoNotDependOnWhoMakesThem() throws {
    let bench = try bench()
    _ = try run(bench, "--processes", "1")
    let alone = try results(bench)
    #expect(alone.count == 24 + 2)
    removeAll(bench.folder.file("all.campaign"))
    _ = try run(bench, "--processes", "3")
    #expect(try results(bench) == alone)
    removeAll(bench.folder.file("all.campaign"))
    for share in ["3/3", "1/3", "2/3"] { _ = try run(bench, "--share", share) }
    #expect(
      namesInFolder(bench.folder.file("all.campaign")).sorted() == [
        "share-01.jsonl", "share-02.jsonl", "share-03.jsonl",
      ])
    #expect(try report(bench).missing.isEmpty)
    #expect(try run(bench).made == 0)
    #expect(namesInFolder(bench.folder.file("all.campaign")) == ["runs.jsonl"])
    #expect(try results(bench) == alone)
  }

  /// Killed again and again, it comes to its end, with the results of one that was not.
  @Test func whateverEndsItCostsTheRunsThatWereBeingMade() throws {
    let bench = try bench(seeds: 12)
    let words = ["campaign", "run", bench.folder.file("all.yaml"), "--processes", "2"]
    let log = bench.folder.file("all.campaign/runs.jsonl")
    for kill in 1...3 {
      let process = try bench.startNoted(words, as: "kill-\(kill)")
      let before = fileSize(log) ?? 0
      #expect(holds(within: 60) { (fileSize(log) ?? 0) > before + 4000 })
      Glibc.kill(process, kill == 2 ? SIGINT : SIGKILL)
      #expect(holds(within: 30) { exists(bench.folder.file("kill-\(kill).status")) })
    }
    #expect(try bench.folder.read("kill-2.status") == "75\n")
    #expect(try bench.folder.read("kill-2.err").contains("stopped early; 'rung campaign run "))
    // A line that was cut off in the middle.
    let whole = try readFile(log)
    try writeFile(log, Array(whole.dropLast(200)))
    let outcome = try run(bench)
    #expect(outcome.missing == 0 && outcome.made > 0)
    let results = try results(bench)
    removeAll(bench.folder.file("all.campaign"))
    _ = try run(bench)
    #expect(try self.results(bench) == results)
  }

  @Test func resultsOfOtherFilesAreToldApart() throws {
    let bench = try bench(algorithms: "[random, asha]", seeds: 2)
    _ = try run(bench)
    // A comment changes nothing.
    let study = try bench.folder.read("first.yaml")
    _ = try bench.folder.write("first.yaml", "# a comment\n" + study)
    #expect(try run(bench).made == 0)
    _ = try bench.folder.write("first.csv", table(7))
    let said = try bench.rung("campaign", "report", bench.folder.file("all.yaml"))
    #expect(text(said.errors).contains("4 results follow from other files"), "\(text(said.errors))")
    #expect(try report(bench).missing.count == 4)
    #expect(try run(bench).made == 4)
    #expect(try report(bench).missing.isEmpty)
    try campaign(bench, algorithms: "[random, {name: asha, eta: 2}]", seeds: 2)
    #expect(try run(bench).made == 4)
    try campaign(bench, algorithms: "[random, {name: asha, eta: 2}]", seeds: 2, "value: trained")
    #expect(try run(bench).made == 0)
    // Results that are left out are not kept.
    #expect(try results(bench).count == 8 + 2)
  }

  @Test func twoThatMakeTheSameRunsAreOneTooMany() throws {
    let bench = try bench(seeds: 200)
    let file = bench.folder.file("all.yaml")
    let process = try bench.startNoted(["campaign", "run", file, "--processes", "1"], as: "first")
    #expect(holds(within: 60) { exists(bench.folder.file("all.campaign/runs.jsonl")) })
    let second = try bench.rung("campaign", "run", file)
    #expect(second.status == 75)
    #expect(text(second.errors).contains("another 'rung campaign run' makes the runs of"))
    Glibc.kill(process, SIGTERM)
    #expect(holds(within: 30) { exists(bench.folder.file("first.status")) })
  }

  @Test func studiesThatCannotBeComparedAreRefused() throws {
    let bench = try bench()
    let file = bench.folder.file("all.yaml")
    let whole = try bench.folder.read("first.yaml")
    func refusal(_ study: String) throws -> String {
      _ = try bench.folder.write("first.yaml", study)
      let result = try bench.rung("campaign", "run", file)
      #expect(result.status == 65)
      return text(result.errors)
    }
    #expect(
      try refusal(whole + "prior: [old.rung]\n").contains(
        "methods are compared that know nothing at first; leave out 'prior'"))
    let lines = whole.split(separator: "\n")
    let command = "trial: {command: [train]}\n"
    let bare = lines.filter { !$0.hasPrefix("table") }.joined(separator: "\n") + "\n" + command
    #expect(
      try refusal(bare).contains(
        "no 'table' to simulate on; write one there, or '{file: first.yaml, objective: curves}'"))
    let both = lines.filter { !$0.hasPrefix("metric") && !$0.hasPrefix("table") }
    #expect(
      try refusal(
        (["metric: [{name: loss, goal: minimize}, {name: size, goal: minimize}]"] + both)
          .joined(separator: "\n") + "\n" + command
      ).contains("a benchmark compares by one value, but the study has 2 metrics"))
    _ = try bench.folder.write("first.yaml", whole)
    removeAll(bench.folder.file("first.csv"))
    #expect(text(try bench.rung("campaign", "run", file).errors).contains("first.csv"))
    _ = try bench.folder.write(
      "all.yaml",
      "{kind: benchmark, studies: [{file: first.yaml, objective: curve}], algorithms: [asha]}\n")
    #expect(
      text(try bench.rung("campaign", "run", file).errors).contains(
        "study 'first' has no such objective as 'curve'; write curves or agebo-tabular"))
    #expect(!exists(bench.folder.file("all.campaign")))
  }

  @Test func commandsOfOtherKindsAreNamed() throws {
    let bench = try bench()
    let file = bench.folder.file("all.yaml")
    let simulated = try bench.rung("campaign", "simulate", file)
    #expect(simulated.status == 64)
    #expect(text(simulated.errors).contains("make its runs by 'rung campaign run \(file)'"))
    _ = try bench.folder.write(
      "scaling.yaml",
      "{kind: strong-scaling, study: first.yaml, algorithms: [asha], gpus: [1]}\n")
    let scaling = try bench.rung("campaign", "run", bench.folder.file("scaling.yaml"))
    #expect(scaling.status == 64)
    #expect(text(scaling.errors).contains("'rung campaign submit "))
    #expect(try bench.rung("campaign", "run", file, "--share", "9/8").status == 64)
    #expect(try bench.rung("campaign", "run", file, "--processes", "0").status == 64)
  }

  /// A run that cannot be made is named, and costs no other.
  @Test func aRunThatFailsIsNamed() throws {
    let bench = try bench(algorithms: "[random, asha]", seeds: 2)
    _ = try bench.folder.write("first.csv", "x,seconds,loss_1\n1,1,nan\n2,1,nan\n")
    let outcome = try run(bench, status: 1)
    #expect(outcome.failed.count == 4 && outcome.missing == 4 && outcome.made == 4)
    #expect(outcome.failed.allSatisfy { $0.reason == "no value of the table is finite" })
    #expect(try report(bench).missing.count == 4)
  }
}
