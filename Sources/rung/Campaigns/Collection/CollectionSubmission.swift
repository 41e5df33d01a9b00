import Campaigns
import Coordination
import Planning
import StudyModel
import StudyStore

/// The shards of a collection that were handed to Slurm, and where the others stand.
struct CollectionSubmission: Encodable {
  let shards: [CollectionStanding]
  /// The sum over all shards.
  let progress: CollectionProgress
  /// What all checkpoints that are kept will take; `nil` where none is kept, or none was measured.
  let checkpointBytes: Int?
  private let file: String
  private let folder: String
  private let isDry: Bool

  private enum CodingKeys: String, CodingKey {
    case shards, progress
    case checkpointBytes = "checkpoint_bytes"
  }

  /// Submits what is missing, in the shards' order.
  ///
  /// - Parameters:
  ///   - folder: The collection's.
  ///   - file: Its file, as messages show it.
  ///   - site: A site's name or file, where the campaign names none.
  ///   - chain: Jobs that may follow one another until a shard is done.
  ///   - dryRun: Whether to submit nothing.
  /// - Throws: ``Failure``, `StudyFileError` or `SystemError`.
  init(
    of folder: CollectionFolder, file: String, at site: String?, chain: Int, dryRun: Bool
  ) throws {
    self.file = file
    isDry = dryRun
    self.folder = folder.path
    let site = try folder.site(asked: site)
    // Before anything is made; the shards are alike.
    var plan: Plan
    do { plan = try folder.plan(of: folder.shards[0], at: site) } catch let error as PlanError {
      throw Failure(.wrongFile, "\(file): \(error)")
    }
    let keeps = folder.campaign.keepsCheckpoints
    let each = keeps ? try folder.checkpointBytes(at: site) : nil
    checkpointBytes = each.map { $0 * folder.trainings }
    if keeps { Self.tellSize(checkpointBytes, file) }
    var shards: [CollectionStanding] = []
    var living = 0
    let progress = ProgressLine()
    for shard in folder.shards {
      progress.show(shards.count, of: folder.shards.count, "shards")
      let handle = try folder.handle(of: shard)
      let standing = CollectionStanding(of: shard, handle, try handle?.read().coordinator)
      living += standing.jobs
      shards.append(standing)
    }
    progress.close()
    for (place, shard) in folder.shards.enumerated()
    where shards[place].state == .waiting && living < folder.campaign.queue {
      living += site.chainsAhead ? chain : 1
      shards[place].state = .submitted
      guard !dryRun else { continue }
      let handle = try folder.handle(of: shard) ?? folder.create(shard)
      plan.study = handle.study.name
      shards[place].job = try Submission.submit(handle, plan, site, [], chain: chain)
      note("\(shard.name): job \(shards[place].job ?? 0)")
    }
    self.shards = shards
    self.progress = shards.reduce(CollectionProgress()) { $0 + $1.progress }
  }

  /// Says what checkpoints will take, before a job is submitted that writes any.
  private static func tellSize(_ bytes: Int?, _ file: String) {
    note(
      bytes.map { "rung: the checkpoints of all trainings will take about \(briefBytes($0))" }
        ?? "rung: warning: \(file): every training's checkpoint is kept, and how large one is was not "
        + "measured; 'rung calibrate' of the study does")
  }

  /// What was done, for people.
  var text: String {
    submissionText(
      of: shards.map { ($0.name, $0.state) }, called: "shards", in: folder, file: file,
      isDry: isDry,
      end: "'rung campaign report \(file) -o table.h5' writes the table")
  }
}
