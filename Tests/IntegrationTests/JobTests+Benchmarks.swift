import FoundationEssentials
import Processes
import ProgramSupport
import Testing

// The runs of a benchmark as an array of jobs.
extension JobTests {
  private struct Submission: Decodable {
    var missing: Int
    var shares: Int
    var processes: Int
    var job: Int?
    var is_in_queue: Bool
  }

  private struct BenchmarkReport: Decodable {
    var runs: Int
    var ended: Int
    var missing: [String]
  }

  /// Jobs make what is missing, one of them is cancelled, and the next submission fills up what that leaves.
  @Test func sharesOfABenchmarkFillUpWhatIsMissing() throws {
    try Cluster.require()
    let folder = try StudyFolder([
      "study.yaml": Self.study(trials: 40), "train.py": "",
      "all.yaml": """
      kind: benchmark
      studies: [{file: study.yaml, objective: curves}, {file: study.yaml, objective: curves, label: b}]
      algorithms: [random, asha, hyperband]
      seeds: 40
      time: 10m
      queue: 4
      """,
    ])
    let file = folder.path + "/all.yaml"
    let words = ["campaign", "submit", file, "--site", "private-cluster", "--json"]
    let dry = try Cluster.json(Submission.self, words + ["--dry-run"])
    #expect(dry.missing == 240 && dry.shares == 4 && dry.job == nil)
    let first = try Cluster.json(Submission.self, words)
    let job = try #require(first.job)
    #expect(first.shares == 4 && !first.is_in_queue)
    let again = try Cluster.json(Submission.self, words)
    if again.is_in_queue { #expect(again.job == job) }
    // A task is lost, early enough to leave something: what it has made by then counts.
    _ = try runCommand(["scancel", "\(job)_2"])
    try Cluster.waitForJobs(atMost: 240)
    let between = try Cluster.json(BenchmarkReport.self, "campaign", "report", file, "--json")
    #expect(between.runs == 240 && between.ended >= 180 - 60)
    let second = try Cluster.json(Submission.self, words)
    #expect(second.missing == 240 - between.ended)
    try Cluster.waitForJobs(atMost: 240)
    let report = try Cluster.json(BenchmarkReport.self, "campaign", "report", file, "--json")
    #expect(report.ended == 240 && report.missing.isEmpty)
    let last = try Cluster.json(Submission.self, words)
    #expect(last.missing == 0 && last.job == nil)
    // The files of four shares, whoever submitted them, one of output a submission, and three more.
    let names = namesInFolder(folder.path + "/all.campaign")
    #expect(
      names.allSatisfy { $0.hasPrefix("share-") || $0 == "runs.jsonl" || $0 == "jobs" },
      "\(names)")
    #expect(namesInFolder(folder.path + "/all.campaign/jobs").count <= 4)
    // Here there is nothing to make either; the shares are put into one file.
    let here = try Cluster.run("campaign", "run", file, "--json", "--quiet")
    #expect(here.status == 0)
    #expect(String(decoding: here.output, as: UTF8.self).contains("\"made\" : 0"))
    #expect(
      namesInFolder(folder.path + "/all.campaign").sorted() == ["jobs", "runs.jsonl"])
  }
}
