public import StudyModel

/// The scheduler of a study's algorithm, as one value that can be kept and compared.
public enum Scheduler: TrialScheduler {
  /// Every trial gets its full budget.
  case fullBudget(FullBudget)
  /// ASHA, promotion type.
  case promotion(AsynchronousHalving)
  /// ASHA, stopping type.
  case stopping(StoppingHalving)
  /// PASHA.
  case progressive(ProgressiveHalving)
  /// Successive halving and Hyperband.
  case synchronous(SynchronousHalving)
  /// Every trial gets its full budget, generation by generation.
  case generations(Generations)
  /// Nothing is trained.
  case untrained(Untrained)

  /// The scheduler that a study's algorithm names.
  public init(for study: Study) {
    let schedule = study.algorithm.schedule
    let rungs = study.comparedBudgets
    switch (schedule.kind, schedule.halving) {
    case (.asha, .promotion), (.rasda, .promotion):
      self = .promotion(
        AsynchronousHalving(
          rungs: rungs, eta: schedule.eta, brackets: schedule.brackets, seed: study.seed,
          quantile: schedule.quantile, goesOn: !schedule.widens, first: schedule.first))
    case (.asha, .stopping), (.rasda, .stopping):
      self = .stopping(
        StoppingHalving(
          rungs: rungs, eta: schedule.eta, brackets: schedule.brackets, seed: study.seed))
    case (.pasha, _):
      self = .progressive(
        ProgressiveHalving(
          rungs: rungs, eta: schedule.eta, ranking: schedule.ranking, quantile: schedule.quantile))
    case (.successiveHalving, _), (.hyperband, _):
      let plans = BracketPlan.hyperband(rungs: rungs, eta: schedule.eta)
      let isCycle = schedule.kind == .hyperband
      self = .synchronous(
        SynchronousHalving(plans: isCycle ? plans : [plans[0]], eta: schedule.eta))
    case (.generations, _): self = .generations(Generations(maximum: study.fidelity.maximum))
    case (.untrained, _): self = .untrained(Untrained())
    case (.smallest, _): self = .fullBudget(FullBudget(maximum: study.fidelity.minimum))
    case (.full, _): self = .fullBudget(FullBudget(maximum: study.fidelity.maximum))
    }
  }

  /// Passes the event on.
  public mutating func absorb(_ event: SchedulerEvent) -> [Decision] {
    // The state is taken out while it changes, so that its arrays are not copied.
    let empty = Scheduler.fullBudget(FullBudget(maximum: Budget(1)))
    switch exchange(&self, with: empty) {
    case .fullBudget(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .fullBudget(scheduler)
      return decisions
    case .promotion(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .promotion(scheduler)
      return decisions
    case .stopping(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .stopping(scheduler)
      return decisions
    case .progressive(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .progressive(scheduler)
      return decisions
    case .synchronous(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .synchronous(scheduler)
      return decisions
    case .generations(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .generations(scheduler)
      return decisions
    case .untrained(var scheduler):
      let decisions = scheduler.absorb(event)
      self = .untrained(scheduler)
      return decisions
    }
  }
}

extension Scheduler {
  /// Whether the scheduler is to be told of reports at which nothing is to be decided.
  public var observesCurves: Bool {
    if case .progressive(let scheduler) = self { scheduler.observesCurves } else { false }
  }

  /// The largest budget that a trial is given for now; `nil` where that is no matter of the trials.
  public var currentMaximum: Budget? {
    if case .progressive(let scheduler) = self { scheduler.currentMaximum } else { nil }
  }

  /// Every step of the largest budget, in order.
  public var growths: [Growth] {
    if case .progressive(let scheduler) = self { scheduler.growths } else { [] }
  }
}

/// Puts `replacement` into `value` and returns what was there.
private func exchange<Value>(_ value: inout Value, with replacement: Value) -> Value {
  let old = value
  value = replacement
  return old
}
