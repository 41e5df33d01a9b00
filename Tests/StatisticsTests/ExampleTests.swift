import Statistics
import Testing

/// The worked example of Demšar, JMLR 7 (2006): areas under the curve of four variants of C4.5 on 14 data sets.
@Suite struct ExampleTests {
  /// Table 6; higher is better there. The last two of `voting` differ behind the digits that are printed, as its
  /// ranks say.
  private static let areas = [
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.9751, 0.975], [0.957, 0.978, 0.946, 0.970],
  ]
  private let losses = areas.map { $0.map { -$0 } }

  @Test func ranksAndStatisticsAreThoseOfThePaper() throws {
    let ranks = averageRanks(losses)
    let sums: [Double] = [44, 28, 40.5, 27.5]
    #expect(ranks == sums.map { $0 / 14 })
    let test = try #require(FriedmanTest(losses))
    // The paper corrects nothing for ties: 9.28 and 3.69.
    let plain = test.chiSquared * test.tieFactor
    #expect((plain - 9.28).magnitude < 0.005)
    let corrected = 13 * plain / (14 * 3 - plain)
    #expect((corrected - 3.69).magnitude < 0.005)
    #expect(test.probability < 0.05)
  }

  @Test func criticalDifferencesAreThoseOfThePaper() {
    let test = NemenyiTest(ranks: averageRanks(losses), blocks: 14)
    #expect((test.criticalDifference(at: 0.05) - 1.25).magnitude < 0.005)
    #expect((test.criticalDifference(at: 0.1) - 1.12).magnitude < 0.005)
    // At 0.10, "the performance of pure C4.5 is significantly worse than that of C4.5+m and C4.5+m+cf. We
    // cannot tell which group C4.5+cf belongs to."
    #expect(test.probability(0, 3) < 0.1 && test.probability(0, 3) > 0.05)
    let bars = stretchesNotToldApart(ranks: test.ranks) { test.probability($0, $1) < 0.1 }
    #expect(bars == [[3, 1, 2], [2, 0]])
    #expect(stretchesNotToldApart(ranks: test.ranks) { test.probability($0, $1) < 0.05 }.count == 1)
  }

  /// Its table 2: C4.5 with and without m, sums of 93 and 12.
  @Test func signedRanksAreThoseOfThePaper() {
    let test = SignedRankTest(Self.areas.map { (($0[1] - $0[0]) * 1000).rounded() })
    #expect(test.above == 93 && test.below == 12)
    #expect(test.probability < 0.05 && !test.isExact)
  }
}
