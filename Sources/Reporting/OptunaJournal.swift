public import Coordination
public import StudyModel

/// A study as a journal that Optuna opens: `JournalStorage(JournalFileBackend(FILE))`.
///
/// Optuna has no paused trials: one that waits at a rung is pruned there. Epochs are steps, values that
/// are not finite are left out, and a trial's own state and reason are among its attributes.
///
/// Source: Optuna 5.0, `optuna.storages.journal.JournalStorage`, `JournalOperation`;
/// `optuna.distributions.distribution_to_json`.
public struct OptunaJournal {
  /// A line: one operation.
  public enum Operation: Encodable {
    case createStudy(name: String, directions: [Int])
    case noteStudy(String, String)
    case createTrial(Trial)

    private enum CodingKeys: String, CodingKey {
      case code = "op_code"
      case worker = "worker_id"
      case name = "study_name"
      case directions
      case study = "study_id"
      case attribute = "user_attr"
    }

    /// Writes the operation with its code and its worker, which no one who opens the journal is.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode("rung", forKey: .worker)
      switch self {
      case .createStudy(let name, let directions):
        try container.encode(0, forKey: .code)
        try container.encode(name, forKey: .name)
        try container.encode(directions, forKey: .directions)
      case .noteStudy(let key, let value):
        try container.encode(2, forKey: .code)
        try container.encode(0, forKey: .study)
        try container.encode([key: value], forKey: .attribute)
      case .createTrial(let trial):
        try container.encode(4, forKey: .code)
        try container.encode(0, forKey: .study)
        try trial.encode(to: encoder)
      }
    }
  }

  /// What a trial's line says.
  public struct Trial: Encodable {
    var state: Int
    var value: Double?
    var values: [Double]?
    var start: String?
    var complete: String?
    var distributions: [String: String]
    /// A number, or the place among the choices.
    var params: [String: Double]
    var attributes: [String: String]
    var intermediate: [String: Double]

    private enum CodingKeys: String, CodingKey {
      case state, value, values, distributions, params
      case start = "datetime_start"
      case complete = "datetime_complete"
      case attributes = "user_attrs"
      case system = "system_attrs"
      case intermediate = "intermediate_values"
    }

    /// Writes `null` where Optuna expects a key without a value.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(state, forKey: .state)
      try container.encode(value, forKey: .value)
      try container.encode(values, forKey: .values)
      try container.encode(start, forKey: .start)
      try container.encodeIfPresent(complete, forKey: .complete)
      try container.encode(distributions, forKey: .distributions)
      try container.encode(params, forKey: .params)
      try container.encode(attributes, forKey: .attributes)
      try container.encode([String: String](), forKey: .system)
      try container.encode(intermediate, forKey: .intermediate)
    }
  }

  /// The clock at the beginning of each run, by the study's time.
  private var runs: [(time: StudyTime, wall: Double)] = []

  /// A journal that has heard nothing.
  public init() {}

  /// Hears an event: the beginnings of runs tell when things happened by the clock.
  public mutating func hear(_ event: Event, at time: StudyTime) {
    if case .runBegan(let run) = event { runs.append((time, run.wallTime)) }
  }

  /// The journal's lines.
  ///
  /// - Parameters:
  ///   - coordinator: The study's state.
  ///   - json: Writes a value as JSON on one line.
  ///   - date: Writes seconds since 1970 as ISO 8601 with a zone.
  /// - Returns: In order.
  /// - Throws: What `json` throws.
  public func lines(
    _ coordinator: Coordinator, json: (any Encodable) throws -> String, date: (Double) -> String
  ) throws -> [String] {
    let study = coordinator.study
    var operations: [Operation] = [
      .createStudy(
        name: study.name, directions: study.metrics.map { $0.goal == .minimize ? 1 : 2 }),
      .noteStudy("algorithm", study.algorithm.label),
      .noteStudy("metrics", study.metrics.map(\.name).joined(separator: ", ")),
      .noteStudy("fidelity", study.fidelity.name),
    ]
    let curves = Self.curves(coordinator)
    let lastRows = Self.lastRows(coordinator)
    let distributions = try study.space.parameters.reduce(into: [String: String]()) {
      $0[$1.name] = try json(Distribution($1.domain))
    }
    for trial in coordinator.trials where trial.finalSeed == nil && trial.isProposed {
      operations.append(
        .createTrial(
          self.trial(
            trial, coordinator, curves[trial.id.number], lastRows[trial.id.number], distributions,
            date)))
    }
    return try operations.map(json)
  }

  private func trial(
    _ trial: TrialRecord, _ coordinator: Coordinator, _ curve: [String: Double],
    _ lastRow: Int?, _ distributions: [String: String], _ date: (Double) -> String
  ) -> Trial {
    let study = coordinator.study
    let settings = study.space.parameters.filter { trial.configuration[$0.name] != nil }
    let values = Self.values(of: trial, lastRow, coordinator)
    let state = Self.state(of: trial, hasValues: values != nil)
    let hasEnded = state != 0
    return Trial(
      state: state, value: study.metrics.count == 1 ? values?[0] : nil,
      values: study.metrics.count > 1 ? values : nil,
      start: trial.started.map { date(wall($0)) },
      complete: hasEnded ? date(wall(trial.ended ?? coordinator.now)) : nil,
      distributions: settings.reduce(into: [:]) { $0[$1.name] = distributions[$1.name] },
      params: settings.reduce(into: [:]) {
        $0[$1.name] = trial.configuration[$1.name].flatMap(Distribution($1.domain).place)
      },
      attributes: [
        "state": trial.state.rawValue, "reason": trial.reason.description,
        "hosts": trial.hosts.joined(separator: " "), "attempts": String(trial.attempts),
      ], intermediate: study.metrics.count == 1 ? curve : [:])
  }

  /// Optuna's states: 0 runs, 1 is complete, 2 was pruned, 3 has failed.
  private static func state(of trial: TrialRecord, hasValues: Bool) -> Int {
    switch trial.state {
    case .running: 0
    case .completed: hasValues ? 1 : 3
    case .paused, .stopped: hasValues ? 2 : 0
    case .failed: 3
    }
  }

  private func wall(_ time: StudyTime) -> Double {
    guard let run = runs.last(where: { $0.time <= time }) ?? runs.first else { return time.seconds }
    return run.wall + time.seconds - run.time.seconds
  }

  /// A trial's last report of all metrics; `nil` where it has none, or one is not finite.
  private static func values(
    of trial: TrialRecord, _ lastRow: Int?, _ coordinator: Coordinator
  ) -> [Double]? {
    let log = coordinator.reports
    guard trial.state != .failed, let row = lastRow else { return nil }
    let values = coordinator.study.metrics.compactMap { log.column($0.name)?[row] }
    guard values.count == coordinator.study.metrics.count, values.allSatisfy(\.isFinite) else {
      return nil
    }
    return values
  }

  /// The last report of every trial, by its place in the log.
  private static func lastRows(_ coordinator: Coordinator) -> [Int?] {
    var rows = [Int?](repeating: nil, count: coordinator.trials.count)
    for (row, trial) in coordinator.reports.trials.enumerated() { rows[trial] = row }
    return rows
  }

  /// The first metric of every trial by its epoch.
  private static func curves(_ coordinator: Coordinator) -> [[String: Double]] {
    let log = coordinator.reports
    var curves = [[String: Double]](repeating: [:], count: coordinator.trials.count)
    guard let values = log.column(coordinator.study.metric.name) else { return curves }
    for row in 0..<log.count where values[row].isFinite {
      curves[log.trials[row]][String(log.epochs[row])] = values[row]
    }
    return curves
  }

  /// A parameter's values in Optuna's words.
  struct Distribution: Encodable {
    let domain: Parameter.Domain

    init(_ domain: Parameter.Domain) { self.domain = domain }

    private enum CodingKeys: String, CodingKey {
      case name, attributes, low, high, step, log, choices
    }

    private var choices: [ParameterValue]? {
      switch domain {
      case .ordinal(let values), .categorical(let values): values
      case .constant(let value): [value]
      case .real, .integer: nil
      }
    }

    /// What Optuna keeps of a value: the number, or its place among the choices.
    func place(of value: ParameterValue) -> Double? {
      choices.map { $0.firstIndex(of: value).map(Double.init) } ?? value.number
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      let name: String
      switch domain {
      case .real: name = "FloatDistribution"
      case .integer: name = "IntDistribution"
      case .ordinal, .categorical, .constant: name = "CategoricalDistribution"
      }
      try container.encode(name, forKey: .name)
      var attributes = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .attributes)
      switch domain {
      case .real(let low, let high, let step, let log):
        try attributes.encode(low, forKey: .low)
        try attributes.encode(high, forKey: .high)
        try attributes.encode(step, forKey: .step)
        try attributes.encode(log, forKey: .log)
      case .integer(let low, let high, let step, let log):
        try attributes.encode(low, forKey: .low)
        try attributes.encode(high, forKey: .high)
        try attributes.encode(step, forKey: .step)
        try attributes.encode(log, forKey: .log)
      case .ordinal, .categorical, .constant:
        var list = attributes.nestedUnkeyedContainer(forKey: .choices)
        for choice in choices ?? [] {
          switch choice {
          case .integer(let value): try list.encode(value)
          case .real(let value): try list.encode(value)
          case .word(let value): try list.encode(value)
          case .truth(let value): try list.encode(value)
          }
        }
      }
    }
  }
}
