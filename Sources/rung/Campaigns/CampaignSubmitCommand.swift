import ArgumentParser
import StudyFiles
import StudyModel

struct CampaignSubmitCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Hand what has no result yet to Slurm.",
    discussion: discussion(
      """
      The smallest jobs come first, and no more are in Slurm's hands at a time than the campaign's \
      'queue' says. Called again, it fills up what is missing: it submits studies that have not begun, \
      and goes on with those whose job has ended before they had. Of a benchmark, jobs of an array make a \
      share of the runs each.
      """, examples: "rung campaign submit scaling.yaml --chain 3"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @Option(help: "A site's name or file, where the campaign names none.", completion: .site)
  var site: String?
  @Option(help: "Jobs that may follow one another until a study ends.") var chain = 1
  @Flag(help: "Say what would be submitted, and submit nothing.") var dryRun = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if chain < 1 { throw ValidationError("'--chain' is at least 1, not \(chain)") }
  }

  func run() throws {
    let campaign = try CampaignFile(file)
    switch campaign.campaign {
    case .scaling(let scaling):
      let submission = try ScalingSubmission(
        of: ScalingFolder(scaling, of: campaign), file: file, at: site, chain: chain, dryRun: dryRun
      )
      try write(json ? try jsonText(["studies": submission.entries]) : submission.text)
    case .benchmark(let benchmark):
      guard chain == 1 else {
        throw Failure(
          .usage,
          "the jobs of a benchmark do not follow one another; leave out '--chain', and call 'rung campaign "
            + "submit \(file)' again when they have ended")
      }
      let submission = try BenchmarkSubmission(
        of: BenchmarkFolder(benchmark, of: campaign, file), at: try takeSite(site).value,
        dryRun: dryRun)
      try write(json ? try resultText(submission) : submission.text)
    case .collection(let collection):
      let submission = try CollectionSubmission(
        of: CollectionFolder(collection, of: campaign), file: file, at: site, chain: chain,
        dryRun: dryRun)
      try write(json ? try jsonText(submission) : submission.text)
    }
  }
}
