import ArgumentParser
import Processes
import StudyModel

struct CampaignRunCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Make the runs of a benchmark that have no result yet, here.",
    discussion: discussion(
      """
      Each result is kept as soon as it is there; after Ctrl-C, or when the campaign's file has more \
      methods, studies or seeds, the same command makes what is missing.
      """,
      examples: "rung campaign run benchmark.yaml",
      "rung campaign run benchmark.yaml --processes 2"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @Option(help: "Processes that make runs; by default as many as there are cores.")
  var processes: Int?
  @Option(
    help: "Only a share of the runs, such as 3/8 for the third of eight jobs.",
    transform: BenchmarkShare.init)
  var share: BenchmarkShare?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let processes, processes < 1 { throw ValidationError("'--processes' is at least 1") }
  }

  func run() throws {
    let campaign = try CampaignFile(file)
    switch campaign.campaign {
    case .benchmark(let benchmark):
      let running = BenchmarkRunning(
        folder: try BenchmarkFolder(benchmark, of: campaign, file),
        processes: processes ?? usableCores(), share: share)
      let outcome = try running.run()
      try write(json ? try resultText(outcome) : outcome.text)
      if let failure = outcome.failure { throw failure }
    case .scaling, .collection:
      throw Failure(
        .usage,
        "the studies of '\(file)' are jobs; hand them to Slurm by 'rung campaign submit \(file)', or run them in "
          + "virtual time by 'rung campaign simulate \(file)'")
    }
  }
}

/// A share of a benchmark's runs.
struct BenchmarkShare {
  /// Which, from 1 to ``count``.
  let number: Int
  /// Of how many, from 1 to ``BenchmarkCampaign/mostJobs``.
  let count: Int

  /// Reads such as `3/8`.
  init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1,
      number <= count, count <= BenchmarkCampaign.mostJobs
    else {
      throw ValidationError(
        "write a share as 3/8, the third of eight; there are at most \(BenchmarkCampaign.mostJobs)")
    }
    (self.number, self.count) = (number, count)
  }
}
