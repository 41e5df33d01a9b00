public import Coordination
public import StudyModel

/// The trainings of one shard as rows of the collection's table, a row for each whether it has begun or
/// not.
///
/// Made from the study's state alone, not from its journal: a state that was read from a snapshot is
/// enough.
public struct TrainingRows: Sendable {
  /// What became of a training.
  public enum State: String, Hashable, Sendable, Codable, CaseIterable {
    /// It trained to the end, or ended its own curve.
    case completed
    /// Its metric was not a finite number, with which it ended.
    case diverged
    /// It failed more often than it may be retried.
    case failed
    /// Its study was ended for good before it.
    case stopped
    /// It has begun and is not done: it trains, or goes on in a later job.
    case running
    /// It has not begun.
    case waiting
  }

  /// The number of the first training in the collection.
  public let first: Int
  /// How many trainings the shard has.
  public let count: Int
  /// The epochs that are columns, ascending.
  public let epochs: [Int]
  /// The names of all metrics that were reported, in order of first appearance.
  public var metrics: [String] { coordinator.reports.metrics }
  private let coordinator: Coordinator
  /// For each training and epoch the row of the log; -1 where there is none.
  private let places: [Int32]

  /// The rows of a shard.
  ///
  /// - Parameters:
  ///   - coordinator: The state of its study, which is a collection.
  ///   - count: How many trainings it has.
  public init(of coordinator: Coordinator, count: Int) {
    let study = coordinator.study
    self.coordinator = coordinator
    self.count = count
    first = study.algorithm.search.collection?.first ?? 0
    let epochs = study.fidelity.columns
    self.epochs = epochs
    var columns = [Int](repeating: -1, count: (epochs.last ?? 0) + 1)
    for (column, epoch) in epochs.enumerated() { columns[epoch] = column }
    var places = [Int32](repeating: -1, count: count * epochs.count)
    let log = coordinator.reports
    for row in 0..<log.count {
      let (trial, epoch) = (log.trials[row], log.epochs[row])
      guard trial < count, epoch < columns.count, columns[epoch] >= 0 else { continue }
      places[trial * epochs.count + columns[epoch]] = Int32(row)
    }
    self.places = places
  }

  /// The record of a training; `nil` where it has not begun.
  public func record(_ row: Int) -> TrialRecord? {
    coordinator.trials.indices.contains(row) ? coordinator.trials[row] : nil
  }

  /// What became of a training.
  public func state(_ row: Int) -> State {
    guard let record = record(row), record.started != nil else { return .waiting }
    switch record.state {
    case .completed: return .completed
    case .stopped: return .stopped
    case .running, .paused: return .running
    case .failed:
      if case .diverged = record.reason { return .diverged }
      return .failed
    }
  }

  /// How many columns of a training have a value: those up to its last report.
  public func length(_ row: Int) -> Int {
    let reached = record(row)?.epoch ?? 0
    return epochs.count { $0 <= reached }
  }

  /// The values of a metric, training by training, each epoch by epoch.
  ///
  /// Between two reports a metric has the value of the earlier one, before the first that of the first;
  /// behind the last, and where a report lacks it, it is NaN.
  ///
  /// - Parameter metric: Its place in ``metrics``.
  /// - Returns: ``count`` times as many values as there are ``epochs``.
  public func values(of metric: Int) -> [Double] {
    let column = coordinator.reports.columns[metric]
    return filled { column[$0] }
  }

  private func filled(_ value: (Int) -> Double) -> [Double] {
    let width = epochs.count
    var values = [Double](repeating: .nan, count: count * width)
    for row in 0..<count {
      let own = row * width..<row * width + length(row)
      var last = own.lazy.map { places[$0] }.first { $0 >= 0 }
      for place in own {
        if places[place] >= 0 { last = places[place] }
        if let last { values[place] = value(Int(last)) }
      }
    }
    return values
  }

  /// The epochs between two reports.
  private struct Step {
    /// The place of the later one.
    var column: Int
    var epochs: Int
    /// Of all of them; `nil` where they were not of one process.
    var seconds: Double?
  }

  /// Seconds of training until the end of each epoch, training by training; NaN behind the last report.
  ///
  /// What a process reports first includes its start, so that such an epoch lasts as long as the mean of
  /// the training's others, where it has any; so does one whose report was heard at the same moment as
  /// the one before. A training with no others takes the time that it held its slots.
  public func elapsed() -> [Double] {
    let log = coordinator.reports
    let width = epochs.count
    var values = [Double](repeating: .nan, count: count * width)
    for row in 0..<count {
      let own = row * width..<row * width + length(row)
      guard let record = record(row), !own.isEmpty else { continue }
      var steps: [Step] = []
      var former: Int?
      for place in own where places[place] >= 0 {
        let report = Int(places[place])
        var seconds: Double?
        if let former, log.attempts[former] == log.attempts[report] {
          let passed = Double(log.times[report] - log.times[former]) / 1e6
          // What came at one moment was trained before it.
          seconds = passed > 0 ? passed : nil
        }
        let trained = log.epochs[report] - (former.map { log.epochs[$0] } ?? 0)
        steps.append(Step(column: place, epochs: trained, seconds: seconds))
        former = report
      }
      let known = steps.filter { $0.seconds != nil }
      let epochs = known.reduce(0) { $0 + $1.epochs }
      let pace =
        epochs > 0
        ? known.reduce(0) { $0 + ($1.seconds ?? 0) } / Double(epochs)
        : Double(record.busyMicroseconds) / 1e6 / Double(max(1, record.epoch))
      var sum = 0.0
      var next = own.lowerBound
      for step in steps {
        let seconds = step.seconds ?? pace * Double(step.epochs)
        // The epochs between two reports share their time.
        let columns = next...step.column
        for (passed, column) in columns.enumerated() {
          values[column] = sum + seconds * Double(passed + 1) / Double(columns.count)
        }
        sum += seconds
        next = step.column + 1
      }
    }
    return values
  }
}

extension Fidelity {
  /// The epochs that a table has columns for: the levels, or all up to the maximum.
  public var columns: [Int] {
    levels?.map(\.epochs) ?? Array(1...maximum.epochs)
  }
}
