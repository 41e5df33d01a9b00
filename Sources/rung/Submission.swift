import JobScripts
import Planning
import Processes
import StudyModel
import StudyStore

/// Handing a job script to Slurm.
enum Submission {
  /// What the study's folder keeps of a submission.
  struct Record: Codable {
    /// The job's id.
    var job: Int
  }

  /// Writes the job script of a plan into the study's folder and submits it.
  ///
  /// - Parameters:
  ///   - handle: The study.
  ///   - plan: What to ask for.
  ///   - site: Where.
  ///   - options: Options for sbatch.
  /// - Returns: The job's id.
  /// - Throws: ``Failure`` where Slurm refuses, or `SystemError`.
  static func submit(
    _ handle: StudyHandle, _ plan: Plan, _ site: Site, _ options: [String]
  ) throws -> Int {
    let text = try withOptions(
      script(
        plan, handle.study, site, directory: handle.directory.path, folder: handle.origin.folder),
      options)
    try writeFile(handle.directory.jobs + "/plan.json", Array(try jsonText(plan).utf8))
    let path = handle.directory.jobs + "/job.sbatch"
    try writeFile(path, Array(text.utf8))
    return try submit(handle)
  }

  /// Submits the study's last script, unless its job is still in Slurm's hands.
  static func submit(_ handle: StudyHandle) throws -> Int {
    try handle.refuseIfSubmitted()
    let path = handle.directory.jobs + "/job.sbatch"
    let result = try sbatch(["--parsable", path])
    let words = String(decoding: result.output, as: UTF8.self)
    guard result.status == 0, let job = Int(words.prefix { $0.isNumber }) else {
      throw refusal(result)
    }
    try writeFile(handle.submissionFile, Array(try jsonText(Record(job: job)).utf8))
    return job
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

  private static func sbatch(_ arguments: [String]) throws -> CommandResult {
    guard executablePath("sbatch") != nil else {
      throw Failure(
        .slurmOutOfReach,
        "no 'sbatch' on this machine's PATH; submit from a login node of the site, or use "
          + "'rung run' here")
    }
    return try Processes.runCommand(["sbatch"] + arguments)
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
