import RealModule

/// What the levels contribute: the mean of each, and for each pair of them a factor of the
/// configurations' covariance and a covariance that is added to it.
struct GaussianProcessLevels {
  let count: Int
  let means: [Double]
  /// By row and column, `count` each.
  let factors: [Double]
  let additions: [Double]

  private let model: GaussianProcessModel
  private let resources: [Double]
  private let own: [Double]

  init(
    _ model: GaussianProcessModel, _ parameters: GaussianProcessParameters, resources: [Double]
  ) {
    self.model = model
    self.resources = resources
    own = Array(parameters.encoded[(1 + model.dimension)...])
    count = resources.count
    switch model.levels {
    case .decay:
      let (mean, scale, decay) = (own[0], Double.exp(own[1]), Decay(own))
      means = resources.map { mean + decay.amplitude * decay.value($0) }
      factors = Array(repeating: scale, count: count * count)
      additions = resources.flatMap { left in
        resources.map { decay.covariance(left, $0) }
      }
    case .independent(let levels):
      precondition(levels == resources.count)
      means = Array(own[..<levels])
      var factors = Array(repeating: 0.0, count: levels * levels)
      for level in 0..<levels { factors[level * levels + level] = Double.exp(own[levels + level]) }
      self.factors = factors
      additions = Array(repeating: 0.0, count: levels * levels)
    }
  }

  /// The derivatives of a function by the parameters of the levels, in their order.
  ///
  /// - Parameters:
  ///   - means: Its derivatives by ``means``.
  ///   - factors: Its derivatives by ``factors``.
  ///   - additions: Its derivatives by ``additions``.
  /// - Returns: One for each parameter that belongs to the levels.
  func gradient(byMeans means: [Double], factors: [Double], additions: [Double]) -> [Double] {
    switch model.levels {
    case .decay:
      let (scale, decay) = (Double.exp(own[1]), Decay(own))
      var gradient = [0, 0, 0, 0, 0.0]
      for left in 0..<count {
        gradient[0] += means[left]
        let slope = decay.slopes(resources[left])
        gradient[2] += means[left] * decay.amplitude * slope.shape
        gradient[3] += means[left] * decay.amplitude * slope.rate
        gradient[4] += means[left] * decay.amplitude * decay.value(resources[left])
        for right in 0..<count {
          let place = left * count + right
          gradient[1] += factors[place] * scale
          let slopes = decay.covarianceSlopes(resources[left], resources[right])
          gradient[2] += additions[place] * slopes.shape
          gradient[3] += additions[place] * slopes.rate
          gradient[4] += additions[place] * slopes.amplitude
        }
      }
      return gradient
    case .independent:
      return means
        + (0..<count).map { factors[$0 * count + $0] * self.factors[$0 * count + $0] }
    }
  }
}

/// An exponential decay whose rate has a gamma distribution: its mean over the rates is
/// `(beta / (r + beta))^shape`, where `beta` is the shape divided by the mean rate.
private struct Decay {
  let shape: Double
  let beta: Double
  let amplitude: Double

  init(_ own: [Double]) {
    shape = Double.exp(own[2])
    beta = shape / Double.exp(own[3])
    amplitude = Double.exp(own[4])
  }

  /// The mean at a resource.
  func value(_ resource: Double) -> Double {
    Double.exp(-shape * Double.log(onePlus: resource / beta))
  }

  /// The derivatives of ``value(_:)`` by the logarithms of shape and mean rate.
  func slopes(_ resource: Double) -> (shape: Double, rate: Double) {
    let value = value(resource)
    let rate = shape * resource / (resource + beta)
    return (value * (rate - shape * Double.log(onePlus: resource / beta)), -value * rate)
  }

  /// The covariance of two points of the curve: the product's mean less the product of means.
  func covariance(_ left: Double, _ right: Double) -> Double {
    amplitude * amplitude * (value(left + right) - value(left) * value(right))
  }

  /// Its derivatives by the logarithms of the parameters.
  func covarianceSlopes(
    _ left: Double, _ right: Double
  ) -> (shape: Double, rate: Double, amplitude: Double) {
    let (first, second, both) = (slopes(left), slopes(right), slopes(left + right))
    let square = amplitude * amplitude
    return (
      square * (both.shape - first.shape * value(right) - value(left) * second.shape),
      square * (both.rate - first.rate * value(right) - value(left) * second.rate),
      2 * covariance(left, right)
    )
  }
}
