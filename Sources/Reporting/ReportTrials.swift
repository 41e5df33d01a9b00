import Coordination
import StudyModel

/// All trials of a study in columns, a place for each.
struct ReportTrials: Encodable, Sendable {
  /// A word or number as it is; `null` where there is none.
  enum Cell: Encodable, Sendable {
    case none
    case value(ParameterValue)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .none: try container.encodeNil()
      case .value(.integer(let number)): try container.encode(number)
      case .value(.real(let number)): try container.encode(number)
      case .value(.word(let word)): try container.encode(word)
      case .value(.truth(let truth)): try container.encode(truth)
      }
    }
  }

  /// A learning curve: values of the epochs from 1 on, or epochs with their values.
  struct Curve: Encodable, Sendable {
    var epochs: [Int]
    var values: [Double?]

    func encode(to encoder: any Encoder) throws {
      if epochs == Array(1..<(epochs.count + 1)) { return try values.encode(to: encoder) }
      var container = encoder.unkeyedContainer()
      try container.encode(epochs)
      try container.encode(values)
    }
  }

  /// Words that occur often, each written once.
  struct Words: Sendable {
    var all: [String] = []
    private var places: [String: Int] = [:]

    mutating func place(of word: String) -> Int {
      if let place = places[word] { return place }
      places[word] = all.count
      all.append(word)
      return all.count - 1
    }
  }

  var count: Int
  var states: [String]
  var state: [Int]
  var reasons: [String]
  var reason: [Int]
  /// Hosts that a trial ran on, joined by spaces.
  var places: [String]
  var place: [Int]
  var attempts: [Int]
  var epoch: [Int]
  var value: [Double?]
  var started: [Double?]
  var ended: [Double?]
  /// A column a parameter.
  var settings: [[Cell]]
  var curves: [Curve]
  /// Epochs that are left out of curves, of all trials together.
  var thinned: Int
  /// The last value of each further metric; `nil` in a study of one.
  var others: [[Double?]]?
  /// Trials that train the winner out.
  var final: [Int]?

  /// Points of all curves together that are kept at most, as far as each may have ``fewestPoints``.
  static let mostPoints = 240_000
  static let fewestPoints = 16

  /// The trials of a study.
  init(of coordinator: Coordinator) {
    let trials = coordinator.trials
    let study = coordinator.study
    count = trials.count
    var (states, reasons, places) = (Words(), Words(), Words())
    state = trials.map { states.place(of: $0.state.rawValue) }
    reason = trials.map { reasons.place(of: $0.reason.description) }
    place = trials.map { places.place(of: $0.hosts.joined(separator: " ")) }
    (self.states, self.reasons, self.places) = (states.all, reasons.all, places.all)
    attempts = trials.map(\.attempts)
    epoch = trials.map(\.epoch)
    value = trials.map { $0.last?.value }
    let digits = min(3, placesToSee(coordinator.now.seconds) + 1)
    started = trials.map { $0.started.map { cut($0.seconds, places: digits) } }
    ended = trials.map { $0.ended.map { cut($0.seconds, places: digits) } }
    settings = study.space.parameters.map { parameter in
      trials.map { $0.configuration[parameter.name].map(Cell.value) ?? .none }
    }
    let full = Self.curves(coordinator)
    let points = full.reduce(0) { $0 + $1.epochs.count }
    let most =
      points <= Self.mostPoints
      ? points : max(Self.fewestPoints, Self.mostPoints / max(1, trials.count))
    let kept = Set(study.comparedBudgets.map(\.epochs))
    curves = full.map { $0.thinned(to: most, keeping: kept) }
    thinned = zip(full, curves).reduce(0) { $0 + $1.0.epochs.count - $1.1.epochs.count }
    if study.metrics.count > 1 {
      others = study.metrics.dropFirst().map { Self.last(of: $0.name, coordinator) }
    }
    let trainings = trials.filter { $0.finalSeed != nil }.map(\.id.number)
    final = trainings.isEmpty ? nil : trainings
  }

  /// A trial's epochs ascending; of one that is reported twice the later report.
  private static func curves(_ coordinator: Coordinator) -> [Curve] {
    var curves = [Curve](
      repeating: Curve(epochs: [], values: []), count: coordinator.trials.count)
    let log = coordinator.reports
    guard let values = log.column(coordinator.study.metric.name) else { return curves }
    // The log has the epochs of a trial in ascending order: an earlier one that comes again is not in it.
    for row in 0..<log.count {
      curves[log.trials[row]].epochs.append(log.epochs[row])
      curves[log.trials[row]].values.append(values[row].isFinite ? brief(values[row]) : nil)
    }
    return curves
  }

  private static func last(of metric: String, _ coordinator: Coordinator) -> [Double?] {
    var last = [Double?](repeating: nil, count: coordinator.trials.count)
    let log = coordinator.reports
    guard let values = log.column(metric) else { return last }
    for row in 0..<log.count where values[row].isFinite {
      last[log.trials[row]] = brief(values[row])
    }
    return last
  }
}

extension ReportTrials.Curve {
  /// The curve with fewer points: the first, the last, those at rungs, and the lowest and highest of each
  /// stretch of equal numbers of reports.
  func thinned(to most: Int, keeping rungs: Set<Int>) -> Self {
    guard epochs.count > most else { return self }
    let stretches = max(1, (most - 2) / 2)
    var kept: Set<Int> = [0, epochs.count - 1]
    for stretch in 0..<stretches {
      let range =
        (epochs.count * stretch / stretches)..<(epochs.count * (stretch + 1) / stretches)
      let finite = range.filter { values[$0] != nil }
      if let low = finite.min(by: { (values[$0] ?? 0) < (values[$1] ?? 0) }) { kept.insert(low) }
      if let high = finite.max(by: { (values[$0] ?? 0) < (values[$1] ?? 0) }) { kept.insert(high) }
      if let gap = range.first(where: { values[$0] == nil }) { kept.insert(gap) }
    }
    let places = epochs.indices.filter { kept.contains($0) || rungs.contains(epochs[$0]) }
    return Self(epochs: places.map { epochs[$0] }, values: places.map { values[$0] })
  }
}
