import StudyModel

/// PASHA's threshold: how far two trials lie apart whose order changes back and forth.
///
/// Two trials are noisy when, along the epochs at which both have values, their order changes at
/// least twice: from one to the other and back. Of every pair that both trained beyond the lower of
/// the two rungs compared, the distance at the last epoch they share counts; the threshold is a
/// percentile of the distances of the noisy pairs. It stays as it was while there are none.
///
/// Source: Bohdal et al., "PASHA", ICLR 2023, section 4.2; Syne Tune 0.14.2,
/// `PASHARungSystem._update_epsilon`. There the pairs are taken from sets of strings, so that it
/// depends on Python's hash seed which trial of a pair comes first (which matters where two values
/// are equal) and whether a pair is counted twice; here the earlier trial comes first, once. There an
/// epoch without a report is an error; here it is passed over.
///
/// A report costs O(1) until the threshold is asked for, then O(1) for each trial that trained as
/// far, as long as it lies between the two rungs; others cost nothing. Most questions are answered by
/// counting the noisy pairs that are closer than a mark; only where that does not do, all of them are
/// sorted, and the mark is moved.
struct NoiseThreshold: Sendable {
  /// A value of a curve.
  private struct Point: Sendable, Codable {
    let epoch: Int
    let loss: Double
  }

  /// A value of a trial that counts.
  private struct Cell: Sendable {
    let row: Int
    let point: Int
  }

  private let percentile: Double
  /// As of the last ``settle(above:)``.
  private(set) var value: Double
  /// By trial number.
  private var curves: [[Point]]
  private var lower: Int
  private var upper: Int
  /// Where distances are counted: a question below it is answered without sorting them.
  private var mark = 0.0
  /// The greatest magnitude of a loss: what rounding is in proportion to.
  private var magnitude = 0.0

  // All of the following follows from the curves.

  /// Trials with values between the rungs that are not looked at yet.
  private var pending: [Int] = []
  /// The row of a trial that trained beyond the lower rung.
  private var rows: [Int?] = []
  private var trials: [Int] = []
  /// Points of each row that were looked at.
  private var seen: [Int] = []
  private var columns: [[Cell]] = []
  private var columnOfEpoch: [Int: Int] = [:]
  /// For each pair of rows its ``Order``, row after row.
  private var orders: [Order] = []
  /// Noisy pairs, and those of them that are closer than the mark.
  private var noisyCount = 0
  private var closeCount = 0
  private var isSettled = true

  /// The order of a pair along its epochs: nothing known, or the last order and its changes.
  private struct Order: Sendable {
    private var bits: UInt8 = 0

    /// Whether it changed back and forth.
    var isNoisy: Bool { bits >= 6 }

    /// Notes the order at the next epoch.
    mutating func append(_ isFirstGreater: Bool) {
      let last: UInt8 = isFirstGreater ? 1 : 0
      switch bits {
      case 0: bits = 2 | last
      case 6...: break
      default: if bits & 1 != last { bits = (bits & 6) + 2 | last }
      }
    }
  }

  /// - Parameters:
  ///   - percentile: Of the distances, from 0 to 100.
  ///   - lower: The lower of the rungs compared.
  ///   - upper: The higher one.
  init(percentile: Double, above lower: Budget, upTo upper: Budget) {
    self.percentile = percentile
    self.lower = lower.epochs
    self.upper = upper.epochs
    value = 0
    curves = []
  }

  /// Notes a value of a trial's curve; one that comes late or again changes nothing.
  ///
  /// - Returns: Whether the threshold may have changed.
  mutating func observe(_ trial: TrialID, _ loss: Double, at budget: Budget) -> Bool {
    while curves.count <= trial.number { curves.append([]) }
    if let last = curves[trial.number].last, last.epoch >= budget.epochs { return false }
    curves[trial.number].append(Point(epoch: budget.epochs, loss: loss))
    magnitude = max(magnitude, abs(loss))
    guard budget.epochs > lower, budget.epochs <= upper else { return false }
    pending.append(trial.number)
    return true
  }

  /// Goes on to another pair of rungs.
  mutating func move(above lower: Budget, upTo upper: Budget) {
    self.lower = lower.epochs
    self.upper = upper.epochs
    (rows, trials, seen, columns, orders) = ([], [], [], [], [])
    columnOfEpoch = [:]
    (mark, noisyCount, closeCount, isSettled) = (0, 0, 0, true)
    gather()
  }

  /// Forgets the curves: nothing will be asked any more.
  mutating func retire() {
    let last = value
    self = NoiseThreshold(percentile: percentile, above: Budget(upper), upTo: Budget(upper))
    value = last
  }

  private mutating func gather() {
    pending = curves.indices.filter { trial in
      curves[trial].last.map { $0.epoch > lower } ?? false
    }
  }

  /// Whether the threshold is at least this; a `false` may be wrong.
  mutating func isSurelyAtLeast(_ difference: Double) -> Bool {
    lookAtPending()
    if isSettled { return difference <= value }
    // What an interpolation may lose to rounding is far less than this.
    let tolerance = magnitude * 1e-12
    guard difference + tolerance < mark, noisyCount > 0 else { return false }
    return closeCount <= Int((Double(noisyCount - 1) * (percentile / 100)).rounded(.down))
  }

  /// Brings ``value`` up to date.
  ///
  /// - Parameter difference: What is likely to be asked for next, or a little more.
  mutating func settle(above difference: Double = 0) {
    lookAtPending()
    guard !isSettled else { return }
    isSettled = true
    guard noisyCount > 0 else { return }
    let distances = noisyDistances().sorted()
    value = interpolatedPercentile(percentile, of: distances)
    mark = (max(difference, 0) + value) / 2
    closeCount = distances.count { $0 < mark }
  }

  private mutating func lookAtPending() {
    guard !pending.isEmpty else { return }
    for trial in pending {
      let row = row(of: trial)
      while seen[row] < curves[trial].count, curves[trial][seen[row]].epoch <= upper {
        step(row, trial)
        seen[row] += 1
      }
    }
    pending = []
    isSettled = false
  }

  private func noisyDistances() -> [Double] {
    var distances: [Double] = []
    distances.reserveCapacity(noisyCount)
    for high in trials.indices {
      let first = high * (high - 1) / 2
      for low in 0..<high where orders[first + low].isNoisy {
        let (one, two) = (trials[high], trials[low])
        if let last = distance(one, before: seen[high], two, before: seen[low]) {
          distances.append(last)
        }
      }
    }
    return distances
  }

  private mutating func row(of trial: Int) -> Int {
    while rows.count <= trial { rows.append(nil) }
    if let row = rows[trial] { return row }
    let row = trials.count
    rows[trial] = row
    trials.append(trial)
    seen.append(0)
    for _ in 0..<row { orders.append(Order()) }
    return row
  }

  /// Compares the next point of a trial with all others at its epoch.
  private mutating func step(_ row: Int, _ trial: Int) {
    let place = seen[row]
    let point = curves[trial][place]
    let column = columnOfEpoch[point.epoch] ?? columns.count
    if column == columns.count {
      columnOfEpoch[point.epoch] = column
      columns.append([])
    }
    for cell in columns[column] {
      let other = trials[cell.row]
      let loss = curves[other][cell.point].loss
      let (low, high) = (min(row, cell.row), max(row, cell.row))
      let pair = high * (high - 1) / 2 + low
      let wasNoisy = orders[pair].isNoisy
      orders[pair].append(trial < other ? point.loss > loss : loss > point.loss)
      guard point.epoch > lower, orders[pair].isNoisy else { continue }
      if wasNoisy, let old = distance(trial, before: place, other, before: cell.point) {
        noisyCount -= 1
        if old < mark { closeCount -= 1 }
      }
      noisyCount += 1
      if abs(point.loss - loss) < mark { closeCount += 1 }
    }
    columns[column].append(Cell(row: row, point: place))
  }

  /// The distance of two trials at the last epoch that they shared before, beyond the lower rung.
  private func distance(
    _ first: Int, before firstPlace: Int, _ second: Int, before secondPlace: Int
  ) -> Double? {
    var (left, right) = (firstPlace - 1, secondPlace - 1)
    while left >= 0, right >= 0 {
      let (one, two) = (curves[first][left], curves[second][right])
      guard max(one.epoch, two.epoch) > lower else { return nil }
      if one.epoch == two.epoch { return abs(one.loss - two.loss) }
      if one.epoch > two.epoch { left -= 1 } else { right -= 1 }
    }
    return nil
  }
}

extension NoiseThreshold: Codable {
  private enum Field: CodingKey {
    case percentile, value, lower, upper, mark, magnitude, isSettled, epochs, losses
  }

  /// Rebuilds the pairs from the curves.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    percentile = try container.decode(Double.self, forKey: .percentile)
    value = try container.decode(Double.self, forKey: .value)
    lower = try container.decode(Int.self, forKey: .lower)
    upper = try container.decode(Int.self, forKey: .upper)
    mark = try container.decode(Double.self, forKey: .mark)
    magnitude = try container.decode(Double.self, forKey: .magnitude)
    let epochs = try container.decode([[Int]].self, forKey: .epochs)
    let losses = try container.decode([[Double]].self, forKey: .losses)
    curves = zip(epochs, losses).map { zip($0, $1).map { Point(epoch: $0, loss: $1) } }
    gather()
    lookAtPending()
    isSettled = try container.decode(Bool.self, forKey: .isSettled)
  }

  /// Writes the curves in columns.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(percentile, forKey: .percentile)
    try container.encode(value, forKey: .value)
    try container.encode(lower, forKey: .lower)
    try container.encode(upper, forKey: .upper)
    try container.encode(mark, forKey: .mark)
    try container.encode(magnitude, forKey: .magnitude)
    try container.encode(isSettled && pending.isEmpty, forKey: .isSettled)
    try container.encode(curves.map { $0.map(\.epoch) }, forKey: .epochs)
    try container.encode(curves.map { $0.map(\.loss) }, forKey: .losses)
  }
}
