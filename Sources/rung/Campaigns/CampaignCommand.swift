import ArgumentParser

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Run many jobs that belong together, and compare what came of them.",
    discussion: discussion(
      "'submit' is called as often as jobs have ended, 'report' at any time.",
      examples: "rung campaign plan scaling.yaml", "rung campaign submit scaling.yaml",
      "rung campaign report scaling.yaml -o scaling.html",
      "rung campaign run benchmark.yaml"),
    subcommands: [
      CampaignPlanCommand.self, CampaignSubmitCommand.self, CampaignReportCommand.self,
      CampaignSimulateCommand.self, CampaignRunCommand.self,
    ])
}
