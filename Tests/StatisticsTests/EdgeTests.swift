import Statistics
import Testing

/// What no published example has.
@Suite struct EdgeTests {
  @Test func equalValuesShareARank() {
    #expect(sharedRanks([3, 1, 3, 2]) == [3.5, 1, 3.5, 2])
    #expect(sharedRanks([.infinity, 1, .infinity]) == [2.5, 1, 2.5])
    #expect(sharedRanks([]) == [])
  }

  @Test func treatmentsThatNeverDifferAreNotToldApart() throws {
    let test = try #require(FriedmanTest([[1, 1, 1], [2, 2, 2]]))
    #expect(test.probability == 1 && test.statistic == 0)
    #expect(SignedRankTest([0, 0, 0]).probability == 1)
    #expect(FriedmanTest([[1, 2]]) == nil && FriedmanTest([[1], [2]]) == nil)
  }

  @Test func blocksThatAgreeFullyLeaveNoDoubt() throws {
    let test = try #require(FriedmanTest([[1, 2, 3], [4, 5, 6], [0, 7, 9]]))
    #expect(test.statistic == .infinity && test.probability == 0)
  }

  @Test func fiveBlocksCannotTellTwoApartAtATwentieth() {
    let test = SignedRankTest([1, 2, 3, 4, 5])
    #expect(test.isExact && test.probability == 2.0 / 32)
  }

  @Test func adjustedProbabilitiesNeverFall() {
    let adjusted = holmAdjusted([0.01, 0.04, 0.03])
    for (value, other) in zip(adjusted, [0.03, 0.06, 0.06]) {
      #expect((value - other).magnitude < 1e-15)
    }
    #expect(holmAdjusted([0.9, 0.8]) == [1, 1])
    #expect(holmAdjusted([]) == [])
  }

  @Test func aBarLiesInNoOther() {
    // 1 and 3 differ, 1 and 4 do not: no bar says so.
    let different: [Set<Int>] = [[0, 2], [0, 4]]
    let bars = stretchesNotToldApart(ranks: [1, 2, 3, 4, 5]) { different.contains([$0, $1]) }
    #expect(bars == [[0, 1], [1, 2, 3, 4]])
    #expect(stretchesNotToldApart(ranks: [1, 2]) { _, _ in true } == [])
  }

  @Test func quantilesLieBetweenNeighbours() {
    #expect(quantile(0.5, of: [1, 2, 4]) == 2)
    #expect(quantile(0.25, of: [1, 2, 4]) == 1.5)
    #expect(quantile(0.75, of: [1, .infinity]) == .infinity)
    #expect(quantile(0.5, of: [1, 2, .infinity]) == 2)
    #expect(quantile(1, of: [7]) == 7)
  }
}
