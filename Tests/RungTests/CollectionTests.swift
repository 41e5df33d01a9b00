import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// `rung campaign` of a collection, as far as it needs no Slurm.
@Suite struct CollectionTests {
  private static let site = """
    summary: A cluster
    source: [https://example.org]
    partitions: {gpu: {nodes: 8, cores: 16, memory: 60GiB, gpus: {count: 4, vendor: nvidia, model: A100}, time: 24h}}
    workers: gpu
    """
  private static let trial = """
    import rung
    for trial in rung.trials():
        for epoch in trial.epochs():
            trial.report(epoch, loss=trial.config["rate"] / epoch, seed=trial.seed,
                         size=trial.config["size"])
    """

  private func bench(
    _ source: String = "{sobol: 3}", _ more: String = "", parameters: String = ""
  ) throws -> ProgramBench {
    let bench = try ProgramBench(
      study: """
        metric: {name: loss, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 3}
        parameters:
          rate: {min: 0.0, max: 1.0}
          size: {values: [1, 2], fidelity: true}
        \(parameters)
        trial: {command: [PYTHON, train.py], gpus: 1, cpus: 2}
        model: {epoch: 10s, start: 2s}
        stop: {trials: 24}
        """, trial: Self.trial)
    _ = try bench.folder.write("site.yaml", Self.site)
    _ = try bench.folder.write(
      "collect.yaml",
      """
      kind: collect
      study: study.yaml
      configurations: \(source)
      seeds: 2
      trainings: 5
      \(more)

      """)
    return bench
  }

  private struct Plan: Decodable {
    var trainings: Int
    var shards: Int
    var nodes: Int
    var trainings_at_once: Int
    var gpu_hours: Double?
    var seconds: Double?
    var checkpoint_bytes: Int?
    var keeps_checkpoints: Bool
  }

  @Test func aPlanSaysWhatACollectionWillTake() throws {
    let bench = try bench()
    let words = [
      "campaign", "plan", bench.folder.file("collect.yaml"), "--site",
      bench.folder.file("site.yaml"),
    ]
    let result = try bench.rung(words + ["--json"], under: [])
    try #require(result.status == 0, "\(text(result.errors))")
    let plan = try JSONDecoder().decode(Plan.self, from: Data(result.output))
    #expect(plan.trainings == 12 && plan.shards == 3 && plan.nodes == 1)
    #expect(plan.trainings_at_once == 4 && !plan.keeps_checkpoints && plan.checkpoint_bytes == nil)
    // Five trainings of 32 s on four slots; eight jobs at a time are more than there are.
    #expect(abs((plan.seconds ?? 0) - 64) < 0.01)
    #expect((plan.gpu_hours ?? 0) > 12 * 32.0 / 3600)
    let lines = text(try bench.rung(words, under: []).output)
    #expect(
      lines.hasPrefix("12 trainings: 3 configurations, 4 of each for the fidelities and seeds\n"),
      "\(lines)")
  }

  @Test func keptCheckpointsHaveTheSizeThatWasMeasured() throws {
    let bench = try bench("{sobol: 3}", "keep: checkpoints")
    let words = [
      "campaign", "plan", bench.folder.file("collect.yaml"), "--site",
      bench.folder.file("site.yaml"),
    ]
    #expect(
      text(try bench.rung(words, under: []).output).contains(
        "how large they are, 'rung calibrate' measures"))
    _ = try bench.folder.write(
      "study.calibration.json",
      """
      {"format": 1, "places": [{"site": "site", "hosts": ["a"], "date": "now", "rung": "1",
       "command": ["train"], "model": \(Self.emptyModel),
       "shapes": [{"gpus": 1, "trials": 1, "epochs": 1, "epoch": 1, "deviation": 0,
       "overheads": \(Self.overheads), "checkpointBytes": 1048576}]}]}
      """)
    let told = try bench.rung(words, under: [])
    #expect(
      text(told.output).contains(
        "the checkpoints that are kept take about 12.0 MiB, 1.0 MiB each as measured"),
      "\(text(told.output)) \(text(told.errors))")
  }

  private static let overheads = """
    {"size": {"gpus": 1, "trialsPerGPU": 1}, "start": 0, "load": 0, "save": 0, "end": 0, "store": 0, "decision": 0}
    """
  private static let emptyModel = """
    {"start": 0, "save": 0, "load": 0, "queueWait": 0, "efficiency": {"points": []}, "sharing": {"points": []},
     "fit": {"constant": 0, "linear": 0, "cubic": 0}, "proposal": {"constant": 0, "linear": 0, "cubic": 0}}
    """

  @Test(arguments: ["nodes: 2\ngpus: 3", "keep: all", "shards: 3", "trainings: 0"])
  func aMistakeInACampaignFileIsTold(line: String) throws {
    let bench = try bench("grid", line)
    let result = try bench.rung("campaign", "plan", bench.folder.file("collect.yaml"))
    #expect(result.status == 65, "\(text(result.errors))")
    #expect(text(result.errors).contains("collect.yaml:"))
  }

  @Test func moreThanTheSpaceHasIsRefused() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: loss, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 3}
        parameters: {kind: {values: [a, b, c]}, size: {values: [1, 2], fidelity: true}}
        constraints: ["kind != 'c'"]
        trial: {command: [PYTHON, train.py]}
        stop: {trials: 24}
        """, trial: Self.trial)
    _ = try bench.folder.write(
      "collect.yaml", "{kind: collect, study: study.yaml, configurations: {random: 3}}")
    let result = try bench.rung("campaign", "report", bench.folder.file("collect.yaml"))
    #expect(result.status == 65)
    #expect(
      text(result.errors).contains(
        "'configurations' asks for 3, but the study's parameters and constraints allow 2; write "
          + "'configurations: grid' for all of them"), "\(text(result.errors))")
  }

  private struct Report: Decodable {
    struct Progress: Decodable, Equatable {
      var trainings: Int
      var ended: Int
      var failed: Int
      var running: Int
      var waiting: Int
    }
    struct Shard: Decodable {
      var name: String
      var state: String
      var progress: Progress
    }
    var progress: Progress
    var shards: [Shard]
  }

  private func report(_ bench: ProgramBench, _ more: String...) throws -> Report {
    let result = try bench.rung(
      ["campaign", "report", bench.folder.file("collect.yaml"), "--json"] + more, under: [])
    try #require(result.status == 0, "\(text(result.errors))")
    return try JSONDecoder().decode(Report.self, from: Data(result.output))
  }

  /// A shard's study is an ordinary one: run here, it is a part of the table, and another that has not
  /// begun is not.
  @Test func aShardThatIsRunByItselfIsPartOfTheTable() throws {
    let bench = try bench("{list: rows.csv}")
    _ = try bench.folder.write("rows.csv", "rate\n0.5\n0.25\n1\n")
    #expect(
      try report(bench).progress
        == Report.Progress(trainings: 12, ended: 0, failed: 0, running: 0, waiting: 12))
    // As 'submit' writes them, where there is a Slurm to submit to.
    let shard = """
      metric: {name: loss, goal: minimize}
      fidelity: {name: epoch, min: 1, max: 3}
      parameters:
        rate: {min: 0.0, max: 1.0}
        size: {values: [1, 2], fidelity: true}
      trial: {command: [\(try python()), train.py], gpus: 1, cpus: 2}
      model: {epoch: 10s, start: 2s}
      stop: {trials: 5}
      name: collect-shard-0002
      algorithm: {searcher: collection, configurations: {list: [{rate: 0.25}, {rate: 1.0}]}, seeds: [1, 2], from: 5}
      """
    let folder = bench.folder.file("collect.campaign")
    try makeFolder(folder)
    try writeFile(folder + "/shard-0002.yaml", Array(shard.utf8))
    try writeFile(
      folder + "/train.py", Array(Self.trial.utf8))
    let run = try bench.rung("run", folder + "/shard-0002.yaml", "--slots", "2", "--quiet")
    try #require(run.status == 0, "\(text(run.errors))")
    let table = bench.folder.file("table.h5")
    let report = try report(bench, "-o", table)
    #expect(report.progress.ended == 5 && report.progress.waiting == 7)
    #expect(report.shards.map(\.state) == ["waiting", "ended", "waiting"])
    let lines = text(try bench.rung("export", table, "--format", "csv").output)
      .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines.map(\.[0]) == ["training", "5", "6", "7", "8", "9"])
    // Configuration, seed, and what the trainings saw of both and of the fidelity.
    #expect(lines.dropFirst().map(\.[1]) == ["1", "1", "1", "2", "2"])
    #expect(lines.dropFirst().map(\.[2]) == ["2", "1", "2", "1", "2"])
    let seed = try #require(lines[0].firstIndex(of: "seed"))
    let told = try #require(lines[0].lastIndex(of: "seed"))
    #expect(seed != told && lines.dropFirst().allSatisfy { Double($0[seed]) == Double($0[told]) })
    let size = try #require(lines[0].firstIndex(of: "config.size"))
    #expect(lines.dropFirst().map(\.[size]) == ["1", "2", "2", "1", "1"])
    // Searches read it: of the full fidelity it has one configuration.
    let simulated = try bench.rung(
      "simulate", bench.folder.file("study.yaml"), "--table", table, "--slots", "2")
    #expect(simulated.status == 0, "\(text(simulated.errors))")
    // A file that it does not know how to write is refused, and so is a campaign that became another.
    let refused = try bench.rung(
      "campaign", "report", bench.folder.file("collect.yaml"), "-o", "t.html")
    #expect(
      refused.status == 64 && text(refused.errors).contains("write for example '-o table.h5'"))
    _ = try bench.folder.write("rows.csv", "rate\n0.5\n0.75\n1\n")
    let other = try bench.rung("campaign", "report", bench.folder.file("collect.yaml"))
    #expect(other.status == 65 && text(other.errors).contains("was begun as another study"))
  }

  private struct Simulation: Decodable {
    var ended: Int
    var slots: Int
    var makespan_seconds: Double
    var event_seconds: Double
    var sync_seconds: Double
    var mean_wait_share: Double
    var longest_wait_share: Double
    var coordinator_share: Double
  }

  @Test func aSimulationSaysHowLongSlotsWait() throws {
    let bench = try bench("{sobol: 30}", "gpus: 4\nqueue: 4")
    let result = try bench.rung(
      "campaign", "simulate", bench.folder.file("collect.yaml"), "--json")
    try #require(result.status == 0, "\(text(result.errors))")
    let simulation = try JSONDecoder().decode(Simulation.self, from: Data(result.output))
    #expect(simulation.ended == 120 && simulation.slots == 16)
    // 24 shards of five trainings of 32 s on four slots, four at a time.
    #expect(abs(simulation.makespan_seconds - 6 * 64) < 12, "\(simulation)")
    #expect(simulation.event_seconds > 0 && simulation.sync_seconds > 0)
    #expect(
      simulation.mean_wait_share > 0 && simulation.mean_wait_share <= simulation.longest_wait_share)
    #expect(simulation.longest_wait_share < 0.2 && simulation.coordinator_share < 0.2)
    let refused = try bench.rung(
      "campaign", "simulate", bench.folder.file("collect.yaml"), "--csv")
    #expect(refused.status == 64)
  }
}
