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

  private func report(
    _ scheduler: inout ProgressiveHalving, _ trial: Int, _ loss: Double, at budget: Int
  ) -> [Decision] {
    scheduler.absorb(.reported(TrialID(trial), .finite(loss), at: Budget(budget)))
  }

  @Test func itGrowsWhenTwoTrialsChangeTheirRanksAndSaysWhy() {
    var scheduler = ProgressiveHalving(rungs: [1, 2, 4].map { Budget($0) }, eta: 2)
    #expect(scheduler.currentMaximum == Budget(2))
    #expect(report(&scheduler, 0, 0.5, at: 1) == [.pause(TrialID(0))])
    #expect(report(&scheduler, 1, 0.25, at: 1) == [.goOn(TrialID(1), upTo: Budget(2))])
    #expect(report(&scheduler, 2, 0.75, at: 1) == [.pause(TrialID(2))])
    #expect(report(&scheduler, 3, 0.125, at: 1) == [.goOn(TrialID(3), upTo: Budget(2))])
    #expect(report(&scheduler, 1, 0.1, at: 2) == [.pause(TrialID(1))])
    #expect(scheduler.observesCurves)
    // Two trials are enough to promote one, and their order has changed.
    #expect(report(&scheduler, 3, 0.11, at: 2) == [.pause(TrialID(3))])
    #expect(scheduler.currentMaximum == Budget(4))
    #expect(!scheduler.observesCurves)
    #expect(
      scheduler.growths.map(\.description) == [
        """
        the largest budget grew from 2 to 4: trial 1 has rank 1 at 2, but at 1 differs by 0.125 \
        from who has it there, more than the threshold of 0.0
        """
      ])
    #expect(
      scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(1), upTo: Budget(4))])
  }

  @Test(arguments: 1...2)
  func withoutARungInBetweenItIsPlainHalving(count: Int) {
    let scheduler = ProgressiveHalving(rungs: (1...count).map { Budget($0) }, eta: 2)
    #expect(scheduler.currentMaximum == Budget(count))
    #expect(!scheduler.observesCurves)
  }

  @Test func aReportsCostHardlyGrowsWithTheNumberOfTrialsThatAgree() {
    func seconds(_ trials: Int) -> Double {
      var scheduler = Scheduler.progressive(
        ProgressiveHalving(rungs: [1, 3, 9].map { Budget($0) }, eta: 3))
      var random = SeededGenerator(1)
      var clock = ContinuousClock.now
      for trial in 0..<(trials + 1_000) {
        if trial == trials { clock = .now }
        let loss = random.real(0...1)
        _ = scheduler.absorb(.slotFreed(next: TrialID(trial)))
        for epoch in 1...3 {
          let event = SchedulerEvent.reported(TrialID(trial), .finite(loss), at: Budget(epoch))
          if epoch == 2 {
            _ = scheduler.absorb(.observed(TrialID(trial), .finite(loss), at: Budget(epoch)))
          } else {
            _ = scheduler.absorb(event)
          }
        }
      }
      return (ContinuousClock.now - clock).seconds
    }
    let few = (0..<3).map { _ in seconds(1_000) }.min() ?? 0
    let many = (0..<3).map { _ in seconds(10_000) }.min() ?? 0
    #expect(many < 5 * few, "\(few) s and \(many) s for a thousand trials")
  }
}
