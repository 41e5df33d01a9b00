public import Coordination
public import StudyModel

/// What a process of a trial does: a function of seed, trial and attempt alone.
public struct Behaviour: Sendable {
  /// Whether it waits for decisions and obeys them, or trains to its `until` and ends.
  public var isAnswerable: Bool
  /// Time to start and to load a checkpoint, in microseconds.
  public var startUp: Int
  /// Time of an epoch, in microseconds.
  public var epoch: Int
  /// The epoch in which this process fails, and how; `nil` where it does not.
  public var failure: (epoch: Int, outcome: LegEnd.Outcome)?
  /// The epoch from which the metric is not a number.
  public var divergesAt: Int?
  /// The epoch after which its training ends by itself.
  public var endsItselfAt: Int?
  /// It reports at every multiple of this many epochs.
  public var reportsEvery: Int
  /// Whether each report is sent twice.
  public var repeatsItself: Bool
  /// Whether it never reports.
  public var isMute: Bool
  /// The epoch whose report lacks the metric.
  public var lacksMetricAt: Int?
  /// Whether it leaves checkpoints.
  public var leavesCheckpoints: Bool
  /// Epochs that a process that cannot be answered trains beyond its `until`.
  public var overrun: Int
  /// Whether its checkpoint is on its way before its process has ended.
  public var storesEarly: Bool
  /// Whether an old message of it arrives long after its end.
  public var sendsLate: Bool
  /// Whether a warm process asks for the next trial where others exit.
  public var isWarm: Bool

  /// The metric after an epoch, between 0 and 1, better (larger) the longer it trains.
  public static func value(seed: UInt64, trial: TrialID, epoch: Int) -> Double {
    var random = SeededGenerator(seed, UInt64(trial.number), 900)
    let height = random.real(0...1)
    var noise = SeededGenerator(seed, UInt64(trial.number), UInt64(epoch), 901)
    // In steps, so that ties occur.
    let value = height * (1 - 1 / Double(epoch + 1)) + noise.real(0...0.05)
    return (value * 50).rounded() / 50
  }

  /// The behaviour of a process.
  ///
  /// - Parameters:
  ///   - seed: Of the world.
  ///   - leg: The process.
  ///   - trouble: From 0, all is well, to 1, most processes do something odd.
  public init(seed: UInt64, leg: LegID, trouble: Double) {
    var trial = SeededGenerator(seed, UInt64(leg.trial.number), 902)
    var process = SeededGenerator(seed, UInt64(leg.trial.number), UInt64(leg.attempt), 903)
    func odd(_ share: Double, _ random: inout SeededGenerator) -> Bool {
      random.chance(share * trouble)
    }
    isAnswerable = trial.chance(0.7)
    epoch = trial.integer(100_000...3_000_000)
    startUp = process.integer(0...2_000_000)
    divergesAt = odd(0.1, &trial) ? trial.integer(1...10) : nil
    endsItselfAt = odd(0.15, &trial) ? trial.integer(1...12) : nil
    reportsEvery = odd(0.15, &trial) ? trial.integer(2...4) : 1
    isMute = odd(0.05, &trial)
    lacksMetricAt = odd(0.1, &trial) ? trial.integer(1...6) : nil
    leavesCheckpoints = !odd(0.15, &trial)
    isWarm = trial.chance(0.2)
    storesEarly = trial.chance(0.2)
    overrun = odd(0.2, &process) ? process.integer(1...5) : 0
    repeatsItself = odd(0.2, &process)
    sendsLate = odd(0.3, &process)
    failure = nil
    if odd(0.3, &process) {
      failure = (
        process.integer(0...8),
        process.element(of: [
          .exited(status: 1), .signalled(9), .silent(seconds: 60), .notStarted(reason: "no memory"),
          .exited(status: 137), .endedByRung,
        ])
      )
    }
  }
}
