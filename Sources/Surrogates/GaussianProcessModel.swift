import RealModule

/// A family of Gaussian processes over configurations and levels of a resource.
///
/// The covariance of two values is that of a Matérn 5/2 kernel with automatic relevance
/// determination over the configurations, joined to the levels in one of two ways. Each level has
/// a constant mean.
///
/// Source: Klein et al., "Model-based Asynchronous Hyperparameter and Neural Architecture Search",
/// 2020, <https://arxiv.org/abs/2003.10865>; bounds, priors and start values are those of Syne Tune
/// 0.13 (`gpautograd`).
public struct GaussianProcessModel: Hashable, Sendable, Codable {
  /// How the level of the resource enters.
  public enum Levels: Hashable, Sendable, Codable {
    /// Learning curves are a function of the configuration plus an exponential decay of random rate
    /// that all configurations share; Syne Tune's `exp-decay-sum`.
    ///
    /// Source: Swersky, Snoek and Adams, "Freeze-Thaw Bayesian Optimization", 2014,
    /// <https://arxiv.org/abs/1406.3896>, section 3.1, with the decay's mean taken out of the kernel.
    case decay
    /// One process for each level, with a mean and a scale of its own; the relevances and the noise
    /// are shared. Syne Tune's `gp_independent`.
    case independent(count: Int)
  }

  /// Coordinates of a configuration.
  public let dimension: Int
  /// How the level enters.
  public let levels: Levels

  /// A family of processes.
  ///
  /// - Parameters:
  ///   - dimension: Coordinates of a configuration; from 0.
  ///   - levels: How the level enters.
  public init(dimension: Int, levels: Levels) {
    self.dimension = dimension
    self.levels = levels
  }
}

/// What a Gaussian process is told: values at configurations and levels.
public struct GaussianProcessData: Hashable, Sendable {
  /// Coordinates, most of them from 0 to 1.
  public var inputs: [[Double]]
  /// For each input, its place in ``resources``.
  public var levels: [Int]
  /// For each input, what was measured; finite.
  public var values: [Double]
  /// The resource of each level, from 0 to 1.
  public let resources: [Double]

  /// Data, of the same number of inputs, levels and values.
  public init(inputs: [[Double]], levels: [Int], values: [Double], resources: [Double]) {
    precondition(inputs.count == levels.count && inputs.count == values.count)
    self.inputs = inputs
    self.levels = levels
    self.values = values
    self.resources = resources
  }
}

/// The parameters of a Gaussian process, as they are searched: logarithms of positive ones.
public struct GaussianProcessParameters: Hashable, Sendable {
  /// The logarithm of the noise's variance; those of the inverse length scales; then, where the
  /// levels decay, the mean and the logarithms of the scale, of the decay's shape, mean rate and
  /// amplitude; where they are independent, the means and then the logarithms of the scales.
  var encoded: [Double]

  /// The variance of the noise.
  var noise: Double { Double.exp(encoded[0]) }

  /// The inverse length scales of the coordinates.
  func relevances(_ model: GaussianProcessModel) -> [Double] {
    encoded[1..<(1 + model.dimension)].map { Double.exp($0) }
  }
}

extension GaussianProcessModel {
  /// The range in which a parameter is searched, where the search starts, and its prior.
  struct Limits {
    let low: Double
    let high: Double
    let start: Double
    let prior: Prior
  }

  /// A prior density of a parameter that is not encoded, up to a constant.
  enum Prior {
    case flat
    /// Normal with mean 0 and deviation 1.
    case normal
    /// The logarithm is normal with mean 0 and deviation 1.
    case logNormal
    /// Gamma with this mean and shape.
    case gamma(mean: Double, shape: Double)

    /// Its negative logarithm, and the derivative by the encoded parameter.
    func penalty(at encoded: Double) -> (value: Double, slope: Double) {
      switch self {
      case .flat: return (0, 0)
      case .normal: return (encoded * encoded / 2, encoded)
      case .logNormal: return (encoded + encoded * encoded / 2, 1 + encoded)
      case .gamma(let mean, let shape):
        let scaled = shape / mean * Double.exp(encoded)
        return ((1 - shape) * encoded + scaled, 1 - shape + scaled)
      }
    }
  }

  /// Of all parameters, in their order.
  var limits: [Limits] {
    func positive(_ low: Double, _ high: Double, _ start: Double, _ prior: Prior) -> Limits {
      Limits(low: Double.log(low), high: Double.log(high), start: Double.log(start), prior: prior)
    }
    let mean = Limits(low: -.infinity, high: .infinity, start: 0, prior: .normal)
    let scale = positive(1e-3, 1e3, 1, .logNormal)
    var limits = [positive(1e-9, 1e6, 1e-3, .gamma(mean: 0.1, shape: 0.1))]
    limits += Array(repeating: positive(1e-4, 100, 1, .flat), count: dimension)
    switch levels {
    case .decay:
      limits += [
        mean, scale, positive(1e-6, 250, 1, .flat), positive(1e-4, 50, 0.5, .flat),
        positive(1e-4, 1, 0.5, .flat),
      ]
    case .independent(let count):
      limits += Array(repeating: mean, count: count) + Array(repeating: scale, count: count)
    }
    return limits
  }

  /// The number of parameters.
  public var parameterCount: Int { limits.count }

  /// The parameters with which the search starts.
  public var start: GaussianProcessParameters {
    GaussianProcessParameters(encoded: limits.map(\.start))
  }
}
