import ArgumentParser
import StudyModel

struct CampaignPlanCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "The jobs of a campaign, and what they are likely to cost; submits nothing.",
    discussion: discussion(examples: "rung campaign plan scaling.yaml --site jureca-dc"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @Option(help: "A site's name or file, where the campaign names none.", completion: .site)
  var site: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let campaign = try CampaignFile(file)
    switch campaign.campaign {
    case .scaling(let scaling):
      let folder = try ScalingFolder(scaling, of: campaign)
      let plan = try ScalingPlan(folder, try ScalingSites(scaling, asked: site))
      try write(json ? try resultText(plan) : plan.text)
    case .benchmark(let benchmark):
      // It runs anywhere; with a site, 'submit --dry-run' shows the job.
      let plan = try BenchmarkPlan(BenchmarkFolder(benchmark, of: campaign, file))
      try write(json ? try resultText(plan) : plan.text)
    case .collection(let collection):
      let folder = try CollectionFolder(collection, of: campaign)
      let plan = try CollectionPlan(folder, at: folder.site(asked: site))
      try write(json ? try resultText(plan) : plan.text)
    }
  }
}
