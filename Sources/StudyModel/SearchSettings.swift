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
  /// By how much the best is to be improved on, in the metric's unit; from 0. By default 0.01 of the
  /// deviation of the losses that were seen.
  public var margin: Double?

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
