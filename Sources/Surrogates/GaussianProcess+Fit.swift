import RealModule

extension GaussianProcessModel {
  /// The parameters under which the data are most probable, priors included.
  ///
  /// Two searches by L-BFGS of 50 steps each, as Syne Tune has them: one from ``start``, one from
  /// there with a standard normal number added to each parameter.
  ///
  /// - Parameters:
  ///   - data: With values of mean 0 and deviation 1.
  ///   - normals: The numbers that are added; for each further search one for each parameter.
  ///   - steps: The most steps of a search; at least 1.
  /// - Returns: The best that was found; ``start`` where nothing is better.
  public func fit(
    to data: GaussianProcessData, normals: [Double], steps: Int = 50
  ) -> GaussianProcessParameters {
    let limits = limits
    let start = limits.map(\.start)
    var starts = [start]
    var place = 0
    while place + start.count <= normals.count {
      starts.append(start.indices.map { start[$0] + normals[place + $0] })
      place += start.count
    }
    let bounds = BoundedSearch(low: limits.map(\.low), high: limits.map(\.high), steps: steps)
    var best: BoundedSearch.Result?
    for start in starts {
      let result = bounds.minimize(from: start) { penalty(at: $0, data) }
      if result.value < best?.value ?? .infinity { best = result }
    }
    return GaussianProcessParameters(encoded: best?.point ?? start)
  }

  /// The logarithm of the probability density of the data, without priors.
  ///
  /// - Parameters:
  ///   - data: Not empty.
  ///   - parameters: Of the process.
  /// - Returns: Negative infinity where the covariance cannot be factorised.
  public func logLikelihood(
    of data: GaussianProcessData, _ parameters: GaussianProcessParameters
  ) -> Double {
    guard let process = GaussianProcess(self, parameters, data: data) else { return -.infinity }
    return process.logLikelihood
  }

  /// What a fit minimises, and its derivatives by the encoded parameters: the negative logarithms
  /// of likelihood and priors.
  ///
  /// Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equation 5.9.
  func penalty(at encoded: [Double], _ data: GaussianProcessData) -> (Double, [Double]) {
    let parameters = GaussianProcessParameters(encoded: encoded)
    let count = data.inputs.count
    let levels = GaussianProcessLevels(self, parameters, resources: data.resources)
    let inputs = Matern.scaled(data.inputs, by: parameters.relevances(self))
    // Kept for the derivatives: the kernel, and above the diagonal its slope by the squared
    // distance, times what the levels multiply it by.
    var kernel = Matrix(rows: count, columns: count)
    var covariance = Matrix(rows: count, columns: count)
    for column in 0..<count {
      for row in column..<count {
        let place = data.levels[row] * levels.count + data.levels[column]
        let factor = levels.factors[place]
        var sum = levels.additions[place]
        if factor != 0 {
          let values = Matern.values(
            squaredDistance: Matern.squaredDistance(
              inputs, row, inputs, column, dimension: dimension))
          // On the diagonal the slope does not matter, for no distance changes there.
          kernel[column, row] = values.slope * factor
          kernel[row, column] = values.kernel
          sum += factor * values.kernel
        }
        covariance[row, column] = sum
        covariance[column, row] = sum
      }
    }
    guard GaussianProcess.factorize(&covariance, noise: parameters.noise) else {
      return (.infinity, encoded.map { _ in 0 })
    }
    let residuals = Matrix(column: zip(data.values, data.levels).map { $0 - levels.means[$1] })
    let whitened = covariance.solving(residuals)
    let weights = covariance.solving(whitened, isTransposed: true).elements
    var value = GaussianProcess.negativeLogLikelihood(covariance, whitened)
    covariance.invertProduct()

    var noise = 0.0
    var relevances = Array(repeating: 0.0, count: dimension)
    var means = Array(repeating: 0.0, count: levels.count)
    var factors = Array(repeating: 0.0, count: levels.count * levels.count)
    var additions = factors
    for column in 0..<count {
      means[data.levels[column]] -= weights[column]
      for row in column..<count {
        let place = data.levels[row] * levels.count + data.levels[column]
        // Half of it by the symmetric pair's two entries, which are the same.
        let weight =
          (covariance[row, column] - weights[row] * weights[column]) * (row == column ? 0.5 : 1)
        if row == column { noise += weight }
        factors[place] += weight * kernel[row, column]
        additions[place] += weight
        guard row != column else { continue }
        let pull = 2 * Matern.slopeFactor * weight * kernel[column, row]
        let (first, second) = (row * dimension, column * dimension)
        for coordinate in 0..<dimension {
          let difference = inputs[first + coordinate] - inputs[second + coordinate]
          relevances[coordinate] += pull * difference * difference
        }
      }
    }
    var gradient = [noise * parameters.noise] + relevances
    gradient += levels.gradient(byMeans: means, factors: factors, additions: additions)
    for (place, limit) in limits.enumerated() {
      let penalty = limit.prior.penalty(at: encoded[place])
      value += penalty.value
      gradient[place] += penalty.slope
    }
    return (value, gradient)
  }
}

extension GaussianProcess {
  /// The logarithm of the probability density of the first column of values.
  var logLikelihood: Double { -Self.negativeLogLikelihood(factor, whitened) }

  fileprivate static func negativeLogLikelihood(_ factor: Matrix, _ whitened: Matrix) -> Double {
    var sum = Double(factor.rows) / 2 * Double.log(2 * Double.pi)
    for place in 0..<factor.rows {
      sum += Double.log(factor[place, place]) + whitened[place, 0] * whitened[place, 0] / 2
    }
    return sum
  }
}
