import RealModule
import StudyModel

/// A made-up landscape over the space `agebo-tabular`, in which architectures and training
/// hyperparameters interact, with training times as uneven as the paper's.
///
/// Parameters are known by their names, so that a study may fix some of them; others do not matter.
/// What a metric to maximise lacks of 0.95 has two parts. The architecture's is the mean over its
/// decisions, and over pairs of neighbours, of a number that each value drew once. The training's is
/// the mean squared distance from an optimum that moves with the architecture, times an exponential of
/// six times itself: bad hyperparameters are very bad, as R2 has no lower bound. Noise of 0.002 belongs
/// to each training.
///
/// Sources: Égelé et al., "AgEBO-Tabular", SC 2021, table 1. AgE-1-8, whose hyperparameters are fixed
/// and whose batch size is 32, takes 11.51 +- 6.35 minutes: a log-normal factor of the architecture.
/// AgEBO-1-8, which tunes them, takes 7.05: here, the batch size to the power of -0.28, with the
/// best batch size in the middle of its range. The weight of the distance, 1.5 over the mean of five
/// squares, is how the best of AgE falls, from 0.923 to 0.807, as batch size and learning rate are
/// eightfold (0.43 and 0.45 of their ranges). The form of the metric, its exponential among it, is an
/// assumption.
struct TabularObjective: Objective {
  private static let space = ReadyMadeSpace.agEBOTabular.parameters
  private static let architecture = space.filter(\.isArchitecture)
  private static let training = space.filter { !$0.isArchitecture }
  /// Where each training parameter is best for a middling architecture, from 0 to 1.
  private static let optima = training.indices.map { place in
    training[place].name == batchSize ? 0.5 : 0.25 + 0.5 * draw(.optimum, place, 0)
  }
  private static let batchSize = "batch_size"
  /// Minutes of a training with a batch size of 32, and the deviation of their logarithm.
  private static let (minutes, unevenness) = (11.51, 0.515)
  /// How the time falls with the batch size.
  private static let exponent = -0.28

  private let study: Study

  /// An objective for this study.
  init(for study: Study) { self.study = study }

  func curve(of configuration: Configuration, for trial: TrialID) -> LearningCurve? {
    let places = Self.architecture.map { parameter in
      configuration[parameter.name].flatMap { parameter.domain.place(of: $0) } ?? 0
    }
    let lack = Self.lack(of: places)
    // A tenth of a difference between two architectures moves the optimum by a fifth of each range.
    let shift = 2 * (lack - 0.5)
    var miss = 0.0
    for (parameter, optimum) in zip(Self.training, Self.optima) {
      guard let value = configuration[parameter.name],
        let place = parameter.domain.share(of: value)
      else { continue }
      miss += (place - optimum - shift) * (place - optimum - shift)
    }
    miss /= Double(Self.training.count)
    var random = RandomStream(seed: study.seed, trial: trial, purpose: .simulation)
    let final = 0.05 + 0.15 * lack + 1.5 * miss * Double.exp(6 * miss) + 0.002 * random.normal()
    let epochs = study.fidelity.maximum.epochs
    let losses = (1...epochs).map { epoch in
      final + max(0, 1 - final) * Double.exp(-6 * Double(epoch) / Double(epochs))
    }
    let seconds = 60 * Self.minutes(of: places, batchSize: configuration[Self.batchSize]?.number)
    return LearningCurve(
      values: study.metrics.map { metric in
        losses.map { metric.goal == .maximize ? 1 - $0 : $0 }
      },
      seconds: .perEpoch(seconds / Double(epochs)))
  }

  /// What an architecture lacks, from 0 to 1; each decision counts alone and with the one before.
  private static func lack(of places: [Int]) -> Double {
    let alone = places.indices.map { draw(.single, $0, places[$0]) }
    let paired = places.indices.dropFirst().map {
      draw(.pair, $0, places[$0] * 1000 + places[$0 - 1])
    }
    return (alone + paired).reduce(0, +) / Double(alone.count + paired.count)
  }

  private static func minutes(of places: [Int], batchSize: Double?) -> Double {
    // Arithmetic modulo a prime spreads the architectures over the seeds.
    let seed = places.reduce(UInt64(7)) { ($0 * 1009 + UInt64($1)) % 2_147_483_647 }
    var random = RandomStream(seed: seed, trial: TrialID(0), purpose: .simulation)
    let factor = Double.exp(unevenness * random.normal() - unevenness * unevenness / 2)
    return minutes * factor * Double.pow((batchSize ?? 32) / 32, exponent)
  }

  private enum Kind: UInt64 {
    case optimum = 1
    case single
    case pair
  }

  /// A number from 0 to 1 that belongs to a place of a parameter.
  private static func draw(_ kind: Kind, _ parameter: Int, _ place: Int) -> Double {
    var random = RandomStream(
      seed: kind.rawValue, trial: TrialID(parameter * 1_000_000 + place), purpose: .simulation)
    return random.unit()
  }
}
