import StudyModel
import TestSupport
import Testing

@testable import Schedulers

struct ProgressionTests {
  @Test(arguments: seeds(500, from: 170_000))
  func itDecidesAsAComparisonOfAllPairsAtEachEvent(seed: UInt64) {
    var play = Play(seed: seed, followsCurves: true)
    let ranking = NaiveProgression.ranking(seed: seed)
    var scheduler = ProgressiveHalving(rungs: play.budgets, eta: play.eta, ranking: ranking)
    var naive = NaiveProgression(
      eta: play.eta, budgets: play.budgets, ranking: ranking, trials: play.trials)
    let budgets = play.budgets
    var differences: [String] = []
    play.run { event in
      let decisions = scheduler.absorb(event)
      let expected = naive.absorb(event)
      let largest = budgets[naive.highest]
      if decisions != expected || scheduler.currentMaximum != largest {
        differences.append(
          "\(event): \(decisions) at \(scheduler.currentMaximum), not \(expected) at \(largest)")
      }
      return decisions
    }
    #expect(differences == [])
    #expect(play.violations == [])
    scheduler.settle()
    if case .noise = ranking.threshold, ranking.kind == .soft {
      #expect(scheduler.threshold == naive.threshold)
    }
  }
}
