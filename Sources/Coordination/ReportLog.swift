import StudyModel

/// Every accepted report of a study, in columns, in the order of their arrival.
public struct ReportLog: Hashable, Sendable, Codable {
  /// The reporting trial's number.
  public private(set) var trials: ChunkedArray<Int> = []
  /// The attempt that reported.
  public private(set) var attempts: ChunkedArray<Int> = []
  /// The epoch.
  public private(set) var epochs: ChunkedArray<Int> = []
  /// When it arrived, in microseconds since the study began.
  public private(set) var times: ChunkedArray<Int> = []
  /// The metrics' names, in order of first appearance.
  public private(set) var metrics: [String] = []
  /// A column for each metric; NaN where a report lacks it.
  public private(set) var columns: [ChunkedArray<Double>] = []

  /// An empty log.
  public init() {}

  /// A log of these columns, all of one length.
  public init(
    trials: [Int], attempts: [Int], epochs: [Int], times: [Int], metrics: [String],
    columns: [[Double]]
  ) {
    self.trials = ChunkedArray(trials)
    self.attempts = ChunkedArray(attempts)
    self.epochs = ChunkedArray(epochs)
    self.times = ChunkedArray(times)
    self.metrics = metrics
    self.columns = columns.map { ChunkedArray($0) }
  }

  /// Reports so far.
  public var count: Int { trials.count }

  /// The column of a metric; `nil` where nobody reported it.
  public func column(_ metric: String) -> ChunkedArray<Double>? {
    metrics.firstIndex(of: metric).map { columns[$0] }
  }

  /// The most metrics a study may have: a trial that invents names does not fill the memory.
  public static let metricLimit = 256

  mutating func append(_ report: Report, at time: StudyTime) {
    trials.append(report.leg.trial.number)
    attempts.append(report.leg.attempt)
    epochs.append(report.epoch)
    times.append(time.microseconds)
    for index in columns.indices { columns[index].append(.nan) }
    for value in report.values {
      if let index = metrics.firstIndex(of: value.name) {
        columns[index][count - 1] = value.value
      } else if metrics.count < Self.metricLimit {
        metrics.append(value.name)
        columns.append(ChunkedArray(repeatElement(.nan, count: count - 1) + [value.value]))
      }
    }
  }

  /// Equal when all columns are, NaN being equal to itself.
  public static func == (left: ReportLog, right: ReportLog) -> Bool {
    left.trials == right.trials && left.attempts == right.attempts && left.epochs == right.epochs
      && left.times == right.times && left.metrics == right.metrics
      && left.columns.map { $0.map(\.bitPattern) } == right.columns.map { $0.map(\.bitPattern) }
  }

  /// Hashes the sizes and the epochs.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(trials)
    hasher.combine(epochs)
  }
}

extension Coordinator {
  /// Takes the reports out, for a snapshot that keeps them in columns of its own.
  ///
  /// - Returns: All reports.
  public mutating func takeReports() -> ReportLog {
    let log = reports
    reports = ReportLog()
    return log
  }

  /// Puts the reports of a snapshot back.
  ///
  /// - Parameter log: All reports.
  public mutating func putReports(_ log: ReportLog) { reports = log }
}
