import Agents
import Campaigns
import Coordination
import Planning
import Processes
import Reporting
import StudyFiles
import StudyModel
import StudyStore

/// A campaign on the scaling of a study, with its folder, which holds a study for each of its points.
struct ScalingFolder {
  let campaign: ScalingCampaign
  let path: String
  /// The path of the study file that all points are made from.
  let studyFile: String
  /// The folder in which trials run.
  let trialFolder: String
  private let text: String

  /// Reads a campaign's study; makes nothing.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - file: Its file.
  /// - Throws: `StudyFileError`, `SystemError` or ``Failure``.
  init(_ campaign: ScalingCampaign, of file: CampaignFile) throws {
    self.campaign = campaign
    path = file.folder
    let study = file.path(beside: campaign.study)
    // With its mistakes as its own command would show them.
    for warning in try loadStudy(study).warnings { note("rung: warning: \(warning)") }
    studyFile = try realPath(study)
    trialFolder = StudyHandle.parent(of: studyFile)
    text = String(decoding: try readFile(studyFile), as: UTF8.self)
  }

  /// The points' studies.
  private var studies: CampaignStudies { CampaignStudies(path: path, trialFolder: trialFolder) }

  /// The text of a point's study file.
  func text(of point: ScalingPoint) throws -> String {
    let method = campaign.methods.first { $0.label == point.method }
    return try variedStudy(
      text, file: studyFile, name: campaign.studyName(of: point),
      algorithm: method?.algorithm ?? point.method, size: point.size, seed: point.seed)
  }

  /// A point's study, as it will run.
  func study(of point: ScalingPoint) throws -> Study {
    try readStudy(text(of: point), file: studies.file(of: point.name)).value
  }

  /// A point's study in its folder; `nil` where it was never begun.
  ///
  /// - Throws: ``Failure`` where it was begun as another study than it would be now.
  func handle(of point: ScalingPoint) throws -> StudyHandle? {
    try studies.handle(
      point.name, as: study(of: point), or: "the two could not be compared",
      choice: "give the method another 'label', or remove the folder")
  }

  /// Makes the folder of a point's study.
  func create(_ point: ScalingPoint) throws -> StudyHandle {
    try studies.create(point.name, text(of: point))
  }

  /// What was seen of each point whose study has come to its end; one that failed or was stopped has
  /// none.
  func runs() throws -> [ScalingPoint: ScalingRun] {
    var runs: [ScalingPoint: ScalingRun] = [:]
    for point in campaign.points {
      guard let handle = try handle(of: point), try handle.state() == .completed else { continue }
      var history = StudyHistory()
      let coordinator = try handle.replay { entry, coordinator in
        history.hear(entry.event, at: entry.time, commands: entry.commands, coordinator)
      }
      runs[point] = ScalingRun(of: coordinator, history, slots: slots(of: point, handle.study))
    }
    return runs
  }

  /// The slots of a point's job.
  func slots(of point: ScalingPoint, _ study: Study) -> Int {
    point.gpus * study.trial.trialsPerGPU
  }

  /// The plan of a point's job.
  ///
  /// - Throws: `PlanError`, or ``Failure``.
  func plan(of point: ScalingPoint, _ study: Study, at site: Site) throws -> Plan {
    try Planning.plan(study, at: site, asking: request(of: point, study, at: site))
  }

  private func request(
    of point: ScalingPoint, _ study: Study, at site: Site
  ) throws -> PlanRequest {
    PlanRequest(
      size: .exactly(point.gpus), time: campaign.time,
      stagedMiB: try stagedMemoryMiB(of: study.trial.stage, in: trialFolder),
      measured: try measuredMemory(of: study, at: studyFile, site))
  }
}

extension StudyHandle {
  /// Where the study stands, as far as its own files say it.
  func state() throws -> StudyStatus.State {
    StudyStatus(of: try read().coordinator, isHeld: false).state
  }
}
