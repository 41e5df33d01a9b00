import RealModule

/// A Gaussian process conditioned on data, with one or more columns of values.
///
/// Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, Algorithm 2.1.
public struct GaussianProcess: Sendable {
  /// The family.
  public let model: GaussianProcessModel
  /// Its parameters.
  public let parameters: GaussianProcessParameters

  let levels: GaussianProcessLevels
  let relevances: [Double]
  /// Of all data: scaled coordinates, one input after another, and levels.
  private(set) var inputs: [Double]
  private(set) var inputLevels: [Int]
  /// The Cholesky factor of the values' covariance: the lower triangle.
  private(set) var factor: Matrix
  /// The values less their means, multiplied by the inverse of ``factor``, a column each.
  private(set) var whitened: Matrix
  /// The same, multiplied by the inverse of the covariance.
  private(set) var weights: Matrix

  /// The least variance of a prediction.
  static let minimumVariance = 1e-12

  /// Conditions a process on data.
  ///
  /// - Parameters:
  ///   - model: The family.
  ///   - parameters: Its parameters.
  ///   - data: What it is told; not empty. Fails where the covariance cannot be factorised, which
  ///     finite data do not cause.
  public init?(
    _ model: GaussianProcessModel, _ parameters: GaussianProcessParameters,
    data: GaussianProcessData
  ) {
    let levels = GaussianProcessLevels(model, parameters, resources: data.resources)
    let relevances = parameters.relevances(model)
    let inputs = Matern.scaled(data.inputs, by: relevances)
    var factor = Self.covariance(
      of: inputs, data.levels, with: levels, dimension: model.dimension)
    guard Self.factorize(&factor, noise: parameters.noise) else { return nil }
    self.model = model
    self.parameters = parameters
    self.levels = levels
    self.relevances = relevances
    self.inputs = inputs
    self.factor = factor
    inputLevels = data.levels
    whitened = factor.solving(
      Matrix(column: zip(data.values, data.levels).map { $0 - levels.means[$1] }))
    weights = factor.solving(whitened, isTransposed: true)
  }

  /// The covariance of some inputs, without noise.
  static func covariance(
    of inputs: [Double], _ inputLevels: [Int], with levels: GaussianProcessLevels, dimension: Int
  ) -> Matrix {
    let count = inputLevels.count
    var covariance = Matrix(rows: count, columns: count)
    for column in 0..<count {
      for row in column..<count {
        let place = inputLevels[row] * levels.count + inputLevels[column]
        let factor = levels.factors[place]
        var sum = levels.additions[place]
        if factor != 0 {
          let distance = Matern.squaredDistance(
            inputs, row, inputs, column, dimension: dimension)
          sum += factor * Matern.values(squaredDistance: distance).kernel
        }
        covariance[row, column] = sum
        covariance[column, row] = sum
      }
    }
    return covariance
  }

  /// Replaces the lower triangle of a covariance by the Cholesky factor of it with noise, and with
  /// as much more on the diagonal as it takes: first 1e-9 of the mean diagonal, then ten times as
  /// much each time, as Syne Tune does.
  ///
  /// - Returns: `false` where that does not help.
  static func factorize(_ covariance: inout Matrix, noise: Double) -> Bool {
    let diagonal = (0..<covariance.rows).map { covariance[$0, $0] }
    let mean = max(diagonal.reduce(0, +) / Double(max(diagonal.count, 1)), 1)
    var jitter = 0.0
    while jitter <= 1e3 * mean {
      for place in diagonal.indices {
        covariance[place, place] = diagonal[place] + noise + jitter
        // A failed attempt left only the upper triangle whole.
        guard jitter > 0 else { continue }
        for row in (place + 1)..<max(diagonal.count, place + 1) {
          covariance[row, place] = covariance[place, row]
        }
      }
      if covariance.factorize() { return true }
      jitter = jitter == 0 ? 1e-9 * mean : jitter * 10
    }
    return false
  }

  /// The covariances of all data, by row, with some inputs at one level or several.
  func covariance(with others: [Double], _ otherLevels: [Int]) -> Matrix {
    let dimension = model.dimension
    var covariance = Matrix(rows: inputLevels.count, columns: otherLevels.count)
    for column in otherLevels.indices {
      for row in inputLevels.indices {
        let place = inputLevels[row] * levels.count + otherLevels[column]
        let factor = levels.factors[place]
        var sum = levels.additions[place]
        if factor != 0 {
          let distance = Matern.squaredDistance(
            inputs, row, others, column, dimension: dimension)
          sum += factor * Matern.values(squaredDistance: distance).kernel
        }
        covariance[row, column] = sum
      }
    }
    return covariance
  }

  /// What is predicted at an input: a mean for each column of values, and the variance.
  public struct Prediction: Hashable, Sendable {
    /// One for each column of values.
    public let means: [Double]
    /// Of the value without noise; above 0.
    public let variance: Double
  }

  /// Predicts the values without noise at some inputs.
  ///
  /// - Parameters:
  ///   - inputs: Coordinates.
  ///   - inputLevels: As many levels.
  /// - Returns: As many predictions.
  public func predictions(at inputs: [[Double]], levels inputLevels: [Int]) -> [Prediction] {
    let others = Matern.scaled(inputs, by: relevances)
    let covariance = covariance(with: others, inputLevels)
    let solved = factor.solving(covariance)
    return inputLevels.indices.map { place in
      let level = inputLevels[place]
      let own =
        levels.factors[level * levels.count + level]
        + levels.additions[level * levels.count + level]
      let variance = own - solved.product(ofColumn: place, with: solved, column: place)
      return Prediction(
        means: (0..<weights.columns).map {
          levels.means[level] + covariance.product(ofColumn: place, with: weights, column: $0)
        },
        variance: max(variance, Self.minimumVariance))
    }
  }

  /// Adds inputs whose values are drawn from what is predicted for them, each draw in a column of
  /// its own: fantasies of what is pending.
  ///
  /// Source: Snoek, Larochelle and Adams, "Practical Bayesian Optimization of Machine Learning
  /// Algorithms", NIPS 2012, section 3.1. As in Syne Tune, the draws are without noise.
  ///
  /// - Parameters:
  ///   - inputs: Coordinates.
  ///   - inputLevels: As many levels.
  ///   - columns: How many draws; at least 1.
  ///   - normals: For each draw in turn, a standard normal number for each input.
  /// - Returns: `false` where a covariance cannot be factorised; then nothing changed.
  public mutating func fantasize(
    at inputs: [[Double]], levels inputLevels: [Int], columns: Int, normals: [Double]
  ) -> Bool {
    precondition(whitened.columns == 1 && normals.count == columns * inputs.count)
    guard !inputs.isEmpty else { return true }
    let count = inputs.count
    let others = Matern.scaled(inputs, by: relevances)
    let known = factor.solving(covariance(with: others, inputLevels))
    var left = Self.covariance(of: others, inputLevels, with: levels, dimension: model.dimension)
    for column in 0..<count {
      for row in column..<count {
        left[row, column] -= known.product(ofColumn: row, with: known, column: column)
        left[column, row] = left[row, column]
      }
    }
    var spread = left
    guard Self.factorize(&spread, noise: 1e-5), Self.factorize(&left, noise: parameters.noise)
    else { return false }
    // The draws less their predicted means: what the new rows have to explain.
    var draws = Matrix(rows: count, columns: columns)
    for column in 0..<columns {
      for row in 0..<count {
        draws[row, column] = (0...row).reduce(0) {
          $0 + spread[row, $1] * normals[column * count + $1]
        }
      }
    }
    let added = left.solving(draws)
    let old = self.inputLevels.count
    var bigger = Matrix(rows: old + count, columns: old + count)
    for column in 0..<old {
      for row in column..<old { bigger[row, column] = factor[row, column] }
      for row in 0..<count { bigger[old + row, column] = known[column, row] }
    }
    for column in 0..<count {
      for row in column..<count { bigger[old + row, old + column] = left[row, column] }
    }
    var values = Matrix(rows: old + count, columns: columns)
    for column in 0..<columns {
      for row in 0..<old { values[row, column] = whitened[row, 0] }
      for row in 0..<count { values[old + row, column] = added[row, column] }
    }
    factor = bigger
    whitened = values
    weights = bigger.solving(values, isTransposed: true)
    self.inputs += others
    self.inputLevels += inputLevels
    return true
  }
}
