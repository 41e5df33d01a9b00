/// Who trains next, and how far: the kind of scheduler with its settings.
public struct Schedule: Hashable, Sendable, Codable {
  /// The schedulers.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every trial gets its full budget.
    case full
    /// The same, but the next trials start only when all of the last generation have ended.
    case generations
    /// Every trial gets the smallest budget.
    case smallest = "one-epoch"
    /// No trial is trained at all; the first configuration is the choice.
    case untrained
    /// Synchronous successive halving, bracket after bracket of one kind.
    case successiveHalving = "successive-halving"
    /// Synchronous successive halving over Hyperband's kinds of bracket in turn.
    case hyperband
    /// Asynchronous successive halving.
    case asha
    /// Asynchronous successive halving with a largest rung that grows.
    case pasha
    /// Asynchronous successive halving that doubles the GPUs of a promoted trial.
    case rasda
  }

  /// What asynchronous halving does with a trial that is not among the best of its rung.
  public enum Halving: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pauses it, and resumes it when it becomes one of the best.
    case promotion
    /// Stops it for good.
    case stopping
  }

  /// Which trials of a rung are the best `1/eta`.
  public enum Quantile: String, Hashable, Sendable, Codable, CaseIterable {
    /// The `floor(n / eta)` best of `n`, the earlier of two equal ones: Algorithm 2 of the paper.
    case floor
    /// Those not worse than the linearly interpolated quantile, equal ones included, of a share
    /// that is the ratio of the rung's budget to the next: Syne Tune's rule. Of two or more entries
    /// at least one is among them.
    case interpolated
  }

  /// What a free slot does first.
  public enum Order: String, Hashable, Sendable, Codable, CaseIterable {
    /// Promotes, from the highest rung down, and starts a new trial where there is none to promote:
    /// Algorithm 2 of the paper. Good trials come to their full budget early.
    case promotions
    /// Starts new trials as long as there are any, and promotes then, from the lowest rung up. The best
    /// are known among more, and no trial begins late and trains alone to its full budget while
    /// other slots have nothing left to do; but the first full budget is reached late.
    case samples
  }

  /// The scheduler.
  public var kind: Kind
  /// The reduction factor: one of `eta` trials goes on; at least 2. Li et al. (MLSys 2020) use 4,
  /// Syne Tune and Optuna's users most often 3, which is the default; `rasda` has 2.
  public var eta = 3
  /// What becomes of the others, in `asha`.
  public var halving = Halving.promotion
  /// How many brackets of `asha`, each with a first rung `eta` times higher than the one before;
  /// from 1.
  public var brackets = 1
  /// Which trials are promoted, in `asha` of promotion type and `pasha`.
  public var quantile = Quantile.floor
  /// What a free slot does first, in `asha` of promotion type.
  public var first: Order {
    get { order ?? .promotions }
    set { order = newValue == .promotions ? nil : newValue }
  }
  /// `nil` for promotions: states of studies from before there was a choice say nothing of it.
  private var order: Order?
  /// When PASHA takes the ranking of its two highest rungs for stable.
  public var ranking = Ranking()
  /// How many times as many GPUs a trial of `rasda` gets at each promotion; at least 2.
  ///
  /// Source: Aach et al., "Resource-Adaptive Successive Doubling", 2024,
  /// <https://arxiv.org/abs/2412.02729>; there it is 2, as is `eta`.
  public var growth = 2
  /// The most that a trial of `rasda` gets, as a multiple of its first GPUs; `nil` for no limit.
  public var growthLimit: Int?

  /// A scheduler with its defaults.
  public init(_ kind: Kind) {
    self.kind = kind
    if kind == .rasda { eta = 2 }
  }

  /// Whether trials are compared at rungs below the full budget.
  public var isHalving: Bool {
    switch kind {
    case .full, .generations, .smallest, .untrained: false
    case .successiveHalving, .hyperband, .asha, .pasha, .rasda: true
    }
  }
}

extension Schedule {
  /// Whether a promoted trial gets more GPUs.
  public var widens: Bool { kind == .rasda }
}

extension Study {
  /// How many times its own slots a trial has while it trains up to a budget.
  ///
  /// Source: Aach et al., "Resource-Adaptive Successive Doubling", 2024: each rung that a trial is
  /// promoted from multiplies its GPUs. A trial of a bracket that skips rungs begins as wide as
  /// those that were promoted to its first rung.
  ///
  /// - Parameter budget: The budget up to which it may train.
  /// - Returns: 1 for every schedule but `rasda`, whose lowest rung is trained at 1, too.
  public func width(upTo budget: Budget) -> Int {
    let schedule = algorithm.schedule
    guard schedule.widens else { return 1 }
    var width = 1
    for rung in comparedBudgets where rung < budget {
      let (product, overflow) = width.multipliedReportingOverflow(by: schedule.growth)
      width = min(overflow ? .max : product, schedule.growthLimit ?? .max)
    }
    return width
  }

  /// The budgets at which trials are compared, ascending; not empty.
  public var comparedBudgets: [Budget] {
    switch algorithm.schedule.kind {
    case .full, .generations: [fidelity.maximum]
    case .smallest, .untrained: [fidelity.minimum]
    case .successiveHalving, .hyperband, .asha, .pasha, .rasda:
      fidelity.rungs(eta: algorithm.schedule.eta)
    }
  }
}
