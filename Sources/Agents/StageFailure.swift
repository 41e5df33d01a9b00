/// Why staged data is not on a node.
public struct StageFailure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  /// What is wrong, the values, and what to change.
  public var description: String
  /// Whether every node would fail alike, since the files that are to be staged are at fault.
  public var isOfSource: Bool

  /// A failure.
  init(_ description: String, isOfSource: Bool) {
    self.description = description
    self.isOfSource = isOfSource
  }

  /// There is too little room on a file system of the node.
  static func noRoom(_ bytes: Int, at folder: String, of host: String, free: Int) -> StageFailure {
    StageFailure(
      "'trial.stage' takes \(mebibytes(bytes)) MiB of '\(folder)' on node '\(host)', where "
        + "\(mebibytes(free, isUp: false)) MiB are free; stage less, or name a larger folder by "
        + "'local' in the site file",
      isOfSource: false)
  }

  /// The node's memory does not hold the data and the trials.
  static func noMemory(
    _ bytes: Int, of host: String, memoryMiB: Int, trialsMiB: Int
  ) -> StageFailure {
    let trials = trialsMiB > 0 ? ", of which trials need \(trialsMiB) MiB" : ""
    return StageFailure(
      "'trial.stage' takes \(mebibytes(bytes)) MiB of the memory of node '\(host)', which has "
        + "\(memoryMiB) MiB\(trials); stage less, write 'to: node', or lower 'trial.memory'",
      isOfSource: false)
  }

  /// Something below a staged path is no file or folder.
  static func odd(_ path: String, is what: String) -> StageFailure {
    StageFailure(
      "'trial.stage' names '\(path)', which is \(what); name a file, or a folder of files",
      isOfSource: true)
  }

  /// There are too many files.
  static func tooMany(_ limit: Int) -> StageFailure {
    StageFailure(
      "'trial.stage' names more than \(limit) files; pack them into fewer, such as one HDF5 or tar file",
      isOfSource: true)
  }

  /// A file has another length than it had.
  static func changed(_ path: String) -> StageFailure {
    StageFailure(
      "'\(path)' of 'trial.stage' changed while it was read; start the study again when it is whole",
      isOfSource: true)
  }

  /// The bytes that came are not those that were read.
  static let damaged = StageFailure(
    "the data of 'trial.stage' arrived damaged twice; look at the node's storage and network",
    isOfSource: false)

  /// Bytes as MiB, rounded away from what would flatter.
  private static func mebibytes(_ bytes: Int, isUp: Bool = true) -> Int {
    isUp ? bytes / (1 << 20) + (bytes % (1 << 20) > 0 ? 1 : 0) : bytes >> 20
  }
}
