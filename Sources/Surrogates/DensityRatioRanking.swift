/// Candidates in ascending order of the ratio of a bad density to a good one, found one at a time.
///
/// The order is that of an evaluation of every candidate in double precision, bit for bit, though
/// few are evaluated: the others have a lower bound that is not less. Bounds come from single
/// precision (`RoughDensity`), and from sums of some kernels, as none is negative. Of the
/// candidates whose bound is least one is evaluated further, until the least is no bound but a ratio.
public struct DensityRatioRanking: Sendable {
  private let good: KernelDensity
  private let bad: KernelDensity
  private let rough: RoughDensity
  private let candidates: [Double]
  private let scaled: [Float]
  private var states: [State]

  /// How far a candidate is evaluated.
  private struct State: Sendable {
    /// An upper bound of the good density.
    var good = 0.0
    /// The sums of the first blocks of the bad density.
    var sums = RoughLanes()
    var blocks = 0
    /// A lower bound of the ratio, or the ratio.
    var ratio = 0.0
    var isExact = false
    var isTaken = false
  }

  /// The least value that either density is taken to have.
  ///
  /// Source: `get_config` of HpBandSter 0.7.4's `BOHB`.
  static let floor = 1e-32
  /// Blocks of eight points that are evaluated at a time.
  private static let step = 64

  /// Ranks candidates.
  ///
  /// - Parameters:
  ///   - candidates: The coordinates of one candidate after the other.
  ///   - good: The density that is to be high.
  ///   - bad: The density that is to be low, of the same coordinates.
  ///   - isExact: Whether all candidates are evaluated in double precision, for comparison.
  public init(
    _ candidates: [Double], good: KernelDensity, bad: KernelDensity, isExact: Bool = false
  ) {
    self.good = good
    self.bad = bad
    self.candidates = candidates
    rough = RoughDensity(bad)
    scaled = bad.layout.scaled(candidates).map { Float($0) }
    let width = good.kinds.count
    states = Array(repeating: State(), count: candidates.count / width)
    let roughGood = RoughDensity(good)
    guard !isExact, good.layout.isBounded, bad.layout.isBounded, rough.isUseful,
      roughGood.isUseful
    else {
      for candidate in states.indices { evaluateExactly(candidate) }
      return
    }
    let scaledForGood = good.layout.scaled(candidates).map { Float($0) }
    for candidate in states.indices {
      let point = scaledForGood[(candidate * width)..<((candidate + 1) * width)]
      var sums = RoughLanes()
      roughGood.add(kernelsOf: 0..<roughGood.blockCount, at: point, to: &sums)
      states[candidate].good = max(roughGood.upperBound(ofSums: sums), Self.floor)
      evaluate(candidate)
    }
  }

  /// The best candidate that was not returned yet, and its ratio; of equal ones the first.
  public mutating func next() -> (candidate: Int, ratio: Double)? {
    while true {
      var best: Int?
      for candidate in states.indices where !states[candidate].isTaken {
        if let other = best, states[other].ratio <= states[candidate].ratio { continue }
        best = candidate
      }
      guard let best else { return nil }
      if states[best].isExact {
        states[best].isTaken = true
        return (best, states[best].ratio)
      }
      if states[best].blocks < rough.blockCount {
        evaluate(best)
      } else {
        evaluateExactly(best)
      }
    }
  }

  /// Raises the lower bound of a candidate by the next blocks of the bad density.
  private mutating func evaluate(_ candidate: Int) {
    let width = good.kinds.count
    let first = states[candidate].blocks
    let end = min(first + Self.step, rough.blockCount)
    rough.add(
      kernelsOf: first..<end, at: scaled[(candidate * width)..<((candidate + 1) * width)],
      to: &states[candidate].sums)
    states[candidate].blocks = end
    let density = max(rough.lowerBound(ofSums: states[candidate].sums), Self.floor)
    states[candidate].ratio = density / states[candidate].good
  }

  private mutating func evaluateExactly(_ candidate: Int) {
    let width = good.kinds.count
    let point = Array(candidates[(candidate * width)..<((candidate + 1) * width)])
    let ratio = max(bad.density(at: point), Self.floor) / max(good.density(at: point), Self.floor)
    // Infinite kernels, which only statsmodels' levels lead to, can leave no number.
    states[candidate].ratio = ratio.isNaN ? .infinity : ratio
    states[candidate].isExact = true
  }
}
