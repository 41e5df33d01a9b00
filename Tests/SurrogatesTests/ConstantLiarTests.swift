import Testing

@testable import Surrogates

struct ConstantLiarTests {
  private func forest(seed: UInt64) -> (RandomForest, candidates: [Double]) {
    var random = SplitMix(seed)
    let rows = (0..<120).map { _ in Double.random(in: 0..<1, using: &random) }
    let targets = (0..<60).map { place -> Double in
      let (x, y) = (rows[2 * place], rows[2 * place + 1])
      return x + y * y
    }
    let forest = RandomForest(
      rows: rows, columns: [.ordered, .ordered], targets: targets, using: &random)
    return (forest, (0..<1000).map { _ in Double.random(in: 0..<1, using: &random) })
  }

  private func point(_ place: Int, of candidates: [Double]) -> [Double] {
    Array(candidates[2 * place...2 * place + 1])
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func theFirstChoiceIsTheBestPrediction(seed: UInt64) {
    let (forest, candidates) = forest(seed: seed)
    for kappa in [0, 0.5, 3] {
      var liar = ConstantLiar(forest: forest, candidates: candidates, lie: 1, limit: 9)
      let choice = liar.choose(kappa: kappa, mayRepeat: false)
      let scores = (0..<500).map { place in
        let prediction = forest.prediction(for: point(place, of: candidates))
        return prediction.mean - kappa * prediction.deviation
      }
      #expect(choice.map { scores[$0] } ?? .infinity <= (scores.min() ?? 0) + 1e-9)
    }
  }

  @Test func nothingIsChosenTwiceUnlessItMayBe() {
    let (forest, _) = forest(seed: 1)
    let candidates = [0.1, 0.1, 0.9, 0.9, 0.5, 0.5]
    var liar = ConstantLiar(forest: forest, candidates: candidates, lie: 0, limit: 9)
    var choices: [Int?] = []
    for _ in 0..<4 { choices.append(liar.choose(kappa: 0, mayRepeat: false)) }
    #expect(choices == [0, 2, 1, nil] || choices == [0, 1, 2, nil])
    var repeating = ConstantLiar(forest: forest, candidates: candidates, lie: 0, limit: 9)
    choices = []
    for _ in 0..<4 { choices.append(repeating.choose(kappa: 0, mayRepeat: true)) }
    #expect(choices == [0, 0, 0, 0])
  }

  @Test func aBadLieSendsTheNextChoiceElsewhere() {
    let (forest, candidates) = forest(seed: 2)
    var liar = ConstantLiar(forest: forest, candidates: candidates, lie: 100, limit: 9)
    let first = liar.choose(kappa: 0, mayRepeat: true) ?? -1
    let second = liar.choose(kappa: 0, mayRepeat: true) ?? -1
    #expect(first != second)
    // Told before, the same lie has the same effect.
    var told = ConstantLiar(forest: forest, candidates: candidates, lie: 100, limit: 9)
    told.tellLie(about: point(first, of: candidates))
    let again = told.choose(kappa: 0, mayRepeat: true)
    #expect(again == second)
  }

  @Test func aLieThatIsTakenBackLeavesNoTrace() {
    let (forest, candidates) = forest(seed: 3)
    var honest = ConstantLiar(forest: forest, candidates: candidates, lie: 9, limit: 1)
    let first = honest.choose(kappa: 0, mayRepeat: true) ?? -1
    var liar = ConstantLiar(forest: forest, candidates: candidates, lie: 9, limit: 1)
    liar.tellLie(about: point(first, of: candidates))
    // Told about a far corner, it forgets the first lie.
    liar.tellLie(about: [1, 1])
    let again = liar.choose(kappa: 0, mayRepeat: true)
    #expect(again == first)
  }
}
