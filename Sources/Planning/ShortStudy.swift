public import StudyModel

/// How a study is cut short, so that a few of its trials show how long things take.
public struct ShortStudy: Hashable, Sendable, Codable {
  /// How many trials start.
  public var trials: Int
  /// The budgets up to which they train: all to the first, the better half of them to twice that.
  public var epochs: [Int]

  /// A short study of so many trials.
  ///
  /// - Parameters:
  ///   - trials: At least 1.
  ///   - epochs: The first budget; at least 1.
  ///   - study: The study: no trial trains beyond its full budget.
  public init(trials: Int, epochs: Int, of study: Study) {
    self.trials = trials
    let most = study.fidelity.maximum.epochs
    let first = min(epochs, most)
    self.epochs = 2 * first <= most ? [first, 2 * first] : [first]
  }

  /// How many epochs are trained in all, where no trial fails.
  public var epochsInAll: Int {
    trials * (epochs.first ?? 0)
      + (epochs.count > 1 ? trials / 2 * (epochs[1] - epochs[0]) : 0)
  }
}

extension Study {
  /// The same trials in a study that ends soon: random configurations, of which the better half goes on
  /// from its checkpoints once.
  ///
  /// - Parameter short: How short.
  /// - Returns: With the same space, program and seed.
  public func shortened(to short: ShortStudy) -> Study {
    var study = self
    study.fidelity = Fidelity(
      name: fidelity.name, minimum: Budget(short.epochs.first ?? 1),
      maximum: Budget(short.epochs.last ?? 1))
    var schedule = Schedule(short.epochs.count > 1 ? .asha : .full)
    schedule.eta = 2
    study.algorithm = Algorithm(schedule: schedule, search: Search(.random))
    study.stop = StopRules()
    study.stop.trials = short.trials
    (study.finish, study.prior, study.points) = (nil, [], [])
    return study
  }
}
