import RealModule
import Statistics

extension GaussianProcess {
  /// The expected improvement of a prediction on the best of each column, averaged over them.
  ///
  /// Source: Jones, Schonlau and Welch, "Efficient Global Optimization of Expensive Black-Box
  /// Functions", J. Global Optimization 13 (1998), equation 15, for a minimum.
  ///
  /// - Parameters:
  ///   - prediction: At an input.
  ///   - best: One for each column of values; smaller is better.
  ///   - margin: By how much more the best is to be improved on.
  /// - Returns: At least 0.
  public static func expectedImprovement(
    of prediction: Prediction, on best: [Double], margin: Double
  ) -> Double {
    let deviation = prediction.variance.squareRoot()
    var sum = 0.0
    for (mean, best) in zip(prediction.means, best) {
      let score = (best - margin - mean) / deviation
      sum += deviation * (score * Normal.probability(below: score) + Normal.density(score))
    }
    return sum / Double(best.count)
  }

  /// The expected improvement at an input, and its derivatives by the coordinates.
  func expectedImprovement(
    at input: [Double], level: Int, on best: [Double], margin: Double
  ) -> (value: Double, gradient: [Double]) {
    let dimension = model.dimension
    let scaled = Matern.scaled([input], by: relevances)
    let covariance = covariance(with: scaled, [level])
    let solved = factor.solving(covariance)
    let own =
      levels.factors[level * levels.count + level]
      + levels.additions[level * levels.count + level]
    let raw = own - solved.product(ofColumn: 0, with: solved, column: 0)
    let variance = max(raw, Self.minimumVariance)
    let deviation = variance.squareRoot()
    var value = 0.0
    // The improvement's derivatives by the covariances with the data.
    var pull = Array(repeating: 0.0, count: inputLevels.count)
    var byDeviation = 0.0
    let share = 1 / Double(best.count)
    for (column, best) in best.enumerated() {
      let mean =
        levels.means[level] + covariance.product(ofColumn: 0, with: weights, column: column)
      let score = (best - margin - mean) / deviation
      let (probability, density) = (Normal.probability(below: score), Normal.density(score))
      value += share * deviation * (score * probability + density)
      byDeviation += share * density
      for row in pull.indices { pull[row] -= share * probability * weights[row, column] }
    }
    if raw > Self.minimumVariance {
      let back = factor.solving(solved, isTransposed: true)
      for row in pull.indices { pull[row] -= byDeviation / deviation * back[row, 0] }
    }
    var gradient = Array(repeating: 0.0, count: dimension)
    for row in pull.indices {
      let factor = levels.factors[inputLevels[row] * levels.count + level]
      guard factor != 0 else { continue }
      let distance = Matern.squaredDistance(inputs, row, scaled, 0, dimension: dimension)
      let slope =
        2 * Matern.slopeFactor * factor * Matern.values(squaredDistance: distance).slope
        * pull[row]
      for place in 0..<dimension {
        gradient[place] +=
          slope * (scaled[place] - inputs[row * dimension + place]) * relevances[place]
      }
    }
    return (value, gradient)
  }

  /// Climbs to a local maximum of the expected improvement between 0 and 1.
  ///
  /// - Parameters:
  ///   - input: Where to start.
  ///   - movable: Places of the coordinates that may change.
  ///   - level: At which the improvement is asked for.
  ///   - best: One for each column of values.
  ///   - margin: By how much more the best is to be improved on.
  ///   - steps: The most steps; at least 1.
  /// - Returns: The coordinates where the climb ended.
  public func climb(
    from input: [Double], movable: [Int], level: Int, on best: [Double], margin: Double, steps: Int
  ) -> [Double] {
    let search = BoundedSearch(
      low: movable.map { _ in 0 }, high: movable.map { _ in 1 }, steps: steps)
    func moved(_ point: [Double]) -> [Double] {
      var input = input
      for (place, coordinate) in zip(movable, point) { input[place] = coordinate }
      return input
    }
    // Far from the data improvements are tiny: the search looks at their ratio to the first.
    let first = expectedImprovement(at: input, level: level, on: best, margin: margin).value
    guard first > 0 else { return input }
    let result = search.minimize(from: movable.map { input[$0] }) { point in
      let (value, gradient) = expectedImprovement(
        at: moved(point), level: level, on: best, margin: margin)
      return (-value / first, movable.map { -gradient[$0] / first })
    }
    return moved(result.point)
  }
}

extension GaussianProcess {
  /// The least mean that is predicted, for each column of values, where data were seen or drawn.
  ///
  /// - Parameter level: The level that is asked about.
  /// - Returns: `nil` where it has no data.
  public func leastMeans(at level: Int) -> [Double]? {
    let dimension = model.dimension
    let places = inputLevels.indices.filter { inputLevels[$0] == level }
    guard !places.isEmpty else { return nil }
    let own = places.flatMap { inputs[($0 * dimension)..<(($0 + 1) * dimension)] }
    let covariance = covariance(with: own, places.map { _ in level })
    return (0..<weights.columns).map { column in
      places.indices.reduce(.infinity) {
        min(
          $0,
          levels.means[level] + covariance.product(ofColumn: $1, with: weights, column: column))
      }
    }
  }
}
