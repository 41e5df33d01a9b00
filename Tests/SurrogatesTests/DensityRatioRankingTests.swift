import Testing

@testable import Surrogates

struct DensityRatioRankingTests {
  /// A good and a bad density, and candidates of the good one.
  private func densities(
    _ random: inout RandomNumbers
  ) -> (good: KernelDensity, bad: KernelDensity, candidates: [Double]) {
    let kinds = random.kinds()
    func density(_ counts: ClosedRange<Int>) -> KernelDensity {
      let count = Int.random(in: counts, using: &random)
      // Narrow spreads have narrow kernels, which are the hardest in single precision.
      let spread = [1.0, 0.3, 0.01, 0][Int.random(in: 0..<4, using: &random)]
      return KernelDensity(
        points: random.points(count, kinds, spread: spread), rows: Array(0..<count), kinds: kinds,
        minimumBandwidth: 1e-3)
    }
    let good = density(1...40)
    let bad = density(1...300)
    return (good, bad, good.sample(24, widening: 3, using: &random))
  }

  @Test(arguments: 0..<120 as Range<UInt64>)
  func theOrderIsThatOfAnEvaluationOfEveryCandidate(seed: UInt64) {
    var random = RandomNumbers(seed)
    let (good, bad, candidates) = densities(&random)
    let width = good.kinds.count
    let ratios = (0..<24).map { candidate in
      let point = Array(candidates[(candidate * width)..<((candidate + 1) * width)])
      return max(bad.density(at: point), 1e-32) / max(good.density(at: point), 1e-32)
    }
    let order = (0..<24).sorted { (ratios[$0], $0) < (ratios[$1], $1) }
    var ranking = DensityRatioRanking(candidates, good: good, bad: bad)
    var exact = DensityRatioRanking(candidates, good: good, bad: bad, isExact: true)
    for expected in order {
      let next = ranking.next()
      #expect(next?.candidate == expected && next?.ratio == ratios[expected], "seed \(seed)")
      #expect(exact.next()?.candidate == expected)
    }
    #expect(ranking.next() == nil)
  }

  @Test(arguments: 0..<120 as Range<UInt64>)
  func boundsEncloseTheDensity(seed: UInt64) {
    var random = RandomNumbers(seed &+ 1000)
    let (_, bad, candidates) = densities(&random)
    let rough = RoughDensity(bad)
    #expect(rough.isUseful)
    let width = bad.kinds.count
    for candidate in 0..<24 {
      let point = Array(candidates[(candidate * width)..<((candidate + 1) * width)])
      let scaled = bad.layout.scaled(point).map { Float($0) }
      var sums = RoughLanes()
      rough.add(kernelsOf: 0..<rough.blockCount, at: scaled[...], to: &sums)
      let density = bad.density(at: point)
      #expect(rough.lowerBound(ofSums: sums) <= density, "seed \(seed)")
      #expect(rough.upperBound(ofSums: sums) >= density, "seed \(seed)")
    }
  }

  @Test func densitiesThatCanBeNegativeAreEvaluatedInFull() {
    var random = RandomNumbers(5)
    let kinds: [KernelDensity.Kind] = [.continuous, .unordered(levels: 5)]
    func density(_ count: Int) -> KernelDensity {
      KernelDensity(
        points: random.points(count, kinds, spread: 1), rows: Array(0..<count), kinds: kinds,
        minimumBandwidth: 1e-3, isBounded: false)
    }
    let good = density(5)
    let bad = density(9)
    #expect(!bad.layout.isNonnegative)
    let candidates = good.sample(24, widening: 3, using: &random)
    let ratios = stride(from: 0, to: 48, by: 2).map { first in
      let point = Array(candidates[first..<(first + 2)])
      return max(bad.density(at: point), 1e-32) / max(good.density(at: point), 1e-32)
    }
    var ranking = DensityRatioRanking(candidates, good: good, bad: bad)
    #expect(ranking.next()?.ratio == ratios.min())
  }
}
