import Coordination
import FoundationEssentials
import Planning
import Processes
import Reporting
import StudyFiles
import StudyModel
import StudyStore

/// Where a study came from, as its folder records it.
struct Origin: Codable {
  /// The version of Rung that made the folder.
  var rung: String
  /// When, in ISO 8601.
  var created: String
  /// The study file.
  var file: String
  /// Its folder, where trials run.
  var folder: String
  /// The git commit of that folder, with `+` where files differ from it; `nil` outside of git.
  var commit: String?
  /// SHA-256 of the files that the trial's command names.
  var hashes: [String: String]
  /// Modules that were loaded.
  var modules: String?
  /// How the study is cut short, where its trials only show how long things take.
  var short: ShortStudy?
}

/// A study in its folder.
struct StudyHandle {
  var directory: StudyDirectory
  var study: Study
  var origin: Origin

  /// Opens the study in a folder.
  init(_ path: String) throws {
    directory = try StudyDirectory(existing: path)
    study = try loadStudy(directory.studyFile).value
    let text = try readFile(directory.originFile)
    do { origin = try JSONDecoder().decode(Origin.self, from: Data(text)) } catch {
      throw StoreError.damaged(file: directory.originFile, cause: "it is no record of an origin")
    }
    if let short = origin.short { study = study.shortened(to: short) }
  }

  /// Makes the folder of a study file.
  ///
  /// - Parameters:
  ///   - file: The study file.
  ///   - output: Where; `nil` for a folder beside the file that is named after it.
  ///   - isFresh: Whether a study that is there is moved aside.
  ///   - short: How the study is cut short; `nil` for all of it.
  ///   - folder: Where trials run; `nil` for the folder of the file.
  /// - Throws: `StudyFileError`, `StoreError`, `SystemError` or ``Failure``.
  init(
    creatingFrom file: String, output: String?, isFresh: Bool, short: ShortStudy? = nil,
    folder: String? = nil
  ) throws {
    let checked = try loadStudy(file)
    if short == nil { for warning in checked.warnings { note("rung: warning: \(warning)") } }
    study = short.map { checked.value.shortened(to: $0) } ?? checked.value
    let path = try realPath(file)
    origin = Self.origin(of: study, file: path, folder: folder ?? Self.parent(of: path))
    origin.short = short
    guard !study.trial.command.isEmpty else {
      throw Failure(
        .wrongFile,
        "\(file): no 'trial.command', so there is nothing to run; write for example "
          + "'trial: {command: [python3, train.py]}'")
    }
    let target = output ?? Self.folder(for: path)
    if exists(target), !StudyDirectory.isUnfinished(target) {
      try Self.makeRoom(target, isFresh: isFresh)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    directory = try StudyDirectory(
      creating: target, studyFile: try readFile(path), origin: Array(try encoder.encode(origin)))
  }

  /// Moves a study that is there aside, unless somebody runs it or it was not asked for.
  private static func makeRoom(_ target: String, isFresh: Bool) throws {
    let old: StudyHandle
    do { old = try StudyHandle(target) } catch StoreError.noStudy {
      throw Failure(
        .wrongFile,
        "'\(target)' is there and holds no study; name another folder by '--output'")
    }
    let record = try old.read()
    if case .finished = record.coordinator.phase {
      guard isFresh else {
        throw Failure(
          .usage,
          "'\(target)' holds a finished study; look at it by 'rung status \(target)', or begin "
            + "anew by '--fresh', which moves it aside")
      }
    } else {
      guard isFresh else { throw StoreError.unfinished(target) }
      try Session(handle: old, record: record).refuseIfHeld()
      try old.refuseIfSubmitted()
    }
    note("rung: moved the old study to \(try StudyDirectory.moveAside(target))")
  }

  /// The job script with which the study was submitted last.
  var jobScript: String { directory.jobs + "/job.sbatch" }

  /// The plan by which the study was submitted last; `nil` where it never was.
  var plan: Plan? {
    // A study that was never submitted has no such file.
    (try? readFile(directory.jobs + "/plan.json")).flatMap {
      try? JSONDecoder().decode(Plan.self, from: Data($0))
    }
  }

  /// Where it is kept how long the study was foretold to take when it was submitted last.
  var forecastFile: String { directory.jobs + "/forecast.json" }

  /// How long the study was foretold to take; `nil` where nobody foretold it.
  var forecast: RunForecast? {
    // A study that was never submitted, or whose machine nobody knows, has no such file.
    (try? readFile(forecastFile)).flatMap {
      try? JSONDecoder().decode(RunForecast.self, from: Data($0))
    }
  }

  private var submissionFile: String { directory.jobs + "/submitted.json" }

  /// The jobs under which the study was submitted last; `nil` where it never was.
  var submission: Submission.Record? {
    // A study that was never submitted has no such file.
    (try? readFile(submissionFile)).flatMap {
      try? JSONDecoder().decode(Submission.Record.self, from: Data($0))
    }
  }

  /// Keeps a record of what was submitted, whole from the moment it is there.
  func record(_ submission: Submission.Record) throws {
    try writeFile(submissionFile + ".new", Array(try jsonText(submission).utf8))
    try renamePath(submissionFile + ".new", to: submissionFile)
  }

  /// The jobs of the study that are still in Slurm's hands.
  var livingJobs: [Int] { (submission?.jobs ?? []).filter { slurmJobLives($0) == true } }

  /// Refuses where a job of the study is still in Slurm's hands.
  func refuseIfSubmitted() throws {
    guard let job = livingJobs.first else { return }
    throw StoreError.held(
      directory.path,
      by: "job \(job), which waits or runs ('rung stop \(directory.path)' ends it)")
  }

  /// The folder of a study file's study: beside it, named after its stem.
  static func folder(for file: String) -> String {
    let start = file.lastIndex(of: "/").map { file.index(after: $0) } ?? file.startIndex
    let name = file[start...]
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    return file[..<start] + stem + ".rung"
  }

  /// The folder of a file, by its absolute path.
  static func parent(of path: String) -> String {
    let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    return folder.isEmpty ? "/" : String(folder)
  }

  private static func origin(of study: Study, file: String, folder: String) -> Origin {
    var hashes: [String: String] = [:]
    for word in study.trial.command {
      let path = word.hasPrefix("/") ? word : folder + "/" + word
      // A word that is no readable file has no hash; a machine without sha256sum records none.
      guard fileSize(path) != nil,
        let result = try? Processes.runCommand(["sha256sum", "--", path]), result.status == 0
      else { continue }
      hashes[word] = String(decoding: result.output.prefix(64), as: UTF8.self)
    }
    return Origin(
      rung: Rung.version, created: timestamp(), file: file, folder: folder,
      commit: commit(of: folder), hashes: hashes, modules: environment("LOADEDMODULES"))
  }

  private static func commit(of folder: String) -> String? {
    // Outside of git, or without it, there is no commit to record.
    guard
      let head = try? Processes.runCommand(["git", "-C", folder, "rev-parse", "HEAD"]),
      head.status == 0,
      let changes = try? Processes.runCommand(["git", "-C", folder, "status", "--porcelain", "."])
    else { return nil }
    return String(decoding: head.output.prefix(40), as: UTF8.self)
      + (changes.output.isEmpty ? "" : "+")
  }

  /// What the files of the study say.
  func read() throws -> Store.Record { try Store.read(directory, study: study) }

  /// Goes through the journal from its beginning, and says how far it is: on a terminal at once.
  ///
  /// - Parameter hear: Gets each entry, and the state behind it.
  /// - Returns: The state in the end.
  /// - Throws: `StoreError`.
  func replay(_ hear: (JournalEntry, Coordinator) -> Void) throws -> Coordinator {
    let progress = ProgressLine()
    defer { progress.close() }
    var coordinator = Coordinator(study: study)
    var count = 0
    try Journal.read(directory.journal) { entry in
      _ = coordinator.absorb(entry.event, at: entry.time)
      hear(entry, coordinator)
      count += 1
      if progress.isDue { progress.show("read \(count) entries of the journal") }
    }
    return coordinator
  }

  /// What the studies that `prior` names have found, for a searcher that has not been told yet.
  ///
  /// - Parameter coordinator: The state of this study.
  /// - Returns: In the order of `prior`.
  /// - Throws: ``Failure`` where one of them cannot be read.
  func priorResults(for coordinator: Coordinator) throws -> [KnownResult] {
    guard coordinator.knownCount == 0 else { return [] }
    return try Self.results(of: study.prior, beside: origin.folder, for: study)
  }

  /// What studies have found.
  ///
  /// - Parameters:
  ///   - folders: Their folders.
  ///   - folder: What relative paths begin from.
  ///   - study: The study that is to know.
  /// - Returns: In the order of the folders.
  /// - Throws: ``Failure`` where one of them cannot be read.
  static func results(
    of folders: [String], beside folder: String, for study: Study
  ) throws -> [KnownResult] {
    try folders.flatMap { path -> [KnownResult] in
      let full = path.hasPrefix("/") ? path : "\(folder)/\(path)"
      do {
        return try StudyHandle(full).read().coordinator.results(for: study)
      } catch let error as StoreError {
        throw Failure(.wrongFile, "'prior' names '\(path)': \(error)")
      }
    }
  }

  /// Whether the coordinator of a run still lives; `nil` where that cannot be told from here.
  static func isAlive(_ coordinator: Coordinator) -> Bool? {
    guard let run = coordinator.run, coordinator.runEnding == nil else { return false }
    if case .finished = coordinator.phase { return false }
    if run.host == hostName() { return processStart(run.process) == run.processStart }
    if let job = run.job { return slurmJobLives(job) }
    return nil
  }
}

/// The moment now, in ISO 8601 and UTC, whole seconds.
func timestamp() -> String {
  Date(timeIntervalSince1970: wallSeconds().rounded(.down)).formatted(.iso8601)
}

/// A variable of this process's environment; `nil` where it is unset or empty.
func environment(_ name: String) -> String? {
  let entry = currentEnvironment().first { $0.hasPrefix(name + "=") }
  return entry.map { String($0.dropFirst(name.count + 1)) }.flatMap { $0.isEmpty ? nil : $0 }
}
