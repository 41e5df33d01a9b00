/// Candidates in ascending order of the ratio of a bad density to a good one, found one at a time.
///
/// The order is that of a full evaluation of every candidate, bit for bit: kernels are not negative,
/// so the sum of some of them is a lower bound of the sum of all. Of the candidates whose bound is
/// least one is evaluated further, until the least bound is a full evaluation.
public struct DensityRatioRanking: Sendable {
  private let bad: KernelDensity
  private let width: Int
  private let scaled: [Double]
  private var states: [State]

  /// How far a candidate is evaluated.
  private struct State: Sendable {
    var isTaken = false
    /// The good density, at least ``floor``.
    var good: Double
    var sums = Lanes()
    var blocks = 0
    /// A lower bound of the ratio; the ratio itself when all blocks are in the sums.
    var ratio = 0.0
  }

  /// The least value that either density is taken to have.
  ///
  /// Source: `get_config` of HpBandSter 0.7.4's `BOHB`.
  static let floor = 1e-32
  /// Blocks of eight points that are evaluated at a time.
  private static let step = 32

  /// Ranks candidates.
  ///
  /// - Parameters:
  ///   - candidates: The coordinates of one candidate after the other.
  ///   - good: The density that is to be high.
  ///   - bad: The density that is to be low, of the same coordinates.
  public init(_ candidates: [Double], good: KernelDensity, bad: KernelDensity) {
    self.bad = bad
    width = good.kinds.count
    scaled = bad.scaledForSums(candidates)
    let scaledForGood = good.scaledForSums(candidates)
    states = stride(from: 0, to: candidates.count, by: good.kinds.count).map { first in
      var sums = Lanes()
      good.add(
        kernelsOf: 0..<good.blockCount, at: scaledForGood[first..<(first + good.kinds.count)],
        to: &sums)
      return State(good: max(good.density(ofSums: sums), Self.floor))
    }
    for candidate in states.indices {
      evaluate(candidate, blocks: bad.isNonnegative ? Self.step : bad.blockCount)
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
      if states[best].blocks == bad.blockCount {
        states[best].isTaken = true
        return (best, states[best].ratio)
      }
      evaluate(best, blocks: Self.step)
    }
  }

  private mutating func evaluate(_ candidate: Int, blocks: Int) {
    let first = states[candidate].blocks
    let end = min(first + blocks, bad.blockCount)
    let place = candidate * width
    bad.add(
      kernelsOf: first..<end, at: scaled[place..<(place + width)], to: &states[candidate].sums)
    states[candidate].blocks = end
    let density = max(bad.density(ofSums: states[candidate].sums), Self.floor)
    states[candidate].ratio = density / states[candidate].good
  }
}
