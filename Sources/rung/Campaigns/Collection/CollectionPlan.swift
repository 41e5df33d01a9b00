import Planning
import Simulation
import StudyModel

/// The jobs of a collection, and what they are likely to cost.
struct CollectionPlan: Encodable {
  let campaign: String
  let site: String
  let configurations: Int
  /// Trainings of each configuration.
  let perConfiguration: Int
  let trainings: Int
  let shards: Int
  let trainingsPerShard: Int
  let nodes: Int
  let partition: String?
  /// Trainings that a job runs at a time.
  let trainingsAtOnce: Int
  /// Jobs in Slurm's hands at a time.
  let queue: Int
  /// One shard; `nil` where nothing says how the machine takes its time.
  let rehearsal: Rehearsal?
  /// Of all shards.
  let gpuHours: Double?
  /// Seconds until all shards are done, if as many jobs run at a time as may be in Slurm's hands.
  let seconds: Double?
  /// Whether checkpoints are kept.
  let keepsCheckpoints: Bool
  /// Their size in all; `nil` where none is kept, or none was measured.
  let checkpointBytes: Int?

  /// Plans a shard: all are alike.
  ///
  /// - Throws: `PlanError`, ``Failure``, or `StudyFileError`.
  init(_ folder: CollectionFolder, at site: Site) throws {
    let all = folder.campaign
    let first = folder.shards[0]
    let plan: Plan
    do { plan = try folder.plan(of: first, at: site) } catch let error as PlanError {
      throw Failure(.wrongFile, "\(folder.campaign.name): \(error)")
    }
    campaign = all.name
    self.site = site.name
    configurations = folder.configurations
    perConfiguration = folder.study.trainingNumbers?.perConfiguration ?? 1
    trainings = folder.trainings
    shards = folder.shards.count
    trainingsPerShard = first.trainings.count
    nodes = plan.workerNodes
    partition = plan.components.last?.partition
    trainingsAtOnce = plan.trialsAtATime
    queue = all.queue
    rehearsal = try Self.rehearsed(try folder.study(of: first), plan, folder, site)
    let shares = Double(trainings) / Double(first.trainings.count)
    gpuHours = rehearsal.map { $0.gpuHours * shares }
    let rounds = (shards + queue - 1) / queue
    seconds = rehearsal.map { $0.runTime * Double(rounds) }
    keepsCheckpoints = all.keepsCheckpoints
    checkpointBytes =
      all.keepsCheckpoints
      ? try folder.checkpointBytes(at: site).map { $0 * folder.trainings } : nil
  }

  private static func rehearsed(
    _ study: Study, _ plan: Plan, _ folder: CollectionFolder, _ site: Site
  ) throws -> Rehearsal? {
    guard let model = try machineModel(of: study, at: folder.studyFile, site)?.model else {
      return nil
    }
    let objective = BuiltInObjective(.curves, for: study, secondsPerEpoch: model.epoch ?? 1)
    let stage = Stage(study: study, objective: objective, machine: model, seeds: 1)
    do { return try stage.rehearse(plan, nil) } catch {
      note("rung: how long a shard will take is not foretold: \(error)")
      return nil
    }
  }

  /// The plan for people.
  var text: String {
    var lines = [
      "\(trainings) trainings: \(configurations) configurations, \(perConfiguration) of each for the "
        + "fidelities and seeds",
      "\(shards) shards of up to \(trainingsPerShard) trainings, each a study with a chain of jobs of its own",
      "each job: \(nodes) \(nodes == 1 ? "node" : "nodes")"
        + (partition.map { " of \($0)" } ?? "")
        + " at \(site), \(trainingsAtOnce) trainings at a time; "
        + "up to \(queue) jobs in Slurm's hands",
    ]
    if let rehearsal, let gpuHours, let seconds {
      lines.append(
        "a shard takes about \(briefSeconds(rehearsal.runTime)) and "
          + "\(Int(rehearsal.gpuHours.rounded(.up))) GPU-hours; all of them \(Int(gpuHours.rounded(.up))) "
          + "GPU-hours, and \(briefSeconds(seconds)) where all of these jobs run at once")
    } else {
      lines.append(
        "Neither a calibration ('rung calibrate') nor a 'model' in the study or site file says how the "
          + "machine takes its time, so that nothing is predicted.")
    }
    if keepsCheckpoints {
      lines.append(
        checkpointBytes.map {
          "the checkpoints that are kept take about \(briefBytes($0)), \(briefBytes($0 / max(1, trainings))) "
            + "each as measured"
        }
          ?? "Every training's checkpoint is kept; how large they are, 'rung calibrate' measures, and then "
          + "their sum stands here.")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension CollectionFolder {
  /// The size of a checkpoint, as it was measured; `nil` where none was.
  func checkpointBytes(at site: Site) throws -> Int? {
    let shapes = try readCalibrations(of: studyFile)?[site.name]?.shapes ?? []
    return shapes.compactMap(\.checkpointBytes).max()
  }
}
