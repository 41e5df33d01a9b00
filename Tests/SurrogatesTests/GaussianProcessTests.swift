import RealModule
import Statistics
import TestSupport
import Testing

@testable import Surrogates

/// A process over three coordinates on one level, as scikit-learn has it.
private func known(_ parameters: [Double]) -> (GaussianProcessModel, GaussianProcessParameters) {
  (
    GaussianProcessModel(dimension: 3, levels: .independent(count: 1)),
    GaussianProcessParameters(encoded: parameters)
  )
}

struct GaussianProcessTests {
  private let inputs = (0..<12).map { place in
    [0.37, 0.61, 0.83].map { (Double(place) * $0).truncatingRemainder(dividingBy: 1) }
  }
  private var data: GaussianProcessData {
    GaussianProcessData(
      inputs: inputs, levels: inputs.map { _ in 0 },
      values: inputs.map { Double.sin(5 * $0[0]) + $0[1] * $0[1] - 0.3 * $0[2] }, resources: [1])
  }

  // GaussianProcessRegressor of scikit-learn 1.9.1: ConstantKernel(1.7) * Matern(length_scale=
  // [0.4, 0.7, 1.6], nu=2.5), alpha=0.01, optimizer=None, on values less 0.2.
  private let parameters =
    [0.01, 1 / 0.4, 1 / 0.7, 1 / 1.6].map { Double.log($0) } + [0.2, Double.log(1.7)]

  @Test func predictionsAndLikelihoodAreScikitLearns() throws {
    let (model, parameters) = known(parameters)
    let process = try #require(GaussianProcess(model, parameters, data: data))
    let predictions = process.predictions(
      at: [[0.5, 0.5, 0.5], [0.1, 0.9, 0.3], [0.95, 0.05, 0.2]], levels: [0, 0, 0])
    let means = [0.7337943255907413, 1.0273175493760927, -1.0605964539742023]
    let variances = [0.024944064914647065, 0.04578251156356683, 0.10253238470860526]
    for (place, prediction) in predictions.enumerated() {
      #expect((prediction.means[0] - means[place]).magnitude < 1e-9)
      #expect((prediction.variance - variances[place]).magnitude < 1e-9)
    }
    #expect((model.logLikelihood(of: data, parameters) - -7.23026956903873).magnitude < 1e-9)
  }

  @Test func decayingCurvesAreSyneTunes() throws {
    // Syne Tune 0.13.0 (legacy `gpautograd`), `exp-decay-sum` over `matern52-ard` with these
    // parameters: the criterion with its regularisers, and predictions.
    let model = GaussianProcessModel(dimension: 2, levels: .decay)
    let parameters = GaussianProcessParameters(
      encoded: [0.02, 1.5, 0.6].map { Double.log($0) } + [-0.3]
        + [1.2, 1.3, 0.7, 0.4].map { Double.log($0) })
    let resources = [1.0, 3, 9].map { ($0 - 0.5) / 9 }
    let inputs = (0..<9).map { place in
      let trial = Double(place / 3)
      return [
        (trial * 0.37 + 0.1).truncatingRemainder(dividingBy: 1),
        (trial * 0.61 + 0.2).truncatingRemainder(dividingBy: 1),
      ]
    }
    let levels = (0..<9).map { $0 % 3 }
    let values = zip(inputs, levels).map { input, level in
      Double.sin(5 * input[0]) + input[1] * input[1] - 0.7 * resources[level]
    }
    let data = GaussianProcessData(
      inputs: inputs, levels: levels, values: values, resources: resources)
    // Constants of the uniform and gamma priors, which a fit does without.
    let constants = 2 * Double.log(99.9999) + 2.252712651734206
    let (penalty, _) = model.penalty(at: parameters.encoded, data)
    #expect((penalty + constants - 16.746617091442968).magnitude < 1e-6)
    let process = try #require(GaussianProcess(model, parameters, data: data))
    let predictions = process.predictions(
      at: [[0.5, 0.5], [0.5, 0.5], [0.1, 0.9]], levels: [0, 2, 1])
    let means = [0.6914099411264483, 0.37062659182055413, 1.0091515387588499]
    let variances = [0.04618901789984009, 0.046067999761549405, 0.1929675117651457]
    for (place, prediction) in predictions.enumerated() {
      // Their root of the squared distance has 1e-9 added below it.
      #expect((prediction.means[0] - means[place]).magnitude < 1e-6)
      #expect((prediction.variance - variances[place]).magnitude < 1e-6)
    }
  }

  @Test(arguments: seeds(30, from: 400_000))
  func theGradientOfAFitIsThatOfFiniteDifferences(seed: UInt64) {
    var random = SeededGenerator(seed)
    let dimension = random.integer(0...4)
    let count = random.integer(1...4)
    let model = GaussianProcessModel(
      dimension: dimension, levels: random.chance(0.5) ? .decay : .independent(count: count))
    let data = GaussianProcessData.random(
      random.integer(1...25), dimension: dimension, levels: count, using: &random)
    let encoded = model.limits.map { limit in
      min(max(limit.start + random.real(-1...1), limit.low), limit.high)
    }
    let (_, gradient) = model.penalty(at: encoded, data)
    for place in encoded.indices {
      var (less, more) = (encoded, encoded)
      less[place] -= 1e-5
      more[place] += 1e-5
      let difference = (model.penalty(at: more, data).0 - model.penalty(at: less, data).0) / 2e-5
      #expect(
        (difference - gradient[place]).magnitude < 1e-4 * max(1, difference.magnitude),
        "parameter \(place)")
    }
  }

  @Test(arguments: seeds(30, from: 401_000))
  func theGradientOfTheImprovementIsThatOfFiniteDifferences(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let data = GaussianProcessData.random(20, dimension: 3, levels: 2, using: &random)
    let model = GaussianProcessModel(dimension: 3, levels: .decay)
    var process = try #require(GaussianProcess(model, model.start, data: data))
    let pending = GaussianProcessData.random(3, dimension: 3, levels: 2, using: &random)
    let isDone = process.fantasize(
      at: pending.inputs, levels: pending.levels, columns: 5,
      normals: (0..<15).map { _ in random.real(-2...2) })
    #expect(isDone)
    let best = (0..<5).map { _ in random.real(-1...0) }
    let input = (0..<3).map { _ in random.real(0.05...0.95) }
    let (value, gradient) = process.expectedImprovement(
      at: input, level: 1, on: best, margin: 0.01)
    let prediction = process.predictions(at: [input], levels: [1])[0]
    let direct = GaussianProcess.expectedImprovement(of: prediction, on: best, margin: 0.01)
    #expect((value - direct).magnitude < 1e-12)
    for place in input.indices {
      var (less, more) = (input, input)
      less[place] -= 1e-5
      more[place] += 1e-5
      let difference =
        (process.expectedImprovement(at: more, level: 1, on: best, margin: 0.01).value
          - process.expectedImprovement(at: less, level: 1, on: best, margin: 0.01).value) / 2e-5
      #expect((difference - gradient[place]).magnitude < 1e-6)
    }
  }

  @Test(arguments: [(0.3, 0.5, 0.1), (-1, 2, 0.0), (2, 0.3, 0.5), (0.0, 1e-3, 0.0)])
  func theImprovementIsItsIntegral(mean: Double, deviation: Double, best: Double) {
    let improvement = GaussianProcess.expectedImprovement(
      of: .init(means: [mean], variance: deviation * deviation), on: [best], margin: 0.01)
    // Simpson's rule over ten deviations below the best.
    let (low, high) = (min(mean - 10 * deviation, best - 0.02), best - 0.01)
    let steps = 20_000
    let width = (high - low) / Double(steps)
    let integral =
      (0...steps).reduce(0.0) { sum, step in
        let x = low + width * Double(step)
        let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
        let score = (x - mean) / deviation
        return sum + weight * (high - x) * Normal.density(score) / deviation
      } * width / 3
    #expect((improvement - integral).magnitude < 1e-7)
  }

  @Test func fantasiesHaveTheMeanAndVarianceOfWhatIsPredicted() throws {
    var random = SeededGenerator(402_000)
    let model = GaussianProcessModel(dimension: 2, levels: .decay)
    let data = GaussianProcessData.random(15, dimension: 2, levels: 2, using: &random)
    // Draws are without noise but taken for values with it, so there must be little.
    var parameters = model.start
    parameters.encoded[0] = Double.log(1e-6)
    let process = try #require(GaussianProcess(model, parameters, data: data))
    let pending = GaussianProcessData.random(4, dimension: 2, levels: 2, using: &random)
    let probes = GaussianProcessData.random(6, dimension: 2, levels: 2, using: &random)
    let before = process.predictions(at: probes.inputs, levels: probes.levels)
    let columns = 20_000
    var after = process
    // In pairs of opposite sign, so that their mean is exact.
    let draws = (0..<(columns / 2)).flatMap { _ -> [Double] in
      let draw = (0..<4).map { _ in
        (-2 * Double.log(random.real(1e-12...1))).squareRoot()
          * Double.cos(2 * Double.pi * random.real(0...1))
      }
      return draw + draw.map { -$0 }
    }
    let isDone = after.fantasize(
      at: pending.inputs, levels: pending.levels, columns: columns, normals: draws)
    #expect(isDone)
    let predictions = after.predictions(at: probes.inputs, levels: probes.levels)
    for (old, new) in zip(before, predictions) {
      let mean = new.means.reduce(0, +) / Double(columns)
      let variance =
        new.means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      #expect((mean - old.means[0]).magnitude < 1e-9)
      // What is left of the variance, and what the fantasies show of it, are the whole.
      #expect((variance + new.variance - old.variance).magnitude < 0.03 * old.variance)
      #expect(new.variance <= old.variance + 1e-9)
    }
  }

  @Test(arguments: seeds(20, from: 403_000))
  func addingFantasiesIsConditioningOnThem(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let model = GaussianProcessModel(dimension: 3, levels: .independent(count: 2))
    let data = GaussianProcessData.random(12, dimension: 3, levels: 2, using: &random)
    let pending = GaussianProcessData.random(3, dimension: 3, levels: 2, using: &random)
    let probes = GaussianProcessData.random(5, dimension: 3, levels: 2, using: &random)
    var process = try #require(GaussianProcess(model, model.start, data: data))
    // Without chance, the fantasies are what is predicted.
    let values = process.predictions(at: pending.inputs, levels: pending.levels).map { $0.means[0] }
    let isDone = process.fantasize(
      at: pending.inputs, levels: pending.levels, columns: 1, normals: [0, 0, 0])
    #expect(isDone)
    let whole = try #require(
      GaussianProcess(
        model, model.start,
        data: GaussianProcessData(
          inputs: data.inputs + pending.inputs, levels: data.levels + pending.levels,
          values: data.values + values, resources: data.resources)))
    for (left, right) in zip(
      process.predictions(at: probes.inputs, levels: probes.levels),
      whole.predictions(at: probes.inputs, levels: probes.levels))
    {
      #expect((left.means[0] - right.means[0]).magnitude < 1e-9)
      #expect((left.variance - right.variance).magnitude < 1e-9)
    }
  }

  @Test func theLeastMeanIsTheLeastOfThePredictions() throws {
    var random = SeededGenerator(404_000)
    let model = GaussianProcessModel(dimension: 2, levels: .decay)
    let data = GaussianProcessData.random(30, dimension: 2, levels: 3, using: &random)
    let process = try #require(GaussianProcess(model, model.start, data: data))
    let places = data.levels.indices.filter { data.levels[$0] == 1 }
    let predictions = process.predictions(
      at: places.map { data.inputs[$0] }, levels: places.map { _ in 1 })
    let least = try #require(process.leastMeans(at: 1))
    #expect((least[0] - (predictions.map { $0.means[0] }.min() ?? 0)).magnitude < 1e-12)
  }

  @Test func theSameDataGiveTheSameBitsWhereverTheyLie() throws {
    var random = SeededGenerator(405_000)
    let model = GaussianProcessModel(dimension: 5, levels: .decay)
    let data = GaussianProcessData.random(130, dimension: 5, levels: 3, using: &random)
    let normals = (0..<model.parameterCount).map { _ in random.real(-1...1) }
    let first = model.fit(to: data, normals: normals)
    for length in 1..<6 {
      // Buffers of odd lengths move the next ones about in memory.
      let padding = Array(repeating: 0.0, count: 17 * length)
      #expect(model.fit(to: data, normals: normals) == first)
      #expect(padding.count == 17 * length)
    }
  }

  @Test func aFitFindsWhichCoordinateMatters() {
    var random = SeededGenerator(406_000)
    let model = GaussianProcessModel(dimension: 3, levels: .decay)
    let inputs = (0..<60).map { _ in (0..<3).map { _ in random.real(0...1) } }
    let data = GaussianProcessData(
      inputs: inputs, levels: inputs.indices.map { $0 % 2 },
      values: inputs.indices.map { Double.sin(9 * inputs[$0][1]) - 0.5 * Double($0 % 2) },
      resources: [0.1, 0.9])
    let fit = model.fit(to: data, normals: [])
    let relevances = fit.relevances(model)
    #expect(relevances[1] > 10 * max(relevances[0], relevances[2]))
    #expect(fit.noise < 0.01)
    let steeper = model.penalty(at: fit.encoded, data).0
    #expect(steeper < model.penalty(at: model.start.encoded, data).0)
  }
}

extension GaussianProcessData {
  static func random(
    _ count: Int, dimension: Int, levels: Int, using random: inout SeededGenerator
  ) -> GaussianProcessData {
    let inputs = (0..<count).map { _ in (0..<dimension).map { _ in random.real(0...1) } }
    return GaussianProcessData(
      inputs: inputs, levels: inputs.map { _ in random.integer(0...(levels - 1)) },
      values: inputs.map { $0.reduce(0, +) - 1 + random.real(-0.5...0.5) },
      resources: (0..<levels).map { (Double($0) + 0.5) / Double(levels) })
  }
}
