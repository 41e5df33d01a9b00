import ArgumentParser
import Campaigns
import Planning
import Processes
import Simulation
import StudyFiles
import StudyModel
import TableFiles

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
    let folder = try CampaignFolder(file)
    let points = folder.campaign.points
    var runs: [ScalingPoint: ScalingRun] = [:]
    let progress = ProgressLine()
    for (number, point) in points.enumerated() {
      progress.show(number, of: points.count, "studies")
      runs[point] = try simulated(point, folder)
    }
    progress.close()
    try format.write(folder.campaign, runs, isSimulated: true, json: json)
  }

  private func simulated(
    _ point: ScalingPoint, _ folder: CampaignFolder
  ) throws -> ScalingRun {
    let study = try folder.study(of: point)
    let site = try point.site.map { try findSite($0).value }
    let machine = try machineModel(of: study, at: folder.studyFile, site)?.model ?? MachineModel()
    let slots = folder.slots(of: point, study)
    let each = max(
      site.flatMap { site in
        site.partition(named: site.workerPartition).flatMap { $0.slots(for: study.trial) }
      } ?? 4 * study.trial.trialsPerGPU, study.trial.equalSlots ?? 1)
    var settings = Simulator.Settings(
      slots: stride(from: 0, to: slots, by: each).map { min(each, slots - $0) },
      machine: machine, walltime: folder.campaign.time?.seconds, seed: study.seed)
    settings.machine.nodeFailure = nil
    let (tabulated, objective) = try source(study, machine, folder)
    var simulator = Simulator(study: tabulated, objective: objective, settings: settings)
    let recorder = HistoryRecorder(&simulator)
    do { try simulator.run() } catch {
      throw Failure(.wrongFile, "\(file): \(point.name): \(error)")
    }
    return ScalingRun(
      of: simulator.coordinator, recorder.history, slots: slots, seconds: simulator.makespan)
  }

  /// What the trials of a study measure: the rows of its table, else made-up curves.
  private func source(
    _ study: Study, _ machine: MachineModel, _ folder: CampaignFolder
  ) throws -> (Study, any Objective) {
    guard let table = study.table else {
      return (
        study, BuiltInObjective(.curves, for: study, secondsPerEpoch: machine.epoch ?? 1)
      )
    }
    let path = table.file.hasPrefix("/") ? table.file : "\(folder.trialFolder)/\(table.file)"
    do {
      let tabulated = try readTable(of: study, by: table, at: path)
      return (tabulated.study, tabulated.table)
    } catch { throw Failure(.wrongFile, error.description) }
  }
}
