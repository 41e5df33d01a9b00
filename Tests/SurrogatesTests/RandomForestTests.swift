import Testing

@testable import Surrogates

struct RandomForestTests {
  /// Points in the unit cube, one after another, of which some coordinates are categories.
  private func rows(
    _ count: Int, _ columns: [RandomForest.Column], _ random: inout SplitMix
  ) -> [Double] {
    (0..<count).flatMap { _ in
      columns.map { column -> Double in
        switch column {
        case .ordered: Double.random(in: 0..<1, using: &random)
        case .unordered(let categories): Double(Int.random(in: 0..<categories, using: &random))
        }
      }
    }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func aFullTreeInterpolatesDistinctPoints(seed: UInt64) {
    var random = SplitMix(seed)
    let columns: [RandomForest.Column] = [.ordered, .unordered(count: 70), .ordered]
    let rows = rows(100, columns, &random)
    let targets = (0..<100).map { _ in Double.random(in: -5...5, using: &random) }
    var settings = RandomForest.Settings()
    settings.trees = 1
    settings.isBootstrapped = false
    let forest = RandomForest(
      rows: rows, columns: columns, targets: targets, settings: settings, using: &random)
    for place in 0..<100 {
      let prediction = forest.prediction(for: Array(rows[place * 3..<place * 3 + 3]))
      #expect((prediction.mean - targets[place]).magnitude < 1e-9)
      #expect(prediction.deviation < 1e-6)
    }
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func everySplitIsTheOneThatLeavesTheLeastVariance(seed: UInt64) throws {
    var random = SplitMix(seed)
    let columns: [RandomForest.Column] = [.ordered, .unordered(count: 5), .ordered]
    let rows = rows(40, columns, &random)
    let targets = (0..<40).map { _ in Double.random(in: -5...5, using: &random) }
    var settings = RandomForest.Settings()
    settings.trees = 1
    settings.isBootstrapped = false
    settings.minimumSplit = 40
    let forest = RandomForest(
      rows: rows, columns: columns, targets: targets, settings: settings, using: &random)
    #expect(forest.leaves.count == 2)
    let left = forest.leaves.map { $0.squares - $0.sum * $0.sum / $0.weight }.reduce(0, +)
    // By brute force: every threshold, and every subset of the categories.
    var least = Double.infinity
    for column in [0, 2] {
      for threshold in 0..<40 {
        let limit = rows[threshold * 3 + column]
        least = min(least, rest(of: targets) { rows[$0 * 3 + column] <= limit })
      }
    }
    for subset in 1..<31 {
      least = min(least, rest(of: targets) { subset >> Int(rows[$0 * 3 + 1]) & 1 == 1 })
    }
    #expect((left - least).magnitude < 1e-9)
  }

  private func rest(of targets: [Double], isLeft: (Int) -> Bool) -> Double {
    [true, false].map { side in
      let part = targets.indices.filter { isLeft($0) == side }.map { targets[$0] }
      let mean = part.reduce(0, +) / Double(max(part.count, 1))
      return part.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    }.reduce(0, +)
  }

  @Test func aConstantTargetIsPredictedWithoutDeviation() {
    var random = SplitMix(1)
    let forest = RandomForest(
      rows: [0, 1, 2, 3], columns: [.ordered], targets: [7, 7, 7, 7], using: &random)
    #expect(forest.prediction(for: [1.5]) == .init(mean: 7, deviation: 0))
    #expect(forest.nodes.count == 100)
  }

  @Test func equalPointsShareALeafOfTheirVariance() {
    var random = SplitMix(1)
    var settings = RandomForest.Settings()
    settings.isBootstrapped = false
    let forest = RandomForest(
      rows: [1, 1, 1, 1], columns: [.ordered], targets: [0, 2, 0, 2], settings: settings,
      using: &random)
    #expect(forest.prediction(for: [1]) == .init(mean: 1, deviation: 1))
  }
}

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
