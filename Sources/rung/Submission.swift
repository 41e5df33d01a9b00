import JobScripts
import Planning
import Processes
import Reporting
import Simulation
import StudyModel
import StudyStore

/// Handing a job script to Slurm.
enum Submission {
  /// What the study's folder keeps of its submissions.
  struct Record: Codable {
    /// The jobs that may still be in Slurm's hands, in the order in which they run.
    var jobs: [Int]
    /// How many more the last of them may have follow it, one after the other.
    var left: Int
    /// Whether all jobs of a chain are submitted at once, since jobs of this site may not submit any;
    /// `nil`, as earlier versions left it, for no.
    var isAhead: Bool?
  }

  /// Writes the job script of a plan into the study's folder and submits it.
  ///
  /// - Parameters:
  ///   - handle: The study.
  ///   - plan: What to ask for.
  ///   - site: Where.
  ///   - options: Options for sbatch.
  ///   - chain: How many jobs may follow one another, the first included; at least 1.
  /// - Returns: The job's id.
  /// - Throws: ``Failure`` where Slurm refuses, or `SystemError`.
  static func submit(
    _ handle: StudyHandle, _ plan: Plan, _ site: Site, _ options: [String], chain: Int
  ) throws -> Int {
    let text = try withOptions(
      script(
        plan, handle.study, site, directory: handle.directory.path, folder: handle.origin.folder),
      options)
    try writeFile(handle.directory.jobs + "/plan.json", Array(try jsonText(plan).utf8))
    try writeFile(handle.jobScript, Array(text.utf8))
    try foretell(handle, plan, site)
    return try submit(handle, chain: chain, ahead: site.chainsAhead)
  }

  /// Keeps how long the study will take by a rehearsal, for the report to compare with; nothing where it
  /// is not known how the machine takes its time, or the rehearsal does not come to the study's end.
  private static func foretell(_ handle: StudyHandle, _ plan: Plan, _ site: Site) throws {
    removeAll(handle.forecastFile)
    guard let choice = try machineModel(of: handle.study, at: handle.origin.file, site) else {
      return
    }
    let objective = BuiltInObjective(
      .curves, for: handle.study, secondsPerEpoch: choice.model.epoch ?? 1)
    let stage = Stage(study: handle.study, objective: objective, machine: choice.model)
    let rehearsal: Rehearsal
    do { rehearsal = try stage.rehearse(plan, plan.trialSize) } catch {
      return note("rung: how long the study will take is not foretold: \(error)")
    }
    let forecast = RunForecast(
      runTime: rehearsal.runTime, runTimeDeviation: rehearsal.runTimeDeviation,
      utilization: 1 - rehearsal.idle, gpuHours: rehearsal.gpuHours, jobs: rehearsal.jobs,
      source: "\(choice), the learning curves are made up")
    try writeFile(handle.forecastFile, Array(try jsonText(forecast).utf8))
  }

  /// Submits the study's last script, unless a job of it is still in Slurm's hands.
  ///
  /// - Parameters:
  ///   - handle: The study.
  ///   - chain: How many jobs may follow one another, the first included; at least 1.
  ///   - ahead: Whether all of them are submitted now, since jobs may not submit any; `nil` for as
  ///     it was the last time.
  /// - Returns: The first job's id.
  /// - Throws: ``Failure`` where Slurm refuses, or `SystemError`.
  static func submit(_ handle: StudyHandle, chain: Int, ahead: Bool?) throws -> Int {
    try handle.refuseIfSubmitted()
    let isAhead = ahead ?? handle.submission?.isAhead ?? false
    var record = Record(
      jobs: [try submit(handle, after: nil)], left: chain - 1, isAhead: isAhead)
    try handle.record(record)
    let first = record.jobs[0]
    while isAhead, record.left > 0, let last = record.jobs.last {
      record.jobs.append(try submit(handle, after: last))
      record.left -= 1
      try handle.record(record)
      note("rung: job \(record.jobs.count) of \(chain) is submitted")
    }
    return first
  }

  /// Submits the study's last script.
  ///
  /// - Parameters:
  ///   - handle: The study.
  ///   - job: The job for whose end it waits; `nil` for none.
  /// - Returns: The new job's id.
  /// - Throws: ``Failure`` where Slurm refuses.
  static func submit(_ handle: StudyHandle, after job: Int?) throws -> Int {
    guard let job else { return try submit(handle, ["--parsable"], without: []) }
    return try submit(
      handle, ["--parsable", "--dependency=afterany:\(job)"], without: jobVariables)
  }

  /// The variables of a job's own environment, of which nothing must reach the next one.
  static var jobVariables: [String] {
    let own = currentEnvironment().compactMap { $0.split(separator: "=").first.map(String.init) }
    return own.filter { name in
      name != "SLURM_CONF" && name != "RUNG_SITES"
        && ["SLURM_", "SLURMD_", "SRUN_", "SBATCH_", "PMI", "OMPI_", "RUNG_"].contains {
          name.hasPrefix($0)
        }
    }
  }

  private static func submit(
    _ handle: StudyHandle, _ options: [String], without variables: [String]
  ) throws -> Int {
    try submit(script: handle.jobScript, options, without: variables)
  }

  /// Submits a script.
  ///
  /// - Parameters:
  ///   - script: Its path.
  ///   - options: Options for sbatch, `--parsable` among them.
  ///   - variables: What is taken out of its environment.
  /// - Returns: The job's id.
  /// - Throws: ``Failure`` where Slurm refuses.
  static func submit(
    script: String, _ options: [String], without variables: [String]
  ) throws -> Int {
    let result = try sbatch(options + [script], without: variables)
    let words = String(decoding: result.output, as: UTF8.self)
    guard result.status == 0, let id = Int(words.prefix { $0.isNumber }) else {
      throw refusal(result)
    }
    return id
  }

  /// Asks Slurm whether it would take a script.
  static func testOnly(_ text: String, _ options: [String]) throws -> String {
    let folder = try makeTemporaryFolder("/tmp/rung-script-")
    defer { removeAll(folder) }
    let path = folder + "/job.sbatch"
    try writeFile(path, Array(try withOptions(text, options).utf8))
    let result = try sbatch(["--test-only", path])
    guard result.status == 0 else { throw refusal(result) }
    return String(decoding: result.errors, as: UTF8.self).trimmed
  }

  /// Says what was submitted.
  static func tell(_ job: Int, _ handle: StudyHandle, json: Bool) throws {
    struct Result: Encodable {
      var job: Int
      var directory: String
    }
    try write(
      json
        ? try jsonText(Result(job: job, directory: handle.directory.path))
        : "job \(job); 'rung status \(handle.directory.path)' says how it gets on\n")
  }

  static func sbatch(
    _ arguments: [String], without variables: [String] = []
  ) throws -> CommandResult {
    guard executablePath("sbatch") != nil else {
      throw Failure(
        .slurmOutOfReach,
        "no 'sbatch' on this machine's PATH; submit from a login node of the site, or use "
          + "'rung run' here")
    }
    return try Processes.runCommand(
      ["env"] + variables.flatMap { ["-u", $0] } + ["sbatch"] + arguments)
  }

  private static func refusal(_ result: CommandResult) -> Failure {
    let words = String(decoding: result.errors, as: UTF8.self).trimmed
    let isUnreachable =
      ["Unable to contact", "Unable to process configuration", "configuration source"]
      .contains { words.contains($0) }
    return Failure(
      isUnreachable ? .slurmOutOfReach : .studyFailed,
      "Slurm does not take the job: \(words)")
  }

  /// Puts the user's options for sbatch into a script: into the head of every component, or of the
  /// one that `N:` names.
  ///
  /// They stand in the script itself, since sbatch applies options of its command line to the
  /// first component only where a script has several (sbatch(1), "Heterogeneous jobs").
  private static func withOptions(_ script: String, _ options: [String]) throws -> String {
    guard !options.isEmpty else { return script }
    var component = 0
    var lines: [Substring] = []
    var isHead = true
    let all = script.split(separator: "\n", omittingEmptySubsequences: false)
    func flush(_ lines: inout [Substring], _ component: Int) throws {
      for option in options {
        guard !option.contains(where: { $0.isNewline }) else {
          throw Failure(.usage, "an option for sbatch holds a line break: '\(option)'")
        }
        let parts = option.split(separator: ":", maxSplits: 1)
        if parts.count == 2, let number = Int(parts[0]) {
          if number == component { lines.append("#SBATCH \(parts[1])") }
        } else {
          lines.append("#SBATCH \(option)")
        }
      }
    }
    for line in all {
      if isHead, line == "#SBATCH hetjob" || !line.hasPrefix("#") {
        try flush(&lines, component)
        component += 1
        isHead = line.hasPrefix("#")
      }
      lines.append(line)
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// Without blanks and line breaks at its ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
