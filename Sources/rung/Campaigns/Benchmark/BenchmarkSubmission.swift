import Campaigns
import JobScripts
import Planning
import Processes
import StudyModel

/// Hands what is missing of a benchmark to Slurm, as an array of jobs that make a share each.
struct BenchmarkSubmission: Encodable {
  /// The campaign's name.
  private(set) var campaign: String
  /// Runs without a result.
  private(set) var missing: Int
  /// Tasks of the array; 0 where nothing is missing, or a job makes it already.
  private(set) var shares = 0
  /// Processes of each task.
  private(set) var processes = 0
  /// The job; `nil` for none.
  private(set) var job: Int?
  /// Whether the job was there before.
  private(set) var isInQueue = false
  private var script: String?
  private let file: String

  private enum CodingKeys: CodingKey {
    case campaign, missing, shares, processes, job, isInQueue
  }

  /// Submits what is missing.
  ///
  /// - Parameters:
  ///   - folder: The campaign.
  ///   - site: Where.
  ///   - dryRun: Whether nothing is submitted.
  /// - Throws: ``Failure``, or `SystemError`.
  init(of folder: BenchmarkFolder, at site: Site, dryRun: Bool) throws {
    campaign = folder.campaign.name
    file = folder.file
    let log = BenchmarkLog(in: folder.path)
    let content = try log.read(folder.bases(), folder.basis)
    missing = content.results(folder.campaign).missing.count
    let jobs = BenchmarkJobs(in: folder.path)
    if let living = jobs.living {
      (job, isInQueue) = (living, true)
      return
    }
    guard missing > 0 else { return }
    shares = min(folder.campaign.queue, missing)
    let plan = try Self.plan(folder, site, perShare: (missing + shares - 1) / shares)
    processes = plan.components[0].cpus
    let text = try Self.text(folder, plan, site, shares)
    guard !dryRun else {
      script = text
      return
    }
    try makeFolder(folder.path)
    try makeFolder("\(folder.path)/jobs")
    // The files of shares get new writers, which find their runs by what is there.
    if content.isUntidy { try log.tidy(content) }
    let path = "\(folder.path)/jobs/shares.sbatch"
    try writeFile(path, Array(text.utf8))
    let submitted = try Submission.submit(script: path, ["--parsable"], without: [])
    try jobs.keep(submitted)
    job = submitted
  }

  /// A task's part of a node, with no more cores than it has runs.
  private static func plan(_ folder: BenchmarkFolder, _ site: Site, perShare: Int) throws -> Plan {
    let name = site.coordinatorPartition ?? site.workerPartition
    guard let partition = site.partition(named: name) else {
      preconditionFailure("a site's own partitions are among its partitions")
    }
    let time = folder.campaign.time ?? site.defaultTime
    guard time <= partition.maximumTime else {
      throw Failure(
        .wrongFile,
        "\(folder.file): partition '\(name)' grants a job \(slurmTime(partition.maximumTime)), not "
          + "\(slurmTime(time)); write a shorter 'time'")
    }
    let cores = min(partition.cores, perShare)
    let memory = partition.memoryMiB * cores / partition.cores
    var component = Plan.Component(
      role: .workers, partition: name, nodes: 1, cores: cores,
      memoryMiB: site.asksForMemory ? memory : nil, gres: nil, slotsPerNode: cores)
    component.threadsPerCore = partition.threadsPerCore
    return Plan(
      study: folder.campaign.name, site: site.name, strategy: .steps, components: [component],
      time: time, vendor: nil)
  }

  private static func text(
    _ folder: BenchmarkFolder, _ plan: Plan, _ site: Site, _ shares: Int
  ) throws -> String {
    let file = try realPath(folder.file)
    let locations = JobLocations(
      executable: try realPath(Companion.thisProgram), directory: folder.path,
      studyFolder: StudyHandle.parent(of: file))
    do {
      return try sharesScript(
        for: plan, study: Doctor.study(), site: site, locations: locations,
        command: ["campaign", "run", file], shares: shares, version: Rung.version)
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// What was done, for people.
  var text: String {
    if isInQueue {
      return "job \(job ?? 0) makes runs, or waits to; \(missing) have no result yet\n"
    }
    guard missing > 0 else {
      return "every run has a result; 'rung campaign report \(file)' compares them\n"
    }
    if let script { return script }
    return
      "job \(job ?? 0): \(missing) runs in \(shares) shares; 'rung campaign report \(file)' compares what is "
      + "there, and 'rung campaign submit \(file)' submits what is left when it has ended\n"
  }
}
