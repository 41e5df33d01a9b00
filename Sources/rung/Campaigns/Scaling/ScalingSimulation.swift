import Campaigns
import Planning
import Simulation
import StudyFiles
import StudyModel
import TableFiles

/// The studies of a campaign on scaling in virtual time.
struct ScalingSimulation {
  let folder: ScalingFolder
  /// The campaign's file, as messages show it.
  let file: String

  /// What is seen of each point.
  func runs() throws -> [ScalingPoint: ScalingRun] {
    let points = folder.campaign.points
    var runs: [ScalingPoint: ScalingRun] = [:]
    let progress = ProgressLine()
    for (number, point) in points.enumerated() {
      progress.show(number, of: points.count, "studies")
      runs[point] = try simulated(point)
    }
    progress.close()
    return runs
  }

  private func simulated(_ point: ScalingPoint) throws -> ScalingRun {
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
    let (tabulated, objective) = try source(study, machine)
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
    _ study: Study, _ machine: MachineModel
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
