import Campaigns
import Glibc
import Processes
import StudyModel

/// Makes what is missing of a benchmark.
struct BenchmarkRunning {
  let folder: BenchmarkFolder
  let processes: Int
  /// The share that is made; `nil` for all.
  let share: BenchmarkShare?

  /// What came of it.
  struct Outcome: Encodable {
    var campaign: String
    /// Runs of the campaign, or of the share.
    var runs: Int
    /// Runs that were made by this call.
    var made: Int
    /// Runs that have no result now.
    var missing: Int
    /// Runs that could not be made, and why.
    var failed: [Failed]
    /// Whether a signal came before all was made.
    var isStoppedEarly: Bool
    fileprivate var file: String

    private enum CodingKeys: CodingKey {
      case campaign, runs, made, missing, failed, isStoppedEarly
    }
  }

  struct Failed: Encodable {
    var name: String
    var reason: String
  }

  /// Makes the runs.
  func run() throws -> Outcome {
    let bases = try folder.bases()
    try makeFolder(folder.path)
    let lock = try hold()
    defer { withExtendedLifetime(lock) {} }
    let log = BenchmarkLog(in: folder.path, share: share?.number)
    let content = try log.read(bases, folder.basis)
    tell(content)
    if share == nil, content.isUntidy { try log.tidy(content) }
    let wanted =
      share.map { folder.campaign.points(ofShare: $0.number, of: $0.count) }
      ?? folder.campaign.points
    let missing = Set(content.results(folder.campaign).missing)
    let points = wanted.filter { missing.contains($0) }
    var outcome = Outcome(
      campaign: folder.campaign.name, runs: wanted.count, made: 0, missing: points.count,
      failed: [], isStoppedEarly: false, file: folder.file)
    guard !points.isEmpty else { return outcome }
    var known = Set(content.records.compactMap(\.study?.label))
    let file = try log.open()
    let progress = ProgressLine()
    defer { progress.close() }
    progress.show(0, of: points.count, "runs")
    let crew = BenchmarkCrew(file: folder.file, processes: min(processes, points.count))
    let isWhole = try crew.make(points) { point, answer in
      if let study = answer.study, known.insert(point.study).inserted { try add(study, to: file) }
      if let run = answer.run {
        try add(run, to: file)
        outcome.made += 1
        outcome.missing -= 1
      } else {
        let reason = answer.failure ?? "no result came"
        outcome.failed.append(Failed(name: point.name, reason: reason))
        note("rung: \(point.name): \(reason)")
      }
      progress.show(outcome.made + outcome.failed.count, of: points.count, "runs")
    }
    outcome.isStoppedEarly = !isWhole
    try file.sync()
    return outcome
  }

  /// Keeps others from making the same runs; a share has a file of its own.
  private func hold() throws -> Descriptor? {
    guard share == nil else { return nil }
    if let job = BenchmarkJobs(in: folder.path).living {
      throw Failure(
        .stoppedEarly,
        "job \(job) makes runs of '\(folder.file)', or waits to; wait for its end, or end it by 'scancel \(job)'"
      )
    }
    let lock = try Descriptor(opening: folder.path, flags: O_RDONLY | O_DIRECTORY)
    guard try lock.tryLock() else {
      throw Failure(
        .stoppedEarly,
        "another 'rung campaign run' makes the runs of '\(folder.file)'; wait for its end, or end it"
      )
    }
    return lock
  }

  /// One write a line: what another process reads meanwhile are whole lines, but for the last.
  private func add(_ record: BenchmarkRecord, to file: Descriptor) throws {
    try file.writeAll(try record.line())
  }

  private func tell(_ content: BenchmarkLog.Content) {
    if content.outdated > 0 {
      note(
        "rung: \(content.outdated) runs were made of other study files, tables, methods or numbers of slots, or by "
          + "another version of Rung, and are left out")
    }
    if content.damaged > 0 {
      note("rung: \(content.damaged) lines of results were cut off; their runs are made anew")
    }
  }
}

extension BenchmarkRunning.Outcome {
  /// The outcome for people.
  var text: String {
    var lines = ["\(made) runs were made; \(runs - missing) of \(runs) have a result"]
    for failed in failed.prefix(10) { lines.append("\(failed.name): \(failed.reason)") }
    if failed.count > 10 { lines.append("and \(failed.count - 10) more that failed") }
    if missing == 0 { lines.append("'rung campaign report \(file)' compares them") }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Why the command ends with another status than 0; `nil` where it does not.
  var failure: Failure? {
    if isStoppedEarly {
      return Failure(.stoppedEarly, "stopped early; 'rung campaign run \(file)' goes on")
    }
    return failed.isEmpty ? nil : Failure(.studyFailed, "\(failed.count) runs failed")
  }
}
