public import StudyModel

/// Trials of one size that are to show how long things take.
public struct ShapeTrials: Hashable, Sendable, Encodable {
  /// The GPUs of each trial; `nil` for the study's own.
  public var size: TrialSize?
  /// How many run at a time.
  public var trialsAtATime: Int
  /// The study that they are in.
  public var short: ShortStudy

  /// Trials of this size.
  public init(size: TrialSize?, trialsAtATime: Int, short: ShortStudy) {
    self.size = size
    self.trialsAtATime = trialsAtATime
    self.short = short
  }

  /// For example `0.25 GPUs a trial`.
  public var name: String {
    size.map { "\($0) \($0.number == 1 ? "GPU" : "GPUs") a trial" } ?? "the study's size of trials"
  }

  private enum CodingKeys: String, CodingKey {
    case gpus, trialsAtATime, trials, epochs
  }

  /// Writes the numbers: GPUs of a trial, trials, epochs in all.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(size?.number, forKey: .gpus)
    try container.encode(trialsAtATime, forKey: .trialsAtATime)
    try container.encode(short.trials, forKey: .trials)
    try container.encode(short.epochsInAll, forKey: .epochs)
  }
}

/// What is to be measured, as a table for people.
///
/// - Parameter shapes: By size.
/// - Returns: Lines that each end with a line feed.
public func describe(_ shapes: [ShapeTrials]) -> String {
  let rows = shapes.map { shape in
    [
      shape.size?.description ?? "the study's", String(shape.trialsAtATime),
      String(shape.short.trials), String(shape.short.epochsInAll),
    ]
  }
  return lines([["GPUs a trial", "at a time", "trials", "epochs in all"]] + rows)
}

/// What was measured, as a table for people, in seconds.
///
/// - Parameter calibration: It.
/// - Returns: Lines that each end with a line feed.
public func describe(_ calibration: Calibration) -> String {
  let header = [
    "GPUs a trial", "trials", "epochs", "epoch", "spread", "start", "load", "end", "stored",
    "peak memory", "on a GPU",
  ]
  func memory(_ mebibytes: Int?) -> String { mebibytes.map { "\($0) MiB" } ?? "-" }
  let rows = calibration.shapes.map { shape -> [String] in
    [
      TrialSize(shape.gpus)?.description ?? "", String(shape.trials), String(shape.epochs),
      shape.epoch.map(secondsText) ?? "-", shape.epoch == nil ? "-" : secondsText(shape.deviation),
      secondsText(shape.overheads.start), secondsText(shape.overheads.load),
      secondsText(shape.overheads.save), secondsText(shape.overheads.store),
      memory(shape.peakMemoryMiB), memory(shape.peakDeviceMemoryMiB),
    ]
  }
  let setup = calibration.model.setup.map {
    "Seconds; a job takes \(secondsText($0)) s until its agents are there.\n"
  }
  return lines([header] + rows) + (setup ?? "Seconds.\n")
}

private func lines(_ rows: [[String]]) -> String {
  alignedTable(rows, wordColumns: 0).map { $0 + "\n" }.joined()
}

/// Seconds with two decimals.
private func secondsText(_ seconds: Double) -> String {
  let hundredths = Int((100 * seconds).rounded())
  let rest = hundredths % 100
  return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
}
