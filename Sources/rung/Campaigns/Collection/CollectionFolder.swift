import Agents
import Coordination
import Planning
import Processes
import Reporting
import Searchers
import StudyFiles
import StudyModel
import StudyStore
import TableFiles

/// A collection with its folder, which holds a study for each of its shards.
struct CollectionFolder {
  let campaign: CollectionCampaign
  let path: String
  /// The path of the study file that all shards are made from.
  let studyFile: String
  /// The folder in which trials run.
  let trialFolder: String
  /// The text of the study file.
  let studyText: String
  /// The text of the campaign's file.
  let campaignText: String
  /// The study of the whole collection, which nobody runs.
  let study: Study
  /// How many configurations there are.
  let configurations: Int
  /// The shards, in their order.
  let shards: [CollectionShard]
  private let source: CollectionSettings.Configurations

  /// The most trainings: their numbers are columns of the table.
  private static let mostTrainings = 100_000_000

  /// Reads a campaign's study and its configurations; makes nothing.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - file: Its file.
  /// - Throws: `StudyFileError`, `TableFileError`, `SystemError` or ``Failure``.
  init(_ campaign: CollectionCampaign, of file: CampaignFile) throws {
    self.campaign = campaign
    path = file.folder
    campaignText = String(decoding: try readFile(file.path), as: UTF8.self)
    let study = file.path(beside: campaign.study)
    // With its mistakes as its own command would show them.
    for warning in try loadStudy(study).warnings { note("rung: warning: \(warning)") }
    studyFile = try realPath(study)
    trialFolder = StudyHandle.parent(of: studyFile)
    studyText = String(decoding: try readFile(studyFile), as: UTF8.self)
    var settings = CollectionSettings(
      configurations: .random(1), seeds: campaign.seeds,
      keepsCheckpoints: campaign.keepsCheckpoints)
    if case .generated(let generated) = campaign.configurations {
      settings.configurations = generated
    }
    var whole = try readStudy(
      collectionStudy(
        studyText, file: studyFile, name: campaign.name, collection: settings, trainings: nil),
      file: studyFile
    ).value
    if case .file(let name) = campaign.configurations {
      let list = try readConfigurations(
        of: whole.space.withoutFidelities, at: file.path(beside: name))
      settings.configurations = .list(list.map { TypedConfiguration(wrappedValue: $0) })
      whole.algorithm.search.collection = settings
    }
    source = settings.configurations
    whole.stop.trials = nil
    configurations = try Self.count(whole, file: file.path)
    let trainings = configurations * (whole.trainingNumbers?.perConfiguration ?? 1)
    guard trainings <= Self.mostTrainings else {
      throw Failure(
        .wrongFile,
        "\(file.path): the collection has \(trainings) trainings, more than \(Self.mostTrainings); write "
          + "fewer configurations, seeds or values of fidelities")
    }
    whole.stop.trials = trainings
    self.study = whole
    shards = campaign.shards(of: trainings)
  }

  private static func count(_ study: Study, file: String) throws -> Int {
    let asked: Int? =
      switch study.algorithm.search.collection?.configurations {
      case .sobol(let count), .random(let count): count
      case .grid, .list, nil: nil
      }
    guard let count = CollectionSearch(for: study).configurationCount() else {
      throw Failure(
        .wrongFile,
        "\(file): there are more than \(CollectionSearch.mostConfigurations) configurations; write for "
          + "example 'configurations: {sobol: 1000}', or fewer points of a grid")
    }
    if let asked, count < asked {
      throw Failure(
        .wrongFile,
        "\(file): 'configurations' asks for \(asked), but the study's parameters and constraints allow "
          + "\(count); write 'configurations: grid' for all of them")
    }
    return count
  }

  /// All trainings.
  var trainings: Int { study.stop.trials ?? 0 }

  /// The site that the campaign names, or that is chosen.
  func site(asked: String?) throws -> Site {
    if let asked, let named = campaign.site {
      throw Failure(
        .usage,
        "'--site \(asked)' and 'site: \(named)' of the campaign file exclude each other; leave one out"
      )
    }
    return try takeSite(asked ?? campaign.site).value
  }

  /// The shards' studies.
  private var studies: CampaignStudies { CampaignStudies(path: path, trialFolder: trialFolder) }

  /// The text of a shard's study file.
  ///
  /// - Throws: ``Failure`` where it is too long to be read.
  func text(of shard: CollectionShard) throws -> String {
    var settings = CollectionSettings(
      configurations: source, seeds: campaign.seeds, first: shard.trainings.lowerBound,
      keepsCheckpoints: campaign.keepsCheckpoints)
    if case .list(let list) = source, let numbers = study.trainingNumbers {
      let first = numbers.configuration(of: shard.trainings.lowerBound)
      let last = numbers.configuration(of: shard.trainings.upperBound - 1)
      settings.configurations = .list(Array(list[first...last]))
    }
    let text = try collectionStudy(
      studyText, file: studyFile, name: campaign.studyName(of: shard), collection: settings,
      trainings: shard.trainings.count)
    guard text.utf8.count <= Self.mostBytes else {
      throw Failure(
        .wrongFile,
        "the study file of \(shard.name), with its part of the list of configurations, would have more "
          + "than 1 MiB; write fewer 'trainings' than \(campaign.trainings) into the campaign file")
    }
    return text
  }

  /// The most bytes of a study file.
  private static let mostBytes = 1 << 20

  /// A shard's study, as it will run.
  func study(of shard: CollectionShard) throws -> Study {
    try readStudy(text(of: shard), file: studies.file(of: shard.name)).value
  }

  /// A shard's study in its folder; `nil` where it was never begun.
  ///
  /// - Throws: ``Failure`` where it was begun as another study than it would be now.
  func handle(of shard: CollectionShard) throws -> StudyHandle? {
    try studies.handle(
      shard.name, as: study(of: shard), or: "its trainings do not belong to this table",
      choice: "or write a campaign file of another name")
  }

  /// Makes the folder of a shard's study.
  func create(_ shard: CollectionShard) throws -> StudyHandle {
    try studies.create(shard.name, text(of: shard))
  }

  /// The plan of a shard's job.
  ///
  /// - Throws: `PlanError`, or ``Failure``.
  func plan(of shard: CollectionShard, at site: Site) throws -> Plan {
    let study = try study(of: shard)
    let size: PlanRequest.Size =
      switch campaign.size {
      case .nodes(let count): .nodes(count)
      case .gpus(let count): .exactly(count)
      }
    let request = PlanRequest(
      size: size, time: campaign.time,
      stagedMiB: try stagedMemoryMiB(of: study.trial.stage, in: trialFolder),
      measured: try measuredMemory(of: study, at: studyFile, site))
    return try Planning.plan(study, at: site, asking: request)
  }
}
