import ArgumentParser

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Run one study with several methods on more and more GPUs, and compare.",
    discussion: """
      For example: rung campaign plan scaling.yaml
      then 'rung campaign submit scaling.yaml', as often as jobs have ended, and 'rung campaign report \
      scaling.yaml' at any time.
      """,
    subcommands: [
      CampaignPlanCommand.self, CampaignSubmitCommand.self, CampaignReportCommand.self,
      CampaignSimulateCommand.self,
    ])
}
