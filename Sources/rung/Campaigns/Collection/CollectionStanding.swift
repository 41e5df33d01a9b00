import Campaigns
import Coordination
import Reporting
import StudyModel
import StudyStore

/// Where a shard stands.
struct CollectionStanding: Encodable {
  let name: String
  var state: CampaignStanding
  /// The job that was submitted just now.
  var job: Int?
  let progress: CollectionProgress
  /// How many of its jobs are in Slurm's hands.
  let jobs: Int
  /// What it left of checkpoints that are kept, in bytes.
  let checkpointBytes: Int

  private enum CodingKeys: String, CodingKey {
    case name, state, job, progress, jobs
    case checkpointBytes = "checkpoint_bytes"
  }

  /// Looks at a shard's study.
  ///
  /// - Parameters:
  ///   - shard: The shard.
  ///   - handle: Its study; `nil` where it was never begun.
  ///   - coordinator: The state of that.
  init(of shard: CollectionShard, _ handle: StudyHandle?, _ coordinator: Coordinator?) {
    name = shard.name
    let count = shard.trainings.count
    guard let handle, let coordinator else {
      (state, progress, jobs, checkpointBytes) = (
        .waiting, CollectionProgress(waiting: count), 0, 0
      )
      return
    }
    checkpointBytes = coordinator.trials.reduce(0) { $0 + ($1.checkpoint?.bytes ?? 0) }
    if case .finished = coordinator.phase {
      (jobs, progress) = (0, CollectionProgress(of: coordinator, count: count, isHeld: false))
      let isDone = StudyStatus(of: coordinator, isHeld: false).state == .completed
      state = isDone ? .ended : .failed
      return
    }
    jobs = handle.livingJobs.count
    let isHeld = StudyHandle.isAlive(coordinator) ?? true
    progress = CollectionProgress(of: coordinator, count: count, isHeld: isHeld)
    state = jobs > 0 ? .inQueue : .waiting
  }
}
