/// The method of a study: a schedule joined to a search.
public struct Algorithm: Hashable, Sendable, Codable {
  /// The methods a study file can name.
  public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
    /// Random search at the full budget.
    case random
    /// Every combination of values, at the full budget.
    case grid
    /// A quasi-random sequence at the full budget.
    case sobol
    /// One bracket of synchronous successive halving after another.
    case successiveHalving = "successive-halving"
    /// The brackets of Hyperband, one after another.
    case hyperband
    /// Asynchronous successive halving with random search.
    case asha
    /// Hyperband with a kernel density pair.
    case bohb
    /// ASHA whose largest rung grows until the ranking is stable.
    case pasha
    /// ASHA with a Gaussian process.
    case mobster
    /// PASHA with a Gaussian process.
    case pashaBO = "pasha-bo"
    /// Aging evolution over the architecture parameters, the others fixed or random.
    case age
    /// Aging evolution over the architecture, Bayesian optimisation over the rest.
    case agebo
    /// The same, waiting for all of a generation.
    case agebosync = "agebo-sync"
    /// Bayesian optimisation over everything.
    case mixedBO = "mixed-bo"
    /// Aging evolution over everything.
    case mixedAgE = "mixed-age"
    /// Every trial trains for the smallest budget; the best is chosen.
    case oneEpoch = "one-epoch"
    /// One random configuration is chosen, nothing is trained.
    case randomBaseline = "random-baseline"
    /// ASHA whose promoted trials get more GPUs.
    case rasda
  }

  /// What the study file calls it; `nil` where it joins a scheduler and a searcher itself.
  public var name: Name?
  /// Who trains next, and how far.
  public var schedule: Schedule
  /// How configurations are proposed.
  public var search: Search

  /// A named method with its defaults.
  public init(_ name: Name = .asha) {
    self.name = name
    (schedule, search) = Self.parts(of: name)
  }

  /// A schedule joined to a search.
  public init(schedule: Schedule, search: Search) {
    name = nil
    self.schedule = schedule
    self.search = search
  }

  private static func parts(of name: Name) -> (Schedule, Search) {
    switch name {
    case .random: (Schedule(.full), Search(.random))
    case .grid: (Schedule(.full), Search(.grid))
    case .sobol: (Schedule(.full), Search(.sobol))
    case .successiveHalving: (Schedule(.successiveHalving), Search(.random))
    case .hyperband: (Schedule(.hyperband), Search(.random))
    case .asha: (Schedule(.asha), Search(.random))
    case .bohb: (Schedule(.hyperband), Search(.bohb))
    case .pasha: (Schedule(.pasha), Search(.random))
    case .mobster: (Schedule(.asha), Search(.mobster))
    case .pashaBO: (Schedule(.pasha), Search(.mobster))
    case .age: (Schedule(.full), Search(.age))
    case .agebo: (Schedule(.full), Search(.agebo))
    case .agebosync: (Schedule(.generations), Search(.agebo))
    case .mixedBO: (Schedule(.full), Search(.mixedBO))
    case .mixedAgE: (Schedule(.full), Search(.mixedAgE))
    case .oneEpoch: (Schedule(.smallest), Search(.random))
    case .randomBaseline: (Schedule(.untrained), Search(.random))
    case .rasda: (Schedule(.rasda), Search(.random))
    }
  }

  /// Whether trials can be judged by several metrics: nothing in it is modelled by one alone.
  public var takesSeveralMetrics: Bool {
    let searches: [Search.Kind] = [.random, .grid, .sobol]
    switch schedule.kind {
    case .full, .generations, .smallest, .untrained, .successiveHalving, .hyperband, .asha:
      return searches.contains(search.kind)
    case .pasha, .rasda: return false
    }
  }

  /// The name, or the two parts as `scheduler+searcher`.
  public var label: String {
    name?.rawValue ?? "\(schedule.kind.rawValue)+\(search.kind.rawValue)"
  }
}

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

/// How PASHA compares the rankings of its two highest rungs.
///
/// Source: Bohdal et al., "PASHA: Efficient HPO and NAS with Progressive Resource Allocation",
/// ICLR 2023, sections 4.1 and 4.2 and appendix. The default is the paper's; the others are those of
/// its ablation, with the values that did best there.
public struct Ranking: Hashable, Sendable, Codable {
  /// The criteria.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Soft ranking: trials whose values differ by no more than a threshold share a rank.
    case soft
    /// Exact ranking: the threshold is 0.
    case exact = "hard"
    /// Rank-biased overlap of the two lists.
    case rankBiasedOverlap = "rbo"
    /// The reciprocal rank regret.
    case reciprocalRankRegret = "rrr"
    /// The same with absolute differences.
    case absoluteRankRegret = "arrr"
  }

  /// The threshold of soft ranking.
  public enum Threshold: Hashable, Sendable, Codable {
    /// Estimated from trials whose order changes back and forth along their curves; the percentile
    /// taken of their differences, from 0 to 100.
    case noise(percentile: Double)
    /// A fixed difference of the metric, from 0; the paper tries 0.01 to 0.05 of an accuracy.
    case fixed(Double)
    /// A multiple of the standard deviation of the values in the rung below; the paper tries 1 to 3.
    case deviations(Double)
    /// A multiple of the mean difference of any two values in the rung below.
    case meanDistance(Double)
    /// A multiple of the median difference of any two values in the rung below.
    case medianDistance(Double)
  }

  /// The criterion.
  public var kind = Kind.soft
  /// Of soft ranking.
  public var threshold = Threshold.noise(percentile: 90)
  /// The value of `rbo` at least, or of `rrr` and `arrr` at most, at which a ranking counts as
  /// stable; `nil` for the paper's 0.5 and 0.05.
  public var limit: Double?
  /// The weight in `rbo`, `rrr` and `arrr` of a rank in relation to the one before; above 0, at
  /// most 1.
  public var weight = 0.5

  /// Soft ranking with the estimated threshold.
  public init() {}
}

/// How configurations are proposed: the kind of searcher with its settings.
public struct Search: Hashable, Sendable, Codable {
  /// The searchers.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Independent draws.
    case random
    /// Every combination of values.
    case grid
    /// The Sobol sequence.
    case sobol
    /// A pair of kernel densities (BOHB).
    case bohb
    /// A Gaussian process over configuration and resource (MOBSTER).
    case mobster
    /// Aging evolution of the architecture parameters.
    case age
    /// Aging evolution of the architecture, Bayesian optimisation of the rest.
    case agebo
    /// Bayesian optimisation of everything by a random forest.
    case mixedBO = "mixed-bo"
    /// Aging evolution of everything.
    case mixedAgE = "mixed-age"
  }

  /// The searcher.
  public var kind: Kind
  /// Of `grid`.
  public var grid = GridSettings()
  /// Of `bohb`.
  public var density = DensitySettings()
  /// Of `mobster`.
  public var process = ProcessSettings()
  /// Of `age`, `agebo` and `mixed-age`.
  public var evolution = EvolutionSettings()
  /// Of `agebo` and `mixed-bo`.
  public var forest = ForestSettings()

  /// A searcher with its defaults.
  public init(_ kind: Kind) { self.kind = kind }
}

/// Settings of grid search.
public struct GridSettings: Hashable, Sendable, Codable {
  /// Values taken of a range of uncountably many, or of more than 100, evenly spaced on its scale;
  /// 2 to 1000. Five, as in Syne Tune 0.14.
  public var points = 5

  /// The defaults.
  public init() {}
}

/// Settings of BOHB's kernel density pair.
///
/// Source: Falkner, Klein and Hutter, "BOHB: Robust and Efficient Hyperparameter Optimization at
/// Scale", ICML 2018, section 3.2 and appendix; defaults as in HpBandSter 0.7.4.
public struct DensitySettings: Hashable, Sendable, Codable {
  /// Which levels the kernel of a categorical parameter spreads its bandwidth over.
  public enum Levels: String, Hashable, Sendable, Codable, CaseIterable {
    /// All values of the parameter, with a bandwidth of at most that at which they are alike.
    case declared
    /// Those among the observations, with any bandwidth: HpBandSter 0.7.4, by way of statsmodels.
    /// Above a bandwidth of 1 densities can be negative, and a value repels its like; where all good
    /// observations have one value, the good density is infinite at every other.
    case observed
  }

  /// Observations that either density of a budget has at least; `nil` for the number of parameters
  /// plus one, below which it never is.
  public var minimumPoints: Int?
  /// The share of observations that are called good, in percent; above 0, below 100.
  public var topPercent = 15.0
  /// Candidates drawn from the good density; at least 1.
  public var samples = 64
  /// The share of proposals drawn at random; from 0 to 1.
  public var randomFraction = 1.0 / 3
  /// What the good density's bandwidths are multiplied by when candidates are drawn; above 0.
  public var bandwidthFactor = 3.0
  /// The least bandwidth; above 0.
  public var minimumBandwidth = 1e-3
  /// Of categorical parameters.
  public var levels = Levels.declared

  /// The defaults.
  public init() {}
}

/// Settings of MOBSTER's Gaussian process.
///
/// Source: Klein et al., "Model-based Asynchronous Hyperparameter and Neural Architecture Search",
/// 2020; defaults as in Syne Tune 0.14's legacy searcher.
public struct ProcessSettings: Hashable, Sendable, Codable {
  /// How the resource enters the model.
  public enum Resource: String, Hashable, Sendable, Codable, CaseIterable {
    /// As an input beside the configuration.
    case input
    /// One model for each rung.
    case independent
  }

  /// How the resource enters.
  public var resource = Resource.input
  /// Random configurations before the model proposes, points included; at least 1.
  public var initialRandom = 6
  /// The most observations a model is fitted to: those of the trials that came furthest.
  public var maximumData = 500
  /// Candidates of which the best is refined; at least 1.
  public var candidates = 250
  /// Fantasies drawn for each pending trial; at least 1.
  public var fantasies = 20

  /// The defaults.
  public init() {}
}

/// Settings of aging evolution.
///
/// Source: Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI
/// 2019, Algorithm 1; defaults of Égelé et al., "AgEBO-Tabular", SC 2021, section 4.
public struct EvolutionSettings: Hashable, Sendable, Codable {
  /// How many of the last finished trials are the population; at least 2.
  public var population = 100
  /// How many of them are drawn, of which the best becomes the parent; at least 1.
  public var sample = 10

  /// The defaults.
  public init() {}
}

/// Settings of Bayesian optimisation by a random forest.
///
/// Source: Égelé et al., "AgEBO-Tabular", SC 2021, sections 3.3 and 4.4; trees, candidates and initial
/// draws as in DeepHyper 0.6's AgEBO. Of the lie the paper says that it is the least value, and two
/// sentences later that it is the mean, which is the default here.
public struct ForestSettings: Hashable, Sendable, Codable {
  /// What stands for the value of a trial that is still running.
  public enum Lie: String, Hashable, Sendable, Codable, CaseIterable {
    /// The mean of all values.
    case mean
    /// The least value of the metric.
    case min
    /// The greatest value of the metric.
    case max
  }

  /// The weight of the deviation in the acquisition; from 0.
  public var kappa = 0.001
  /// What stands for pending values.
  public var lie = Lie.mean
  /// Trees of the forest; at least 1.
  public var trees = 100
  /// Candidates among which the acquisition is maximised; at least 1.
  public var candidates = 10_000
  /// Random proposals before the first model, in `mixed-bo`; at least 1.
  public var initialRandom = 10

  /// The defaults.
  public init() {}
}

extension Schedule {
  /// Whether a promoted trial gets more GPUs.
  public var widens: Bool { kind == .rasda }
}

extension Study {
  /// How many times its own GPUs a trial has while it trains up to a budget.
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
