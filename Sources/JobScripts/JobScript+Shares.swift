public import StudyModel

/// The text of a job script whose every task makes a share of a campaign's runs.
///
/// An array, since its tasks are alike; all of them write their output to one file. Equal arguments give equal
/// bytes.
///
/// Source: Slurm's page "Job Array Support".
///
/// - Parameters:
///   - plan: One component of workers without GPUs; its study's name is the job's.
///   - study: What stands in for a study.
///   - site: The site that the plan is at.
///   - locations: Where the job finds `rung`, the campaign's folder, and the folder of its file.
///   - command: The words behind `rung`; the task's share and `--processes` follow.
///   - shares: How many there are; at least 1.
///   - version: The version of `rung` that writes the script, such as `0.1.0`.
/// - Returns: Lines that each end with a line feed.
/// - Throws: ``JobScriptError`` where a value cannot stand in a script.
public func sharesScript(
  for plan: Plan, study: Study, site: Site, locations: JobLocations, command: [String],
  shares: Int, version: String
) throws(JobScriptError) -> String {
  let script = JobScript(
    plan: plan, study: study, site: site, locations: locations, version: version)
  return try script.ofShares(shares, command).map { $0 + "\n" }.joined()
}

extension JobScript {
  fileprivate func ofShares(
    _ shares: Int, _ command: [String]
  ) throws(JobScriptError) -> [String] {
    let name = try oneLine(plan.study, "name")
    let version = try oneLine(version, "version")
    // A file a task would be as many files as there are tasks, in each submission.
    let directives = try directives().map { $0.replacing("/jobs/%j.out", with: "/jobs/%A.out") }
    var words = [shellQuoted(try absolutePath(locations.executable, "the executable"))]
    for word in command { words.append(shellQuoted(try oneLine(word, "the command"))) }
    let processes = plan.components.first?.cpus ?? 1
    return try [
      "#!/bin/bash",
      "# A share of campaign \(name) a task. Written by rung \(version) campaign submit.",
    ]
      + directives + ["#SBATCH --array=1-\(shares)", ""] + preparation()
      + [
        "exec " + words.joined(separator: " ")
          + " --share \"$SLURM_ARRAY_TASK_ID/\(shares)\" --processes \(processes)"
      ]
  }
}
