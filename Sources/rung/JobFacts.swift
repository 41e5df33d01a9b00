import Processes
import Slurm

/// What Slurm says of a job that is to end, as scontrol(1) shows it.
struct JobFacts {
  private var values: [Substring: Substring] = [:]

  /// Asks Slurm; `nil` where it cannot be asked.
  ///
  /// - Parameter job: The job's id.
  init?(_ job: String) {
    // Nothing is done that rests on an answer there is not.
    guard let shown = try? Processes.runCommand(["scontrol", "show", "job", job]), shown.status == 0
    else { return nil }
    // The first line has the job's name, which may be any text.
    for line in String(decoding: shown.output, as: UTF8.self).split(separator: "\n").dropFirst() {
      for word in line.split(separator: " ") {
        let parts = word.split(separator: "=", maxSplits: 1)
        if parts.count == 2, values[parts[0]] == nil { values[parts[0]] = parts[1] }
      }
    }
  }

  /// Whether the job may be queued again; sites and users rule it out (slurm.conf(5), `JobRequeue`;
  /// sbatch(1), `--no-requeue`).
  var mayBeQueuedAgain: Bool { values["Requeue"] != "0" }

  /// Whether the node where the job's script began is still one of the job's: Slurm takes out one that is
  /// dead, in its own time (slurm.conf(5), `SlurmdTimeout`).
  var hasTheScriptsNode: Bool {
    guard let host = values["BatchHost"], let list = values["NodeList"] else { return false }
    return (try? expandNodeList(String(list)))?.contains(String(host)) ?? false
  }

  /// The state in Slurm's word, such as `PENDING`; empty where it does not say.
  var state: String { values["JobState"].map(String.init) ?? "" }

  /// Why the job waits, in Slurm's word, such as `Resources`; `None` where it does not.
  var reason: String { values["Reason"].map(String.init) ?? "None" }

  /// Whether the job must make room for another one since it began this time.
  var isPreempted: Bool {
    guard let preempted = values["PreemptTime"], let began = values["StartTime"] else {
      return false
    }
    // Both are in ISO 8601, or a word such as 'None'.
    return preempted.first?.isNumber == true && preempted >= began
  }
}
