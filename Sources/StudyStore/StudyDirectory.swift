import Processes
public import StudyModel

/// The folder of a study: where each of its files is.
public struct StudyDirectory: Hashable, Sendable {
  /// The folder's absolute path.
  public let path: String

  /// The frozen study file.
  public var studyFile: String { path + "/study.yaml" }
  /// Where the study came from and what it was begun with, as JSON.
  public var originFile: String { path + "/origin.json" }
  /// The journal's files.
  public var journal: String { path + "/journal" }
  /// The snapshot.
  public var snapshot: String { path + "/study.h5" }
  /// The trials' checkpoints.
  public var checkpoints: String { path + "/checkpoints" }
  /// What the trials printed.
  public var logs: String { path + "/logs" }

  /// What a log says of the GPUs that a process was given, ahead of what it prints.
  ///
  /// - Parameter devices: As the vendor's variable has them.
  /// - Returns: For example `(rung: GPUs 0, 1)`.
  public static func remark(ofDevices devices: [String]) -> String {
    deviceMark + devices.joined(separator: ", ") + ")"
  }

  /// The GPUs that a line of a log is a remark on; `nil` of any other line.
  public static func devices(inRemark line: String) -> String? {
    guard line.hasPrefix(deviceMark), line.hasSuffix(")") else { return nil }
    return String(line.dropFirst(deviceMark.count).dropLast())
  }

  private static let deviceMark = "(rung: GPUs "

  /// The file in it with what the trials of an agent printed, each line behind `[TRIAL.ATTEMPT]`.
  public static func logName(of worker: WorkerID) -> String {
    let digits = worker.description
    return "node-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).log"
  }
  /// Plans, job scripts and Slurm's output.
  public var jobs: String { path + "/jobs" }
  /// Scratch folders of trials that are job steps over several nodes; there only while such run.
  public var scratch: String { Self.scratch(in: path) }

  /// The same in the folder of a study.
  public static func scratch(in path: String) -> String { path + "/scratch" }

  /// The folder of a study that is there.
  ///
  /// - Parameter path: The folder.
  /// - Throws: ``StoreError/noStudy(_:)``.
  public init(existing path: String) throws(StoreError) {
    // A path that does not resolve holds no study.
    guard let absolute = try? realPath(path), exists(absolute + "/study.yaml"),
      exists(absolute + "/journal")
    else { throw .noStudy(path) }
    self.path = absolute
  }

  /// Whether a folder holds nothing but what ``init(creating:studyFile:origin:)`` makes before the
  /// study's file: it is empty, or its maker was killed, and there is no study in it to lose.
  public static func isUnfinished(_ path: String) -> Bool {
    let made: Set = ["journal", "checkpoints", "logs", "jobs", "origin.json", ".study.yaml"]
    // What is no folder, or cannot be read, is somebody's.
    return (try? readFolder(path).allSatisfy { made.contains($0) }) ?? false
  }

  /// Makes the folder of a new study and freezes its file there.
  ///
  /// - Parameters:
  ///   - path: Nothing may be there but what ``isUnfinished(_:)`` allows.
  ///   - studyFile: The study file's content.
  ///   - origin: The content of ``originFile``.
  /// - Throws: ``StoreError``.
  public init(
    creating path: String, studyFile: [UInt8], origin: [UInt8]
  ) throws(StoreError) {
    do {
      try makeFolder(path)
      self.path = try realPath(path)
      for folder in [journal, checkpoints, logs, jobs] { try makeFolder(folder) }
      try writeFile(originFile, origin)
      // Last, whole: a folder with this file is a study.
      let beside = self.path + "/.study.yaml"
      try writeFile(beside, studyFile)
      try syncPath(beside)
      try renamePath(beside, to: self.studyFile)
      try syncPath(self.path)
    } catch { throw .system(error) }
  }

  /// Moves a folder aside, under the first free name of `PATH.1`, `PATH.2`, ...
  ///
  /// - Parameter path: The folder.
  /// - Returns: Where it went.
  /// - Throws: ``StoreError``.
  public static func moveAside(_ path: String) throws(StoreError) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    var number = 1
    while exists("\(path).\(number)") { number += 1 }
    do { try renamePath(path, to: "\(path).\(number)") } catch { throw .system(error) }
    return "\(path).\(number)"
  }
}
