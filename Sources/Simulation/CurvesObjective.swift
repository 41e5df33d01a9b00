import RealModule
import StudyModel

/// Smooth saturating learning curves over any space, with a little noise.
struct CurvesObjective: Objective {
  private let study: Study
  private let secondsPerEpoch: Double
  /// Where each parameter is best, as a coordinate from 0 to 1.
  private let optima: [Double]

  /// An objective for this study, whose epochs take so long.
  init(for study: Study, secondsPerEpoch: Double) {
    self.study = study
    self.secondsPerEpoch = secondsPerEpoch
    // The same for all seeds: the objective is one, the search differs.
    var random = RandomStream(seed: 0, trial: TrialID(0), purpose: .simulation)
    optima = study.space.parameters.map { _ in 0.15 + 0.7 * random.unit() }
  }

  /// A curve that falls from 1 to a loss given by the distance from the optimum; a metric to maximise is 1 minus the loss.
  func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    var distance = 0.0
    var speed = 0.0
    for (parameter, optimum) in zip(study.space.parameters, optima) {
      guard let value = configuration[parameter.name],
        let place = parameter.domain.share(of: value)
      else { continue }
      distance += (place - optimum) * (place - optimum)
      speed += place
    }
    let count = Double(max(1, study.space.parameters.count))
    let final = 0.05 + (distance / count).squareRoot()
    let rate = 0.3 + 0.7 * speed / count
    var random = RandomStream(seed: study.seed, trial: trial, purpose: .simulation)
    let steps = study.fidelity.levels?.map(\.epochs) ?? Array(1...study.fidelity.maximum.epochs)
    let losses = steps.map { epoch in
      final + (1 - min(final, 1)) * Double.pow(Double(epoch) + 1, -rate)
        + 0.004 * (random.unit() - 0.5)
    }
    let values = study.metrics.enumerated().map { place, metric in
      losses.map { loss in
        // Further metrics trade against the first.
        let value = place == 0 ? loss : Double(place) * (1.2 - loss) + 0.1 * speed / count
        return metric.goal == .maximize ? 1 - value : value
      }
    }
    return LearningCurve(
      values: values, seconds: .perEpoch(secondsPerEpoch),
      epochs: study.fidelity.levels?.map(\.epochs))
  }
}
