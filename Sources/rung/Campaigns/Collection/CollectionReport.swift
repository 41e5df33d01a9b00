import Campaigns
import Coordination
import FoundationEssentials
import HDF5
import Processes
import StudyModel
import StudyStore
import TableFiles

/// How complete a collection is, and its table.
struct CollectionReport: Encodable {
  let campaign: String
  let configurations: Int
  /// The sum over all shards.
  let progress: CollectionProgress
  let shards: [CollectionStanding]
  private let folder: CollectionFolder
  private let file: String

  private enum CodingKeys: String, CodingKey {
    case campaign, configurations, progress, shards
  }

  /// Looks at every shard.
  ///
  /// - Parameters:
  ///   - folder: The collection's.
  ///   - file: Its file, as messages show it.
  /// - Throws: ``Failure``, `StudyFileError`, `StoreError` or `SystemError`.
  init(_ folder: CollectionFolder, file: String) throws {
    self.folder = folder
    self.file = file
    campaign = folder.campaign.name
    configurations = folder.configurations
    var shards: [CollectionStanding] = []
    let line = ProgressLine()
    for shard in folder.shards {
      line.show(shards.count, of: folder.shards.count, "shards")
      let handle = try folder.handle(of: shard)
      shards.append(CollectionStanding(of: shard, handle, try handle?.read().coordinator))
    }
    line.close()
    self.shards = shards
    progress = shards.reduce(CollectionProgress()) { $0 + $1.progress }
  }

  /// Prints what is known, and writes the table.
  func write(_ format: CampaignFormat, json: Bool) throws {
    if let path = format.file {
      guard path.hasSuffix(".h5") || path.hasSuffix(".hdf5") else {
        throw Failure(
          .usage,
          "the table of a collection is an HDF5 file, and '\(path)' does not end in .h5; write for example "
            + "'-o table.h5', or '--csv > table.csv'")
      }
      try writeTable(to: path)
    }
    if format.csv { return try writeText() }
    try rung.write(json ? try jsonText(self) : text)
  }

  private var text: String {
    func count(_ state: CampaignStanding) -> Int { shards.count { $0.state == state } }
    let share = Double(progress.ended) / Double(max(1, progress.trainings)) * 100
    var lines = [
      "\(campaign): \(progress.trainings) trainings of \(configurations) configurations in "
        + "\(shards.count) shards",
      "\(progress.ended) ended (\((share * 10).rounded(.down) / 10) %), \(progress.failed) failed, "
        + "\(progress.running) running, \(progress.waiting) waiting",
      "\(count(.ended)) shards are done, \(count(.inQueue)) are in Slurm's hands, \(count(.waiting)) wait",
    ]
    let bytes = shards.reduce(0) { $0 + $1.checkpointBytes }
    if folder.campaign.keepsCheckpoints {
      lines.append("the checkpoints that are kept take \(briefBytes(bytes))")
    }
    for shard in shards where shard.state == .failed {
      lines.append(
        "\(shard.name) failed or was stopped: 'rung status \(folder.path)/\(shard.name).rung' says why"
      )
    }
    if count(.waiting) > 0 { lines.append("'rung campaign submit \(file)' goes on") }
    return lines.map { $0 + "\n" }.joined()
  }

  // MARK: The table

  private func writeTable(to path: String) throws {
    let beside = path + ".partial"
    do {
      let table = try CollectionTableWriter(creating: beside, try header())
      try eachShard { shard, rows in
        try table.write(CollectionBlock(rows, of: folder.study, shard: shard.number))
      }
      try table.close()
      try syncPath(beside)
      try renamePath(beside, to: path)
    } catch let error as H5Error {
      removeAll(beside)
      throw Failure(
        .inputOutput,
        "the table cannot be written: \(error); make room, or name another file by '-o'")
    }
  }

  private func writeText() throws {
    var metrics: [String] = []
    // The header names all metrics, of which the last shard may have more.
    try eachShard { _, rows in
      for name in rows.metrics where !metrics.contains(name) { metrics.append(name) }
    }
    let text = CollectionText(
      .curves, parameters: folder.study.space.parameters.map(\.name), metrics: metrics,
      epochs: folder.study.fidelity.columns, fidelity: folder.study.fidelity.name)
    try rung.write(text.header)
    try eachShard { shard, rows in
      try rung.write(text.lines(CollectionBlock(rows, of: folder.study, shard: shard.number)))
    }
  }

  /// Goes through the shards, of which one at a time is in memory.
  private func eachShard(_ body: (CollectionShard, TrainingRows) throws -> Void) throws {
    let line = ProgressLine()
    defer { line.close() }
    for (place, shard) in folder.shards.enumerated() {
      line.show(place, of: folder.shards.count, "shards")
      let coordinator =
        try folder.handle(of: shard)?.read().coordinator
        ?? Coordinator(study: folder.study(of: shard))
      try body(shard, TrainingRows(of: coordinator, count: shard.trainings.count))
    }
  }

  private func header() throws -> CollectionHeader {
    let origins = try folder.shards.map { shard -> CollectionHeader.Shard in
      guard let origin = try folder.handle(of: shard)?.origin else {
        return CollectionHeader.Shard(name: shard.name)
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let hashes = try encoder.encode(origin.hashes)
      return CollectionHeader.Shard(
        name: shard.name, rung: origin.rung, created: origin.created, commit: origin.commit ?? "",
        hashes: String(decoding: hashes, as: UTF8.self))
    }
    return CollectionHeader(
      study: folder.study, name: campaign, campaignText: folder.campaignText,
      studyText: folder.studyText, rung: Rung.version, date: timestamp(),
      trainings: folder.trainings, shards: origins)
  }
}
