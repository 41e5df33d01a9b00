import JobScripts
import Processes
import Slurm
import StudyModel

/// What the Slurm at hand says of a plan's partition and of when such a job would start.
struct Outlook: Encodable {
  /// When a job of so many nodes would start.
  struct Start: Encodable {
    var nodes: Int
    /// Slurm's word on it: a time without a zone, as sbatch(1) prints it; `nil` where it would not take
    /// the job.
    var time: String?
    /// Slurm's words where it would not.
    var refusal: String?
  }

  var partition: PartitionRecord
  var starts: [Start]

  /// Asks Slurm, where there is one at hand that has the partition: the site of a plan may be another
  /// machine.
  ///
  /// - Parameters:
  ///   - name: The partition.
  ///   - scripts: Job scripts by number of nodes.
  init?(of name: String, scripts: [(nodes: Int, text: String)]) {
    guard executablePath("sbatch") != nil, let partition = Self.ask(name) else { return nil }
    self.partition = partition
    starts = scripts.map { nodes, text in
      do {
        let words = try Submission.testOnly(text, [])
        return Start(nodes: nodes, time: Self.time(in: words) ?? words, refusal: nil)
      } catch let failure as Failure {
        return Start(nodes: nodes, time: nil, refusal: failure.message)
      } catch {
        return Start(nodes: nodes, time: nil, refusal: "\(error)")
      }
    }
  }

  private static func ask(_ name: String) -> PartitionRecord? {
    // A Slurm that cannot be asked is none at hand.
    guard
      let result = try? Processes.runCommand(
        ["/proc/self/exe", "slurm-query"] + SlurmQuery.partition(name).arguments),
      let answer = try? parseSlurmAnswer(
        String(decoding: result.output, as: UTF8.self), exitStatus: result.status),
      case .partition(let partition?) = answer
    else { return nil }
    return partition
  }

  /// The time in `sbatch: Job 7 to start at 2026-11-29T07:00:00 using 4 processors on nodes n[0-1] in
  /// partition gpu`.
  static func time(in words: String) -> String? {
    let all = words.split(separator: " ")
    guard let at = all.firstIndex(of: "at"), at > 1, all[at - 1] == "start", at + 1 < all.endIndex
    else { return nil }
    return String(all[at + 1])
  }

  /// Lines that each end with a line feed.
  var text: String {
    var limits: [String] = []
    if let nodes = partition.nodeLimit { limits.append("\(nodes) nodes") }
    if let minutes = partition.timeLimitMinutes {
      limits.append("--time \(slurmTime(.seconds(minutes * 60)))")
    }
    let bound = limits.isEmpty ? "" : "; a job may have " + limits.joined(separator: " and ")
    var lines = [
      "",
      "Slurm now: \(partition.idleNodes) of \(partition.nodes) nodes of partition "
        + "'\(partition.name)' are idle\(bound).",
    ]
    if !partition.isUp { lines.append("The partition is not up: no job starts in it.") }
    for start in starts {
      let unit = start.nodes == 1 ? "node" : "nodes"
      lines.append(
        start.refusal ?? "A job of \(start.nodes) \(unit) would start at \(start.time ?? "?").")
    }
    return lines.map { visibleText($0) + "\n" }.joined()
  }
}
