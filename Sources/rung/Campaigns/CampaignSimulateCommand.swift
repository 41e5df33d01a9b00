import ArgumentParser
import StudyModel

struct CampaignSimulateCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "The same campaign in virtual time, on any number of GPUs.",
    discussion: discussion(
      """
      Each study runs on its table of curves, or else on made-up curves, by the machine model of a \
      calibration, the study or the site.
      """, examples: "rung campaign simulate scaling.yaml"))

  @Argument(help: "The campaign file.", completion: .yaml) var file: String
  @OptionGroup var format: CampaignFormat
  @OptionGroup var output: OutputOptions

  func validate() throws { try format.refuseBoth(json: json) }

  func run() throws {
    let campaign = try CampaignFile(file)
    switch campaign.campaign {
    case .scaling(let scaling):
      let simulation = ScalingSimulation(
        folder: try ScalingFolder(scaling, of: campaign), file: file)
      try ScalingResult(scaling, try simulation.runs(), isSimulated: true).write(format, json: json)
    case .benchmark:
      throw Failure(
        .usage,
        "a benchmark is in virtual time as it is; make its runs by 'rung campaign run \(file)', and compare them by "
          + "'rung campaign report \(file)'")
    case .collection(let collection):
      let folder = try CollectionFolder(collection, of: campaign)
      try format.refuseFiles(of: collection)
      let simulation = try CollectionSimulation(of: folder, file: file)
      try write(json ? try resultText(simulation) : simulation.text)
    }
  }
}
