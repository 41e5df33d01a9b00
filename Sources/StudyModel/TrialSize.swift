/// The GPUs of each trial: a whole number, or one part of one.
public struct TrialSize: Hashable, Sendable, Codable {
  /// Whole GPUs; 1 where trials share one, 0 for cores alone.
  public let gpus: Int
  /// Trials that share a GPU; 1 where ``gpus`` is more than 1.
  public let trialsPerGPU: Int

  /// The most trials that share a GPU, and the most GPUs of a trial.
  public static let mostShares = 64
  /// The most GPUs of a trial.
  public static let mostGPUs = 100_000

  /// So many whole GPUs.
  ///
  /// - Parameter gpus: From 0 to ``mostGPUs``.
  public init(gpus: Int) { (self.gpus, trialsPerGPU) = (gpus, 1) }

  /// A share of a GPU.
  ///
  /// - Parameter trials: How many trials share it, from 1 to ``mostShares``.
  public init(sharing trials: Int) { (gpus, trialsPerGPU) = (1, trials) }

  /// The size of a number of GPUs; `nil` for one that is neither whole nor one part of a GPU.
  ///
  /// - Parameter number: 0.33 is meant to be a third.
  public init?(_ number: Double) {
    if number >= 0, number <= Double(Self.mostGPUs), number == number.rounded() {
      self.init(gpus: Int(number))
    } else if number > 0, number < 1 {
      let trials = (1 / number).rounded()
      guard trials <= Double(Self.mostShares), (trials * number - 1).magnitude < 0.02 else {
        return nil
      }
      self.init(sharing: Int(trials))
    } else {
      return nil
    }
  }

  /// GPUs as a number.
  public var number: Double { trialsPerGPU > 1 ? 1 / Double(trialsPerGPU) : Double(gpus) }
}

extension TrialSize: CustomStringConvertible {
  /// As `trial.gpus` has it, such as `4`, `0.25` or `0.33333`.
  public var description: String {
    guard trialsPerGPU > 1 else { return String(gpus) }
    // Five digits tell 1/63 from 1/64.
    let parts = String((100_000 + trialsPerGPU / 2) / trialsPerGPU)
    var digits = String(repeating: "0", count: 5 - parts.count) + parts
    while digits.hasSuffix("0") { digits.removeLast() }
    return "0." + digits
  }
}
