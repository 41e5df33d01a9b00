import Coordination
import RealModule
import StudyModel

/// The work that every tool here has: ten parameters, a calculated loss, epochs 1 to 81.
///
/// The same as `peers/common.py`, value for value.
enum Workload {
  static let epochs = 81

  static let space = SearchSpace(parameters: [
    real("lr", 1e-5, 1e-1), real("wd", 1e-8, 1e-2), real("eps", 1e-9, 1e-3), real("tau", 1e-3, 1),
    integer("layers", 1, 8), integer("width", 16, 512), integer("batch", 8, 256),
    choice("opt", ["sgd", "adam", "lamb", "rmsprop"]), choice("act", ["relu", "gelu", "tanh"]),
    choice("aug", ["none", "light", "heavy"]),
  ])

  private static let centers = [0.6, 0.3, 0.5, 0.4, 0.5, 0.7, 0.25, 1 / 3.0, 0.5, 0.5]
  private static let weights = [1, 0.6, 0.1, 0.3, 0.4, 0.5, 0.3, 0.2, 0.15, 0.15]

  /// A study of so many trials.
  static func study(_ algorithm: Algorithm, trials: Int) -> Study {
    var study = Study(
      name: "benchmark", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(epochs)),
      space: space, algorithm: algorithm, trial: TrialSettings(command: ["train"]))
    study.stop.trials = trials
    study.seed = 1
    return study
  }

  /// The loss of a trial after each epoch.
  struct Curve {
    private let (asymptote, scale, exponent, phase): (Double, Double, Double, Double)

    init(of configuration: Configuration) {
      let places = space.parameters.map { parameter in
        guard let value = configuration[parameter.name],
          let coordinate = parameter.domain.coordinate(of: value)
        else { return 0.0 }
        guard case .categorical(let values) = parameter.domain else { return coordinate }
        return coordinate / Double(values.count - 1)
      }
      var squares = 0.0
      for (place, (center, weight)) in zip(places, zip(centers, weights)) {
        squares += weight * (place - center) * (place - center)
      }
      (asymptote, scale) = (0.05 + 0.4 * squares, 0.5 + 0.5 * places[0])
      (exponent, phase) = (0.35 + 0.5 * places[5], 37 * places[0] + 11 * places[1])
    }

    func loss(after epoch: Int) -> Double {
      let wave = Double.sin(phase + 5 * Double(epoch)) / Double(epoch).squareRoot()
      return asymptote + scale * Double.pow(Double(epoch), -exponent) + 0.01 * wave
    }
  }

  private static func real(_ name: String, _ low: Double, _ high: Double) -> Parameter {
    Parameter(name: name, domain: .real(low: low, high: high, step: nil, log: true))
  }

  private static func integer(_ name: String, _ low: Int, _ high: Int) -> Parameter {
    Parameter(name: name, domain: .integer(low: low, high: high, step: 1, log: false))
  }

  private static func choice(_ name: String, _ words: [String]) -> Parameter {
    Parameter(name: name, domain: .categorical(words.map(ParameterValue.word)))
  }
}
