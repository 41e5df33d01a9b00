import Campaigns
import Coordination
import Planning
import Processes
import Simulation
import StudyFiles
import StudyModel

/// A collection in virtual time, shard by shard, and how long its slots wait for their coordinators.
struct CollectionSimulation: Encodable {
  let campaign: String
  let trainings: Int
  /// Trainings that ended, diverged ones among them.
  let ended: Int
  let shards: Int
  /// Slots of each job.
  let slotsPerJob: Int
  /// Jobs at a time.
  let jobsAtOnce: Int
  /// Slots of all jobs that run at a time.
  let slots: Int
  /// Jobs in all, followers of chains among them.
  let jobs: Int
  /// Seconds until the last shard was done, where as many jobs run at a time as may be in Slurm's hands.
  let makespanSeconds: Double
  /// The share of the jobs' slot-time in which trainings held slots, from 0 to 1.
  let utilization: Double
  /// GPU-hours of the jobs; slot-hours where trainings use no GPU.
  let gpuHours: Double
  /// Events that coordinators absorbed.
  let events: Int
  /// Seconds that a real coordinator takes to decide and write an event on this machine.
  let eventSeconds: Double
  /// Seconds that it takes to bring a group of events to the disk.
  let syncSeconds: Double
  /// The share of their time that slots waited for their coordinators, the mean over all.
  let meanWaitShare: Double
  /// The same of the slot that waited longest.
  let longestWaitShare: Double
  /// The share of its time that the busiest coordinator was at work.
  let coordinatorShare: Double

  /// Lets every shard run.
  ///
  /// - Parameters:
  ///   - folder: The collection's.
  ///   - file: Its file, as messages show it.
  /// - Throws: ``Failure``, or `StudyFileError`.
  init(of folder: CollectionFolder, file: String) throws {
    let all = folder.campaign
    let site = try all.site.map { try findSite($0).value }
    let machine =
      try machineModel(of: folder.study, at: folder.studyFile, site)?.model ?? MachineModel()
    let agents = Self.agents(all, folder.study, site)
    let slots = agents.reduce(0, +)
    var settings = Simulator.Settings(
      slots: agents, machine: machine, walltime: all.time?.seconds, seed: folder.study.seed)
    settings.machine.nodeFailure = nil
    var sum = Sum(service: nil)
    let progress = ProgressLine()
    var ends = [Double](repeating: 0, count: min(all.queue, folder.shards.count))
    for (place, shard) in folder.shards.enumerated() {
      progress.show(place, of: folder.shards.count, "shards")
      let study = try folder.study(of: shard)
      let objective = BuiltInObjective(
        .curves, for: study, secondsPerEpoch: machine.epoch ?? 1)
      if sum.service == nil {
        sum.service = try Self.service(
          study, objective, settings, in: StudyHandle.parent(of: folder.path))
      }
      var simulator = Simulator(study: study, objective: objective, settings: settings)
      let recorder = QueueRecorder(
        &simulator, service: sum.service ?? CoordinatorQueue.Service(event: 0, sync: 0))
      do { try simulator.run() } catch {
        throw Failure(.wrongFile, "\(file): \(shard.name): \(error)")
      }
      sum.add(simulator, recorder.queue, of: shard.trainings.count)
      // The next free place among the jobs that run at a time.
      let next = ends.indices.min { ends[$0] < ends[$1] } ?? 0
      ends[next] += simulator.makespan
    }
    progress.close()
    campaign = all.name
    trainings = folder.trainings
    ended = sum.ended
    shards = folder.shards.count
    slotsPerJob = slots
    jobsAtOnce = ends.count
    self.slots = slots * ends.count
    jobs = sum.jobs
    makespanSeconds = ends.max() ?? 0
    utilization = sum.slotSeconds > 0 ? sum.busySeconds / sum.slotSeconds : 0
    gpuHours = sum.slotSeconds / Double(folder.study.trial.trialsPerGPU) / 3600
    events = sum.events
    eventSeconds = sum.service?.event ?? 0
    syncSeconds = sum.service?.sync ?? 0
    meanWaitShare = sum.slotSeconds > 0 ? sum.waited / sum.slotSeconds : 0
    longestWaitShare = sum.longestShare
    coordinatorShare = sum.busiest
  }

  /// What is summed over the shards.
  private struct Sum {
    var service: CoordinatorQueue.Service?
    var ended = 0
    var jobs = 0
    var events = 0
    var slotSeconds = 0.0
    var busySeconds = 0.0
    var waited = 0.0
    var longestShare = 0.0
    var busiest = 0.0

    init(service: CoordinatorQueue.Service?) { self.service = service }

    mutating func add(_ simulator: Simulator, _ queue: CoordinatorQueue, of count: Int) {
      let coordinator = simulator.coordinator
      ended += CollectionProgress(of: coordinator, count: count, isHeld: false).ended
      jobs += simulator.jobs
      events += queue.events
      slotSeconds += Double(coordinator.slotMicroseconds) / 1e6
      busySeconds += Double(coordinator.busyMicroseconds) / 1e6
      waited += queue.waited
      let seconds = coordinator.now.seconds
      guard seconds > 0 else { return }
      longestShare = max(longestShare, queue.longest / seconds)
      busiest = max(busiest, queue.busy / seconds)
    }
  }

  /// The slots of each agent of a job.
  private static func agents(
    _ campaign: CollectionCampaign, _ study: Study, _ site: Site?
  ) -> [Int] {
    let known = site.flatMap { site in
      site.partition(named: site.workerPartition).flatMap { $0.slots(for: study.trial) }
    }
    let each = max(known ?? 4 * study.trial.trialsPerGPU, study.trial.equalSlots ?? 1)
    switch campaign.size {
    case .nodes(let count): return Array(repeating: each, count: count)
    case .gpus(let count):
      let slots = count * study.trial.trialsPerGPU
      return stride(from: 0, to: slots, by: each).map { min(each, slots - $0) }
    }
  }

  /// What an event costs, measured on the first ones of a shard.
  private static func service(
    _ study: Study, _ objective: any Objective, _ settings: Simulator.Settings, in folder: String
  ) throws -> CoordinatorQueue.Service {
    var study = study
    // Enough for the events that are measured; each training has some of its own.
    study.stop.trials = min(study.stop.trials ?? .max, JournalCost.events)
    var simulator = Simulator(study: study, objective: objective, settings: settings)
    let recorder = EventRecorder(&simulator, most: JournalCost.events)
    // A study that cannot be simulated says so where all of it is.
    try? simulator.run()
    return try JournalCost.measured(recorder.events, of: study, in: folder)
  }

  /// The result for people.
  var text: String {
    func percent(_ share: Double) -> String { "\((share * 100_000).rounded() / 1000) %" }
    func milliseconds(_ seconds: Double) -> Double { (seconds * 1e6).rounded() / 1000 }
    return [
      "\(ended) of \(trainings) trainings ended, in \(shards) shards and \(jobs) jobs",
      "\(slots) slots: \(jobsAtOnce) jobs at a time, each of \(slotsPerJob)",
      "\(briefSeconds(makespanSeconds)) where all of these jobs run at once; utilization "
        + "\((utilization * 1000).rounded() / 10) %, \(Int(gpuHours.rounded(.up))) GPU-hours",
      "\(events) events: \(milliseconds(eventSeconds)) ms to decide and write each, \(milliseconds(syncSeconds)) "
        + "ms to bring those that wait to the disk, as measured here; the busiest coordinator is at work "
        + "\(percent(coordinatorShare)) of its time",
      "slots wait for their coordinator \(percent(meanWaitShare)) of their time, the one that waits longest "
        + percent(longestWaitShare),
    ].map { $0 + "\n" }.joined()
  }
}
