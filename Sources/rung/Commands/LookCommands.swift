import ArgumentParser
import Coordination
import Processes
import Reporting
import Resources
import StudyModel
import StudyStore

struct StatusCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Say where a study stands.",
    discussion: discussion(
      "From the study's files alone: it may run on another machine.",
      examples: "rung status study.rung", "rung status study.rung --json"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let coordinator = try StudyHandle(directory).read().coordinator
    let status = StudyStatus(
      of: coordinator, isHeld: StudyHandle.isAlive(coordinator) ?? true)
    try write(json ? try jsonText(status) : visibleText(status.description) + "\n")
  }
}

struct BestCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "best", abstract: "Print the winner, and give its checkpoint out as files.",
    discussion: discussion(
      "The winner has the best value at the highest rung that any trial reached.",
      examples: "rung best study.rung", "rung best study.rung --checkpoint winner"))

  @Argument(help: "The study's folder.", completion: .directory) var directory: String
  @Option(help: "A new folder for the winner's checkpoint.", completion: .directory)
  var checkpoint: String?
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var best: StudyStatus.Leader?
    var bestFull: StudyStatus.Leader?
    var checkpointEpoch: Int?
    var checkpoint: String?

    private enum CodingKeys: String, CodingKey {
      case best
      case bestFull = "best_full"
      case checkpointEpoch = "checkpoint_epoch"
      case checkpoint
    }
  }

  func run() throws {
    let handle = try StudyHandle(directory)
    let coordinator = try handle.read().coordinator
    let status = StudyStatus(of: coordinator, isHeld: false)
    guard let winner = status.bestFull ?? status.best else {
      throw Failure(.stoppedEarly, "no trial of '\(directory)' has reported yet; run it first")
    }
    let record = coordinator.trials[winner.trial.number]
    let source = try checkpoint.map { try give(record, to: $0, handle) } ?? record.checkpoint
    if json {
      try write(
        try jsonText(
          Result(
            best: status.best, bestFull: status.bestFull, checkpointEpoch: source?.entry.epoch,
            checkpoint: checkpoint)))
      return
    }
    var lines = [
      "trial \(winner.trial): \(status.metric.name) \(winner.value) at "
        + "\(handle.study.fidelity.name) \(winner.epoch)"
    ]
    for setting in handle.study.space.inOrder(winner.configuration) {
      let scaled = record.scaled?.derivation(
        of: setting.name, in: winner.configuration, handle.study)
      lines.append("  \(setting.name): \(scaled ?? setting.value.description)")
    }
    if let checkpoint, let source {
      lines.append("checkpoint of epoch \(source.entry.epoch): \(checkpoint)")
    } else if let source {
      lines.append(
        "its checkpoint of epoch \(source.entry.epoch) is kept; 'rung best \(directory) "
          + "--checkpoint FOLDER' gives it out")
    }
    try write(visibleText(lines.joined(separator: "\n")) + "\n")
  }

  /// Lays out the winner's last checkpoint, or where that is damaged the one before.
  ///
  /// - Returns: The one that was given.
  private func give(
    _ record: TrialRecord, to folder: String, _ handle: StudyHandle
  ) throws -> Leg.Source {
    guard let source = record.checkpoint else {
      throw Failure(.wrongFile, "trial \(record.id) left no checkpoint in its RUNG_CHECKPOINT_DIR")
    }
    guard namesInFolder(folder).isEmpty else {
      throw Failure(.usage, "'\(folder)' is not empty; name a new folder")
    }
    do {
      try lay(source, in: folder, handle)
      return source
    } catch let error as StoreError {
      guard case .damaged = error, let former = record.formerCheckpoint else { throw error }
      note("rung: \(error); this is the checkpoint before, of epoch \(former.entry.epoch)")
      removeAll(folder)
      try lay(former, in: folder, handle)
      return former
    }
  }

  private func lay(_ source: Leg.Source, in folder: String, _ handle: StudyHandle) throws {
    try makeFolder(folder)
    try CheckpointContainer.load(source, from: handle.directory.checkpoints, into: folder)
  }
}
