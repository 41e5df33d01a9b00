import Agents
import Diagnosis
import FoundationEssentials
import Glibc
import JobScripts
import Processes
import StudyModel

/// Looks at a machine: Slurm, and its nodes through a job, or this host.
struct Doctor {
  let site: Site?
  /// The partition that is looked at.
  let partition: String?
  let time: Duration
  let nodes: Int
  /// On the study's file system.
  let folder: String

  /// What stands in for a study: trials of a GPU, a core and a gigabyte.
  static func study() -> Study {
    Study(
      name: "rung-doctor", metric: Metric(name: "none", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(1)),
      space: SearchSpace(parameters: []),
      trial: TrialSettings(command: ["true"], gpus: 1, cpus: 1, memoryMiB: 1024))
  }

  /// A component that asks for what a request says.
  static func component(_ request: ExaminationRequest) -> Plan.Component {
    let gpus = request.partition.gpus
    let type = gpus?.gresType.map { "\($0):" } ?? ""
    let isGiven = request.gpus > 0 && request.asksForGPUs
    var component = Plan.Component(
      role: .workers, partition: request.partition.name, nodes: request.nodes,
      cores: max(1, request.cpus / request.partition.threadsPerCore), memoryMiB: request.memoryMiB,
      gres: isGiven ? "gpu:\(type)\(request.gpus)" : nil, slotsPerNode: max(1, request.gpus))
    component.threadsPerCore = request.partition.threadsPerCore
    return component
  }

  /// Looks at this host alone.
  func lookHere(_ slurm: SlurmFacts?, cause: String) throws -> Examination {
    var examination = Examination()
    examination.site = site
    examination.partition = partition
    examination.slurm =
      try site.flatMap { site in
        try slurm.map { try SlurmProbe.askForHetjob($0, site, Self.study()) }
      } ?? slurm
    examination.slurmCause = cause
    examination.jobCause = "this host alone is looked at"
    try withFolder { folder in
      note("rung: looks at this host")
      let gpus = partition.flatMap { site?.partition(named: $0)?.gpus }
      // Where no site file says what there is, any vendor's are looked for.
      var vendor: VendorOption? = site == nil ? nil : VendorOption.none
      if let gpus { vendor = VendorOption(rawValue: gpus.vendor.rawValue) }
      examination.nodes = [NodeProbe(folder: folder, vendor: vendor, isHere: true).nodeRecord()]
    }
    return examination
  }

  /// The job script that looks at nodes.
  func script(_ request: ExaminationRequest, _ site: Site, folder: String) throws -> String {
    let plan = Plan(
      study: Self.study().name, site: site.name, strategy: .steps,
      components: [Self.component(request)], time: min(time, request.partition.maximumTime),
      vendor: request.partition.gpus?.vendor)
    let locations = JobLocations(
      executable: try realPath("/proc/self/exe"), directory: folder, studyFolder: folder)
    do {
      return try examinationScript(
        for: plan, study: Self.study(), site: site, locations: locations, version: Rung.version)
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// Looks at nodes through a job.
  func look(at site: Site, _ slurm: SlurmFacts) throws -> Examination {
    var examination = Examination()
    examination.site = site
    examination.partition = partition
    examination.slurm = try SlurmProbe.askForHetjob(slurm, site, Self.study())
    guard let partition, let request = ExaminationRequest(partition, at: site, slurm, nodes: nodes)
    else {
      examination.jobCause = "Slurm has no partition '\(partition ?? "")', see above"
      return examination
    }
    if request.nodes < nodes {
      note("rung: looks at \(request.nodes) of \(nodes) nodes, the most of a job there")
    }
    try withFolder { folder in
      try makeFolder(folder + "/jobs")
      let path = folder + "/jobs/job.sbatch"
      try writeFile(path, Array(try script(request, site, folder: folder).utf8))
      let id: Int
      do {
        id = try Submission.submit(
          script: path, ["--parsable"], without: Submission.jobVariables)
      } catch let failure as Failure where failure.status == .studyFailed {
        examination.jobRefusal = onOneLine(Array(failure.message.utf8))
        return
      }
      var job = Examination.Job(id: id, nodes: request.nodes, gpus: request.gpus)
      job.isRequeued = JobFacts(String(id))?.mayBeQueuedAgain
      try wait(for: id)
      (examination.nodes, examination.steps) = records(in: folder, nodes: request.nodes)
      job.printed = printed(folder + "/jobs/\(id).out")
      examination.job = job
    }
    return examination
  }

  /// Lends a folder on the study's file system, and removes it.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = try makeTemporaryFolder(try realPath(folder) + "/rung-doctor-")
    defer { removeAll(path) }
    try body(path)
  }

  /// Waits for a job's end; a signal to this process cancels it.
  private func wait(for job: Int) throws {
    let signals = try SignalPort(endingSignals)
    note("rung: job \(job) is to look at the nodes; Ctrl-C cancels it")
    var (pause, told, silent) = (0.25, monotonicSeconds(), 0)
    while true {
      waitForAny([Interest(signals.descriptor)], atMost: pause)
      guard signals.receive().isEmpty else {
        cancel([job])
        throw Failure(.stoppedEarly, "job \(job) is cancelled; nothing was found out")
      }
      switch slurmJobLives(job) {
      case false?: return
      case true?: silent = 0
      case nil:
        silent += 1
        guard silent < 30 else {
          cancel([job])
          throw Failure(.slurmOutOfReach, "Slurm does not say any more how job \(job) gets on")
        }
      }
      if monotonicSeconds() - told > 10 {
        told = monotonicSeconds()
        let facts = JobFacts(String(job))
        let why = facts.map { $0.reason == "None" ? "" : " (\($0.reason))" } ?? ""
        note("rung: job \(job) is \(facts?.state ?? "unknown to Slurm")\(why)")
      }
      pause = min(pause * 1.5, 5)
    }
  }

  /// What the processes of the job have left, ascending by rank.
  private func records(in folder: String, nodes: Int) -> ([NodeRecord], [StepsRecord]) {
    func all<Record: Decodable>(_ type: Record.Type, _ prefix: String) -> [Record] {
      let names = namesInFolder(folder).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
      return names.compactMap { name in
        // What is there is whole, since it was renamed; a node that left nothing is a finding.
        (try? readFile("\(folder)/\(name)")).flatMap {
          try? JSONDecoder().decode(type, from: Data($0))
        }
      }
    }
    // A file system over the network may show another node's files some seconds late.
    let deadline = monotonicSeconds() + 10
    while all(NodeRecord.self, "node-").count < nodes, monotonicSeconds() < deadline {
      waitForAny([], atMost: 0.2)
    }
    return (
      all(NodeRecord.self, "node-").sorted { $0.rank < $1.rank },
      all(StepsRecord.self, "steps-").sorted { $0.node < $1.node }
    )
  }

  /// The last lines of a job's output as one.
  private func printed(_ path: String) -> String {
    // Without output there is nothing to say of it.
    onOneLine((try? readFile(path)) ?? [])
  }
}
