import StudyModel

/// Trials in columns, a row each, for a snapshot: to decode each by itself is what a restart would
/// wait for.
///
/// A trial that something goes on with, or that columns do not fit, has a row like the others but
/// is kept whole beside them.
public struct TrialColumns: Sendable {
  /// Numbers of one kind of all trials.
  public struct Column<Number: Sendable>: Sendable {
    /// What they are.
    public let name: String
    /// A row a trial.
    public internal(set) var numbers: [Number]

    /// A column as it was read.
    public init(name: String, numbers: [Number]) {
      self.name = name
      self.numbers = numbers
    }
  }

  /// Whole numbers, some of them places among the shared values.
  public private(set) var integers: [Column<Int>] = []
  /// Real numbers.
  public private(set) var reals: [Column<Double>] = []
  /// What rows refer to by place.
  public private(set) var shared: Shared

  /// Values that occur in many rows.
  public struct Shared: Sendable, Codable {
    /// How many trials there are.
    public fileprivate(set) var count = 0
    /// The names of the columns, in their order.
    public fileprivate(set) var integers: [String] = []
    /// The names of the columns of real numbers, in their order.
    public fileprivate(set) var reals: [String] = []
    fileprivate let parameters: [String]
    /// Of each parameter, the values that are not real numbers.
    fileprivate var values: [Values<ParameterValue>]
    fileprivate var states = Values<TrialRecord.State>()
    fileprivate var reasons = Values<TrialRecord.Reason>()
    fileprivate var origins = Values<Origin>()
    fileprivate var hosts = Values<[String]>()
    fileprivate var containers = Values<String>()
    /// The parameters that follow a trial's GPUs, whose values stand behind the others; not there
    /// where none does, as in snapshots from before there were some.
    fileprivate var scaled: [String]?
  }

  /// Different values, each with a place.
  fileprivate struct Values<Value: Hashable & Sendable & Codable>: Sendable, Codable {
    private var list: [Value] = []
    private var places: [Value: Int] = [:]

    init() {}
    init(from decoder: any Decoder) throws { list = try [Value](from: decoder) }
    func encode(to encoder: any Encoder) throws { try list.encode(to: encoder) }

    mutating func place(of value: Value) -> Int {
      if let place = places[value] { return place }
      places[value] = list.count
      list.append(value)
      return list.count - 1
    }

    func value(at place: Int) -> Value? { list.indices.contains(place) ? list[place] : nil }
  }

  /// In place of what is not there.
  private static let none = Int.min
  /// In place of a shared value that is a real number.
  private static let real = -2

  private var isReading = false
  private var isSound = true
  private var row = 0
  private var nextInteger = 0
  private var nextReal = 0

  /// Columns as they were read, in the order of the names in `shared`.
  public init(integers: [Column<Int>], reals: [Column<Double>], shared: Shared) {
    (self.integers, self.reals, self.shared) = (integers, reals, shared)
    isReading = true
  }

  /// The columns of these trials, of a study whose parameters have these names, some of which follow
  /// the trials' GPUs.
  init(of trials: ChunkedArray<TrialRecord>, parameters: [String], scaled: [String]) {
    let values = Array(
      repeating: Values<ParameterValue>(), count: parameters.count + scaled.count)
    shared = Shared(parameters: parameters.sorted(), values: values)
    shared.scaled = scaled.isEmpty ? nil : scaled
    // A row of nothing gives the columns their names.
    var none = TrialRecord(id: TrialID(0), target: 0)
    visit(&none)
    (shared.integers, shared.reals) = (integers.map(\.name), reals.map(\.name))
    for column in integers.indices { integers[column].numbers = [] }
    for column in reals.indices { reals[column].numbers = [] }
    for var trial in trials { visit(&trial) }
    shared.count = trials.count
  }

  /// - Returns: The trials; `nil` where the columns do not hold them.
  consuming func trials() -> ChunkedArray<TrialRecord>? {
    let counts = integers.map(\.numbers.count) + reals.map(\.numbers.count)
    guard counts.allSatisfy({ $0 == shared.count }), !counts.isEmpty else { return nil }
    var trials: ChunkedArray<TrialRecord> = []
    for row in 0..<shared.count {
      self.row = row
      var trial = TrialRecord(id: TrialID(row), target: 0)
      visit(&trial)
      trials.append(trial)
    }
    return isSound ? trials : nil
  }

  /// Whether a row holds all of a trial, of a study whose parameters have these names.
  static func fits(_ trial: TrialRecord, names: Set<String>) -> Bool {
    guard trial.running == nil, trial.saving == nil, trial.reserved.isEmpty, trial.incoming == nil
    else { return false }
    if case .several = trial.lastLoss { return false }
    return trial.configuration.settings.allSatisfy { names.contains($0.name) }
      && [trial.checkpoint, trial.formerCheckpoint].allSatisfy {
        $0 == nil || ($0?.entry.leg.trial == trial.id && $0?.isWhole == true)
      }
  }

  /// Reads or writes all fields of a trial, in one order.
  private mutating func visit(_ trial: inout TrialRecord) {
    (nextInteger, nextReal) = (0, 0)
    integer("attempts", &trial.attempts)
    integer("failures", &trial.failures)
    integer("epoch", &trial.epoch)
    integer("target", &trial.target)
    integer("busy", &trial.busyMicroseconds)
    time("started", &trial.started)
    time("ended", &trial.ended)
    optional("final_seed", &trial.finalSeed)
    truth("is_alone", &trial.isAlone)
    truth("is_proposed", &trial.isProposed)
    shared("state", &trial.state, \.states)
    shared("reason", &trial.reason, \.reasons)
    shared("hosts", &trial.hosts, \.hosts)
    shared("origin", &trial.origin, \.origins)
    best("last", &trial.last)
    best("best", &trial.best)
    var loss = trial.lastLoss.value ?? .nan
    real("last_loss", &loss)
    trial.lastLoss = Loss(loss)
    source("checkpoint", &trial.checkpoint, of: trial.id)
    source("former_checkpoint", &trial.formerCheckpoint, of: trial.id)
    for index in shared.parameters.indices {
      parameter(index, &trial.configuration[shared.parameters[index]])
    }
    scaled(&trial.scaled)
  }

  private mutating func integer(_ name: String, _ number: inout Int) {
    defer { nextInteger += 1 }
    if isReading {
      guard integers.indices.contains(nextInteger) else { return isSound = false }
      number = integers[nextInteger].numbers[row]
    } else {
      if nextInteger == integers.count { integers.append(Column(name: name, numbers: [])) }
      integers[nextInteger].numbers.append(number)
    }
  }

  private mutating func real(_ name: String, _ number: inout Double) {
    defer { nextReal += 1 }
    if isReading {
      guard reals.indices.contains(nextReal) else { return isSound = false }
      number = reals[nextReal].numbers[row]
    } else {
      if nextReal == reals.count { reals.append(Column(name: name, numbers: [])) }
      reals[nextReal].numbers.append(number)
    }
  }

  private mutating func optional(_ name: String, _ number: inout Int?) {
    var some = number ?? Self.none
    integer(name, &some)
    number = some == Self.none ? nil : some
  }

  private mutating func time(_ name: String, _ time: inout StudyTime?) {
    var microseconds = time?.microseconds
    optional(name, &microseconds)
    time = microseconds.map { StudyTime(microseconds: $0) }
  }

  private mutating func truth(_ name: String, _ truth: inout Bool) {
    var number = truth ? 1 : 0
    integer(name, &number)
    truth = number == 1
  }

  private mutating func best(_ name: String, _ best: inout TrialRecord.Best?) {
    var (epoch, value) = (best?.epoch, best?.value ?? .nan)
    optional(name + "_epoch", &epoch)
    real(name, &value)
    best = epoch.map { TrialRecord.Best(value: value, epoch: $0) }
  }

  private mutating func shared<Value>(
    _ name: String, _ value: inout Value?, _ values: WritableKeyPath<Shared, Values<Value>>
  ) {
    var place = Self.none
    if !isReading, let value { place = shared[keyPath: values].place(of: value) }
    integer(name, &place)
    guard isReading else { return }
    value = place == Self.none ? nil : shared[keyPath: values].value(at: place)
    if value == nil, place != Self.none { isSound = false }
  }

  private mutating func shared<Value>(
    _ name: String, _ value: inout Value, _ values: WritableKeyPath<Shared, Values<Value>>
  ) {
    var some: Value? = value
    shared(name, &some, values)
    if let some { value = some } else { isSound = false }
  }

  private mutating func scaled(_ settings: inout ScaledSettings?) {
    guard let names = shared.scaled else { return }
    var (gpus, sharing) = (settings?.size.gpus, settings?.size.trialsPerGPU)
    optional("scaled_gpus", &gpus)
    optional("scaled_sharing", &sharing)
    var list: [ScaledSettings.Setting] = []
    for (index, name) in names.enumerated() {
      let warmup = settings?[name]?.warmup
      var value = settings?[name]?.value
      parameter(shared.parameters.count + index, &value)
      var (since, epochs, from) = (warmup?.since, warmup?.epochs, warmup?.from ?? .nan)
      optional("since-\(index)", &since)
      optional("warmup-\(index)", &epochs)
      real("from-\(index)", &from)
      guard isReading, let value else { continue }
      let rise = since.flatMap { since in
        epochs.map { ScaledSettings.Warmup(from: from, since: since, epochs: $0) }
      }
      list.append(ScaledSettings.Setting(name: name, value: value, warmup: rise))
    }
    guard isReading, let gpus, let sharing else { return }
    settings = ScaledSettings(
      size: sharing > 1 ? TrialSize(sharing: sharing) : TrialSize(gpus: gpus), settings: list)
  }

  private mutating func source(_ name: String, _ source: inout Leg.Source?, of trial: TrialID) {
    var container = source?.container
    shared(name, &container, \.containers)
    var attempt = source?.entry.leg.attempt ?? Self.none
    var epoch = source?.entry.epoch ?? Self.none
    var bytes = source?.entry.bytes ?? Self.none
    integer(name + "_attempt", &attempt)
    integer(name + "_epoch", &epoch)
    integer(name + "_bytes", &bytes)
    source = container.map {
      let leg = LegID(trial, attempt: attempt)
      return Leg.Source(
        container: $0, entry: Container.Entry(leg: leg, epoch: epoch, bytes: bytes))
    }
  }

  private mutating func parameter(_ index: Int, _ value: inout ParameterValue?) {
    var (place, number) = (Self.none, Double.nan)
    if !isReading, let value {
      if case .real(let real) = value {
        (place, number) = (Self.real, real)
      } else {
        place = shared.values[index].place(of: value)
      }
    }
    integer("value-\(index)", &place)
    real("value-\(index)", &number)
    guard isReading, place != Self.none else { return }
    value = place == Self.real ? .real(number) : shared.values[index].value(at: place)
    if value == nil { isSound = false }
  }
}

extension Coordinator {
  /// Takes the trials out, for a snapshot that keeps them in columns; those stay that do not fit.
  ///
  /// - Returns: A row for each trial.
  public mutating func takeTrials() -> TrialColumns {
    let parameters = study.space.parameters.map(\.name)
    let columns = TrialColumns(
      of: trials, parameters: parameters, scaled: study.trial.scale.map(\.parameter))
    let names = Set(parameters)
    trials = ChunkedArray(trials.filter { !TrialColumns.fits($0, names: names) })
    return columns
  }

  /// Puts the trials of a snapshot back.
  ///
  /// - Parameter columns: A row for each trial.
  /// - Returns: `false`, and then this coordinator is of no use, where the columns do not hold them.
  public mutating func putTrials(_ columns: consuming TrialColumns) -> Bool {
    guard var all = columns.trials() else { return false }
    for trial in trials {
      guard all.indices.contains(trial.id.number) else { return false }
      all[trial.id.number] = trial
    }
    trials = all
    return true
  }
}
