import Agents
import Coordination
import Planning
import Processes
import StudyModel
import StudyStore

/// Short studies that show how long trials of each size take, here or as jobs.
struct CalibrationBench {
  /// The study file.
  var file: String
  var study: Study
  /// `nil` for the machine at hand.
  var site: Site?
  var nodes = 1
  var time: Duration?
  var strategy: String?
  var partition: String?

  /// The sizes that are to be measured.
  ///
  /// - Parameters:
  ///   - wished: Those that are asked for; none for all that fit.
  ///   - trials: Trials of each; `nil` for twice as many as run at a time.
  ///   - epochs: The first budget.
  /// - Returns: At least one.
  /// - Throws: ``Failure`` where none fits, or one that is asked for does not.
  func shapes(_ wished: [TrialSize], trials: Int?, epochs: Int) throws -> [ShapeTrials] {
    var shapes: [ShapeTrials] = []
    var refusal: (any Error)?
    for size in try sizes(wished) {
      do {
        let count = try trialsAtATime(size)
        let short = ShortStudy(trials: trials ?? max(2, 2 * count), epochs: epochs, of: study)
        shapes.append(ShapeTrials(size: size, trialsAtATime: count, short: short))
      } catch let error as Failure {
        if !wished.isEmpty { throw error }
        refusal = refusal ?? error
      }
    }
    guard !shapes.isEmpty else {
      throw refusal ?? Failure(.usage, "no size of trials fits here; lower what 'trial' asks for")
    }
    return shapes
  }

  /// Sizes worth a look; `nil` stands for the study's own.
  private func sizes(_ wished: [TrialSize]) throws -> [TrialSize?] {
    guard study.trial.gpus > 0, study.trial.sizes == nil else {
      guard wished.isEmpty else {
        throw Failure(
          .usage,
          study.trial.gpus == 0
            ? "'--sizes' is for trials with GPUs, but 'trial.gpus' is 0; leave it out"
            : "'--sizes' is for trials of one size, but these differ in it by 'trial.gpus'; leave it out"
        )
      }
      return [nil]
    }
    guard wished.isEmpty else { return wished }
    let gpus: Int
    if let site {
      let name =
        partition ?? study.slurm.partition ?? site.slurm.partition ?? site.workerPartition
      gpus = site.partition(named: name)?.gpus?.count ?? 1
    } else {
      gpus = Machine(detecting: nil).devices.count
      // Without GPUs trials run on cores: there is one way.
      if gpus == 0 { return [nil] }
    }
    let span = study.trial.launch.staysOnNode ? 1 : nodes
    return trialSizes(gpusPerNode: gpus, nodes: span, own: study.trial)
  }

  private func trialsAtATime(_ size: TrialSize?) throws -> Int {
    guard site == nil else { return try plan(size).trialsAtATime }
    let study = study.resized(to: size)
    // A shape that cores or memory do not allow would measure how trials are in each other's way.
    let machine = Machine(detecting: nil)
    if study.trial.gpus > 0, !machine.devices.isEmpty {
      let room = NodeRoom(
        cores: machine.cores, memoryMiB: machine.memoryMiB, gpus: machine.devices.count)
      do { _ = try room.slots(for: study.trial) } catch {
        throw Failure(
          .usage,
          "trials of \(size?.description ?? "the study's size") GPUs do not fit here: this machine "
            + "lacks \(error.rawValue)")
      }
    }
    let seats = try Session.seats(for: study.trial, wished: nil)
    return max(1, seats.count / (study.trial.equalSlots ?? 1))
  }

  private func plan(_ size: TrialSize?) throws -> Plan {
    guard let site else { preconditionFailure("a plan without a site") }
    do {
      return try Planning.plan(
        study, at: site,
        asking: PlanRequest(
          size: .nodes(nodes), time: time, strategy: strategy, partition: partition,
          trialSize: size))
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// Runs short studies of every shape.
  ///
  /// At a site all jobs are submitted before the first is waited for. What an interrupted call has begun
  /// is gone on with.
  ///
  /// - Parameters:
  ///   - shapes: What to measure.
  ///   - isFresh: Whether what was begun is measured anew.
  /// - Returns: What was measured.
  /// - Throws: ``Failure`` where no trial reported; the folders of the short studies are then left.
  func measure(_ shapes: [ShapeTrials], isFresh: Bool) throws -> Calibration {
    let parent = try folder()
    try makeFolder(parent)
    var handles: [StudyHandle] = []
    var jobs: [(id: Int, submitted: Double)?] = []
    for shape in shapes {
      let path = "\(parent)/\(site?.name ?? "here")-\(shape.size?.description ?? "own")"
      let handle = try open(path, shape, isFresh: isFresh)
      handles.append(handle)
      jobs.append(site == nil ? nil : try submit(handle, shape))
    }
    var timings = Timings(of: study)
    var setups: [Double] = []
    for ((shape, handle), job) in zip(zip(shapes, handles), jobs) {
      tell("\(shape.name): \(shape.short.trials) trials, \(shape.short.epochsInAll) epochs in all")
      if let job {
        try wait(for: handle, job.id)
      } else if site == nil {
        try runHere(handle, shape)
      }
      try timings.hear(handle)
      if let job, let setup = timings.setup(ofJob: job.id, submitted: job.submitted) {
        setups.append(setup)
      }
    }
    guard
      let calibration = Calibration(
        timings, of: study, site: site?.name, date: timestamp(), version: Rung.version,
        setup: setups.isEmpty ? nil : setups.reduce(0, +) / Double(setups.count))
    else {
      throw Failure(
        .studyFailed,
        "no trial has reported, so nothing was measured; 'rung explain \(handles[0].directory.path) 0' "
          + "says what became of the first one")
    }
    for handle in handles { removeAll(handle.directory.path) }
    // Other places' may be there still.
    if namesInFolder(parent).isEmpty { removeAll(parent) }
    return calibration
  }

  /// The folder of the short studies, beside the study file.
  private func folder() throws -> String {
    var path = StudyHandle.folder(for: try realPath(file))
    path.removeLast(".rung".count)
    return path + ".calibration"
  }

  /// The short study of a shape: the one that an interrupted call has begun with the same study file, or a
  /// new one.
  private func open(_ path: String, _ shape: ShapeTrials, isFresh: Bool) throws -> StudyHandle {
    if let old = try? StudyHandle(path) {
      if !isFresh, old.origin.short == shape.short,
        try readFile(old.directory.studyFile) == readFile(file)
      {
        return old
      }
      try Session(handle: old, record: try old.read()).refuseIfHeld()
      try old.refuseIfSubmitted()
      removeAll(path)
    }
    return try StudyHandle(creatingFrom: file, output: path, isFresh: false, short: shape.short)
  }

  private func submit(
    _ handle: StudyHandle, _ shape: ShapeTrials
  ) throws -> (id: Int, submitted: Double)? {
    if case .finished = try handle.read().coordinator.phase { return nil }
    if let job = handle.livingJobs.first { return (job, 0) }
    guard let site else { return nil }
    let submitted = wallSeconds()
    let job = try Submission.submit(handle, try plan(shape.size), site, [], chain: 1)
    tell("job \(job) for \(shape.name)")
    return (job, submitted)
  }

  private func wait(for handle: StudyHandle, _ job: Int) throws {
    var pause = 0.5
    let line = ProgressLine()
    defer { line.close() }
    while true {
      // Asked before the files are read: a job that has ended writes no more.
      let isLiving = slurmJobLives(job) ?? true
      let coordinator = try handle.read().coordinator
      if case .finished = coordinator.phase, !isLiving { return }
      if line.isDue {
        let facts = JobFacts(String(job))
        let why = facts.map { $0.reason == "None" ? "" : " (\($0.reason))" } ?? ""
        let reports = "\(coordinator.reports.count) reports so far"
        line.show("job \(job) is \(facts?.state ?? "unknown to Slurm")\(why); \(reports)")
      }
      guard isLiving else {
        throw Failure(
          .studyFailed,
          "job \(job) has ended before its trials; see '\(handle.directory.jobs)', and go on by the same "
            + "command")
      }
      waitForAny([], atMost: pause)
      pause = min(pause * 1.5, 15)
    }
  }

  private func runHere(_ handle: StudyHandle, _ shape: ShapeTrials) throws {
    let record = try handle.read()
    if case .finished = record.coordinator.phase { return }
    let seats = try Session.seats(
      for: handle.study.resized(to: shape.size).trial, wished: nil)
    var session = Session(handle: handle, record: record, size: shape.size)
    let (_, end) = try session.runHere(seats)
    if case .interrupted(let reason) = end {
      throw Failure(.stoppedEarly, "stopped early (\(reason)); the same command goes on")
    }
  }

  private func tell(_ text: String) { note("rung: \(text)") }
}

extension Timings {
  /// Hears all of a study's journal.
  mutating func hear(_ handle: StudyHandle) throws {
    try Journal.read(handle.directory.journal) { entry in
      hear(entry.event, at: entry.time, commands: entry.commands)
    }
  }

  /// Seconds from the beginning of a job to that of the study's first run.
  ///
  /// - Parameters:
  ///   - job: The job's id.
  ///   - submitted: When it was submitted, in seconds since 1970: Slurm says whole seconds only, and it
  ///     did not start before.
  /// - Returns: `nil` where Slurm does not say.
  func setup(ofJob job: Int, submitted: Double = 0) -> Double? {
    guard let began, let start = slurmJobStart(job) else { return nil }
    return max(0, began - max(start, submitted))
  }
}
