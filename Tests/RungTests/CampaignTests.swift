import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// `rung campaign`, as far as it needs no Slurm.
@Suite struct CampaignTests {
  private static let site = """
    summary: A cluster
    source: [https://example.org]
    partitions: {gpu: {nodes: 8, cores: 16, memory: 60GiB, gpus: {count: 4, vendor: nvidia, model: A100}, time: 24h}}
    workers: gpu
    """

  private func bench(gpus: String = "[1, 2, 4, 8]", _ more: String = "") throws -> ProgramBench {
    let bench = try ProgramBench(
      study: """
        metric: {name: loss, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 9}
        parameters: {rate: {min: 0.0, max: 1.0}}
        trial: {command: [PYTHON, train.py], gpus: 1, cpus: 2}
        model: {epoch: 10s, start: 2s}
        stop: {trials: 24}
        """, trial: "")
    _ = try bench.folder.write("site.yaml", Self.site)
    _ = try bench.folder.write(
      "scaling.yaml",
      """
      kind: strong-scaling
      study: study.yaml
      algorithms: [random, asha]
      gpus: \(gpus)
      seeds: 2
      \(more)

      """)
    return bench
  }

  private struct Plans: Decodable {
    struct Job: Decodable {
      struct Rehearsal: Decodable {
        var gpus: Int
        var run_time: Double
        var efficiency: Double
      }
      var method: String
      var gpus: Int
      var nodes: Int?
      var rehearsal: Rehearsal?
      var refusal: String?
    }
    var jobs: [Job]
    var gpu_hours: Double?
  }

  @Test func aPlanSaysWhatEachJobWillTake() throws {
    let bench = try bench()
    let result = try bench.rung(
      "campaign", "plan", bench.folder.file("scaling.yaml"), "--site",
      bench.folder.file("site.yaml"), "--json")
    try #require(result.status == 0, "\(text(result.errors))")
    let plans = try JSONDecoder().decode(Plans.self, from: Data(result.output))
    #expect(plans.jobs.map(\.gpus) == [1, 1, 2, 2, 4, 4, 8, 8])
    // Parts of a node, a whole one, two.
    #expect(plans.jobs.map(\.nodes) == [1, 1, 1, 1, 1, 1, 2, 2])
    #expect(plans.jobs.map(\.rehearsal?.gpus) == [1, 1, 2, 2, 4, 4, 8, 8])
    // 24 trials of 9 epochs of 10 s, each after 2 s.
    #expect(abs((plans.jobs[0].rehearsal?.run_time ?? 0) - 24 * 92) < 0.01)
    #expect(abs((plans.jobs[6].rehearsal?.run_time ?? 0) - 3 * 92) < 0.01)
    #expect((plans.gpu_hours ?? 0) > 2 * 4 * 24 * 92 / 3600)
    let lines = text(
      try bench.rung(
        "campaign", "plan", bench.folder.file("scaling.yaml"), "--site",
        bench.folder.file("site.yaml")
      ).output)
    #expect(lines.contains("16 studies, 2 of each line for as many seeds."), "\(lines)")
  }

  @Test func anImpossibleJobIsToldWithTheNearestPossibleOne() throws {
    let bench = try bench(gpus: "[1, 3, 6, 64]")
    let arguments = [bench.folder.file("scaling.yaml"), "--site", bench.folder.file("site.yaml")]
    let result = try bench.rung(
      "campaign", "plan", arguments[0], arguments[1], arguments[2], "--json")
    let plans = try JSONDecoder().decode(Plans.self, from: Data(result.output))
    #expect(
      plans.jobs.map { $0.refusal == nil } == [true, true, true, true, false, false, false, false])
    #expect(
      plans.jobs[4].refusal
        == "6 GPUs would be uneven on nodes of partition 'gpu', of which trials use 4 each; ask for 4 or 8"
    )
    #expect(plans.jobs[6].refusal?.contains("asks for 16 nodes") == true)
    // Nothing is submitted where not all can be.
    let submission = try bench.rung(
      "campaign", "submit", arguments[0], arguments[1], arguments[2])
    #expect(submission.status == 65)
    #expect(text(submission.errors).contains("random-6-seed-1: 6 GPUs would be uneven"))
    #expect(!exists(bench.folder.file("scaling.campaign")))
  }

  private struct Report: Decodable {
    struct Table: Decodable {
      struct Spread: Decodable {
        var mean: Double
        var deviation: Double
      }
      struct Row: Decodable {
        var method: String
        var gpus: Int
        var seeds: Int
        var speed_up: Spread?
        var efficiency: Spread?
        var of_bound: Spread
      }
      var rows: [Row]
      var missing: [String]
    }
    var table: Table
  }

  @Test func aSimulatedCampaignScalesAsItsSchedulesCan() throws {
    let bench = try bench(gpus: "[1, 2, 8, 100000]")
    let file = bench.folder.file("scaling.yaml")
    let result = try bench.rung("campaign", "simulate", file, "--json", "--quiet")
    try #require(result.status == 0, "\(text(result.errors))")
    let rows = try JSONDecoder().decode(Report.self, from: Data(result.output)).table.rows
    #expect(
      rows.map(\.method) == Array(repeating: "random", count: 4)
        + Array(repeating: "asha", count: 4))
    #expect(rows.map(\.gpus) == [1, 2, 8, 100_000, 1, 2, 8, 100_000])
    // 24 equal trials fill 1, 2 and 8 GPUs evenly; more than 24 are of no use.
    for (row, speedUp) in zip(rows, [1.0, 2, 8, 24]) {
      #expect(abs((row.speed_up?.mean ?? 0) - speedUp) < 1e-9 && row.seeds == 2)
      #expect(row.of_bound.mean > 0.999)
    }
    for row in rows { #expect((row.efficiency?.mean ?? 2) <= 1.0001) }
    let again = try bench.rung("campaign", "simulate", file, "--json", "--quiet")
    #expect(result.output == again.output)
    let csv = try bench.rung("campaign", "simulate", file, "--csv", "--quiet")
    #expect(text(csv.output).split(separator: "\n").count == 9)
    let page = bench.folder.file("scaling.html")
    let paged = try bench.rung("campaign", "simulate", file, "-o", page, "--quiet")
    #expect(paged.status == 0 && text(paged.output).contains("speed-up"))
    #expect(try bench.folder.read("scaling.html").contains("\"efficiency\":{"))
    let both = try bench.rung("campaign", "simulate", file, "--csv", "--json")
    #expect(both.status == 64)
    // In virtual time nothing is made.
    #expect(!exists(bench.folder.file("scaling.campaign")))
  }

  @Test func theExampleIsTakenAsItIs() throws {
    let bench = try bench()
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = "/\(root)/jobscripts/digits-scaling/scaling.yaml"
    let result = try bench.rung("campaign", "simulate", file, "--json", "--quiet")
    try #require(result.status == 0, "\(text(result.errors))")
    let rows = try JSONDecoder().decode(Report.self, from: Data(result.output)).table.rows
    #expect(rows.count == 20 && rows.allSatisfy { $0.seeds == 2 && $0.speed_up != nil })
  }

  @Test func aReportBeforeTheFirstStudyNamesWhatIsMissing() throws {
    let bench = try bench()
    let result = try bench.rung("campaign", "report", bench.folder.file("scaling.yaml"))
    #expect(result.status == 0)
    #expect(text(result.output).hasPrefix("no study has ended\n"))
    #expect(text(result.output).contains("random-1-seed-1, asha-1-seed-1"))
  }

  /// What failed has no result, and is named; what was begun as another study is refused.
  @Test func aStudyThatFailedIsNoResult() throws {
    let bench = try bench(gpus: "[1]")
    let file = bench.folder.file("scaling.yaml")
    for (name, script) in [("random-1-seed-1", "print('no')\n"), ("asha-1-seed-1", Self.trial)] {
      _ = try bench.folder.write("train.py", script)
      let study = bench.folder.file("scaling.campaign/\(name)")
      try makeFolder(bench.folder.file("scaling.campaign"))
      _ = try bench.folder.write("scaling.campaign/train.py", script)
      let varied =
        try bench.folder.read("study.yaml") + """
          name: scaling-\(name)
          seed: 1
          algorithm: \(name.prefix { $0 != "-" })

          """
      _ = try bench.folder.write("scaling.campaign/\(name).yaml", varied)
      _ = try bench.rung("run", study + ".yaml", "--slots", "2", "--quiet")
    }
    let report = try bench.rung("campaign", "report", file, "--json")
    let table = try JSONDecoder().decode(Report.self, from: Data(report.output)).table
    #expect(table.rows.map(\.method) == ["asha"])
    #expect(table.missing == ["random-1-seed-1", "random-1-seed-2", "asha-1-seed-2"])
    let site = bench.folder.file("site.yaml")
    let submission = try bench.rung("campaign", "submit", file, "--site", site, "--dry-run")
    let said = text(submission.output)
    #expect(said.contains("1 have ended, 0 are in Slurm's hands, 2 would be submitted"), "\(said)")
    #expect(said.contains("random-1-seed-1 failed or was stopped: 'rung status "), "\(said)")
    _ = try bench.folder.write(
      "study.yaml", try bench.folder.read("study.yaml") + "baseline: 0.5\n")
    let other = try bench.rung("campaign", "report", file)
    #expect(other.status == 65)
    #expect(text(other.errors).contains("was begun as another study"), "\(text(other.errors))")
  }

  private static let trial = """
    import rung
    trial = rung.trial()
    for epoch in trial.epochs():
        trial.report(epoch, loss=trial.config["rate"] + 1 / epoch)

    """

  @Test func mistakesOfBothFilesAreTold() throws {
    let bench = try bench("quue: 3")
    let result = try bench.rung("campaign", "plan", bench.folder.file("scaling.yaml"))
    #expect(result.status == 65)
    #expect(text(result.errors).contains("scaling.yaml:6: unknown key 'quue'; write 'queue'"))
    _ = try bench.folder.write(
      "scaling.yaml", "{kind: strong-scaling, study: no.yaml, algorithms: [asha], gpus: [1]}\n")
    let other = try bench.rung("campaign", "plan", bench.folder.file("scaling.yaml"))
    #expect(other.status == 65)
    #expect(text(other.errors).contains("no.yaml"))
  }
}
