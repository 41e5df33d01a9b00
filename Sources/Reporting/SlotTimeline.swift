import Coordination
import StudyModel

/// What each slot of a study did, and when, as the report draws it.
struct SlotTimeline: Encodable, Sendable {
  /// Seconds in each phase, summed over slots.
  struct Shares: Encodable, Sendable {
    /// Seconds that agents offered.
    var offered = 0.0
    /// From when a slot was held for a trial until its process had begun.
    var loading = 0.0
    /// Until it was told to end, or ended.
    var training = 0.0
    /// Until it had ended.
    var saving = 0.0
  }

  /// A slot.
  struct Row: Encodable, Sendable {
    var host: String
    var slot: Int
    var shares = Shares()
    /// When its agent was there: beginnings and ends in turn.
    var served: [Double] = []
  }

  /// A run of the coordinator, which begins with a job or with a restart in it.
  struct Run: Encodable, Sendable {
    var seconds: Double
    var host: String
    var job: Int?
    /// Seconds since 1970.
    var clock: Double
    var version: String
  }

  /// Means over stretches of the study's time.
  struct Course: Encodable, Sendable {
    /// Seconds of each stretch.
    var step: Double
    /// Slots that were there.
    var slots: [Double]
    var training: [Double]
    var loading: [Double]
    var saving: [Double]
    /// The busy share of GPUs and of cores, of 1; `nil` where nothing was measured.
    var gpus: [Double?]?
    var cores: [Double?]?
  }

  /// Checkpoints that became durable behind their process.
  struct Saved: Encodable, Sendable {
    var count: Int
    var bytes: Int
    /// The mean from the end of the process, and the longest.
    var mean: Double
    var longest: Double
  }

  var seconds: Double
  var total = Shares()
  /// All slots there ever were.
  var slots: Int
  /// Those that are drawn: all, or an even choice.
  var rows: [Row]
  /// For each row the processes on it: trial, when it was held, began, was told, ended, in turn. Only where
  /// there are few enough.
  var legs: [[Double]]?
  /// Else for each row three digits a stretch, the ninths of it in which it trained, loaded and saved;
  /// `---` where it was not there.
  var cells: [String]?
  var course: Course
  var runs: [Run]
  var saved: Saved?

  /// What is drawn at most.
  static let mostRows = 256
  static let mostLegs = 6_000
  static let cellCount = 400
  static let courseCount = 240
}

extension SlotTimeline {
  /// The timeline of what was heard.
  ///
  /// - Parameters:
  ///   - history: What was heard.
  ///   - end: The time of the last event.
  init(of history: StudyHistory, until end: Double) {
    seconds = end
    slots = history.rows.count
    runs = history.beginnings.map {
      Run(
        seconds: $0.seconds, host: $0.run.host, job: $0.run.job, clock: $0.run.wallTime,
        version: $0.run.version)
    }
    let places = placesToSee(end)
    var all = history.rows.map { Row(host: $0.host, slot: $0.slot.index) }
    for service in history.services {
      let to = service.to ?? end
      for row in service.rows {
        all[row].shares.offered += to - service.from
        all[row].served += [cut(service.from, places: places), cut(to, places: places)]
      }
    }
    for leg in history.legs {
      let (began, told, to) = leg.times(until: end)
      for row in leg.rows {
        all[row].shares.loading += began - leg.from
        all[row].shares.training += told - began
        all[row].shares.saving += to - told
      }
    }
    for row in all {
      total.offered += row.shares.offered
      total.loading += row.shares.loading
      total.training += row.shares.training
      total.saving += row.shares.saving
    }
    let shown = Self.choice(of: all.count)
    rows = shown.map { all[$0] }
    var place = [Int?](repeating: nil, count: all.count)
    for (position, row) in shown.enumerated() { place[row] = position }
    if history.legs.count <= Self.mostLegs {
      legs = Self.legs(history, place, count: rows.count, until: end, places: places)
    } else {
      cells = Self.cells(history, place, rows, until: end)
    }
    course = Course(of: history, until: end)
    let saved = history.saved
    if saved.count > 0 {
      self.saved = Saved(
        count: saved.count, bytes: saved.bytes,
        mean: brief(saved.seconds / Double(saved.count), digits: 3),
        longest: brief(saved.longest, digits: 3))
    }
  }

  /// All rows, or as many as can be drawn, evenly spread.
  private static func choice(of count: Int) -> [Int] {
    guard count > mostRows else { return Array(0..<count) }
    return (0..<mostRows).map { $0 * count / mostRows }
  }

  private static func legs(
    _ history: StudyHistory, _ place: [Int?], count: Int, until end: Double, places: Int
  ) -> [[Double]] {
    var legs = [[Double]](repeating: [], count: count)
    for leg in history.legs {
      let (began, told, to) = leg.times(until: end)
      let times = [leg.from, began, told, to].map { cut($0, places: places) }
      for row in leg.rows {
        if let row = place[row] { legs[row] += [Double(leg.trial)] + times }
      }
    }
    return legs
  }

  private static func cells(
    _ history: StudyHistory, _ place: [Int?], _ rows: [Row], until end: Double
  ) -> [String] {
    let step = end / Double(cellCount)
    guard step > 0 else { return rows.map { _ in "" } }
    // Seconds of each cell that were offered, loading, training, saving.
    var sums = rows.map { _ in [SIMD4<Double>](repeating: .zero, count: cellCount) }
    for (row, entry) in rows.enumerated() {
      for start in stride(from: 0, to: entry.served.count, by: 2) {
        sums[row].add(SIMD4(1, 0, 0, 0), entry.served[start], entry.served[start + 1], step)
      }
    }
    for leg in history.legs {
      let (began, told, to) = leg.times(until: end)
      for row in leg.rows {
        guard let row = place[row] else { continue }
        sums[row].add(SIMD4(0, 1, 0, 0), leg.from, began, step)
        sums[row].add(SIMD4(0, 0, 1, 0), began, told, step)
        sums[row].add(SIMD4(0, 0, 0, 1), told, to, step)
      }
    }
    return sums.map { cells in
      cells.map { sum in
        guard sum[0] >= step / 2 else { return "---" }
        return [sum[2], sum[1], sum[3]].map { "\(Int(min(9, max(0, $0 / sum[0] * 9)).rounded()))" }
          .joined()
      }.joined()
    }
  }
}

extension StudyHistory.Leg {
  /// When it had begun, was told to end and had ended, the study having come so far.
  func times(until end: Double) -> (began: Double, told: Double, to: Double) {
    let to = self.to ?? end
    let began = min(self.began ?? to, to)
    return (began, max(began, min(told ?? to, to)), to)
  }
}

extension [SIMD4<Double>] {
  /// Adds the seconds that a time has in each cell.
  mutating func add(_ what: SIMD4<Double>, _ from: Double, _ to: Double, _ step: Double) {
    guard to > from, step > 0 else { return }
    let first = Swift.max(0, Int(from / step))
    for cell in first..<count {
      let start = Double(cell) * step
      guard start < to else { return }
      let seconds = Swift.min(to, start + step) - Swift.max(from, start)
      if seconds > 0 { self[cell] += what * seconds }
    }
  }
}

extension SlotTimeline.Course {
  /// The course of what was heard.
  fileprivate init(of history: StudyHistory, until end: Double) {
    let count = SlotTimeline.courseCount
    step = end / Double(count)
    (slots, training, loading, saving) = ([], [], [], [])
    guard step > 0 else { return }
    var sums = [SIMD4<Double>](repeating: .zero, count: count)
    for service in history.services {
      let width = Double(service.rows.count)
      sums.add(SIMD4(width, 0, 0, 0), service.from, service.to ?? end, step)
    }
    for leg in history.legs {
      let (began, told, to) = leg.times(until: end)
      let width = Double(leg.rows.count)
      sums.add(SIMD4(0, width, 0, 0), leg.from, began, step)
      sums.add(SIMD4(0, 0, width, 0), began, told, step)
      sums.add(SIMD4(0, 0, 0, width), told, to, step)
    }
    slots = sums.map { brief($0[0] / step, digits: 4) }
    loading = sums.map { brief($0[1] / step, digits: 4) }
    training = sums.map { brief($0[2] / step, digits: 4) }
    saving = sums.map { brief($0[3] / step, digits: 4) }
    guard !history.measurements.isEmpty else { return }
    // Busy seconds and seconds looked at: of GPUs, then of nodes' cores.
    var looked = [SIMD4<Double>](repeating: .zero, count: count)
    for entry in history.measurements {
      if let (busy, count) = entry.gpus {
        let width = Double(count)
        looked.add(SIMD4(busy * width, width, 0, 0), entry.from, entry.to, step)
      }
      if let busy = entry.cores { looked.add(SIMD4(0, 0, busy, 1), entry.from, entry.to, step) }
    }
    func share(_ busy: Int, _ all: Int) -> [Double?]? {
      guard looked.contains(where: { $0[all] > 0 }) else { return nil }
      return looked.map { $0[all] > 0 ? brief($0[busy] / $0[all], digits: 3) : nil }
    }
    (gpus, cores) = (share(0, 1), share(2, 3))
  }
}
