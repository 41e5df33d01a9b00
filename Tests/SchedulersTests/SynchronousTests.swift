import StudyModel
import TestSupport
import Testing

@testable import Schedulers

struct SynchronousTests {
  private func scheduler(_ play: Play, isCycle: Bool) -> SynchronousHalving {
    let plans = BracketPlan.hyperband(rungs: play.budgets, eta: play.eta)
    return SynchronousHalving(plans: isCycle ? plans : [plans[0]], eta: play.eta)
  }

  @Test(arguments: seeds(600, from: 170_000))
  func everyRungWaitsForItsMembersAndPromotesTheBest(seed: UInt64) {
    let play = Play(seed: seed, trials: 1...(seed.isMultiple(of: 2) ? 90 : 250))
    #expect(differences(play, seed: seed) == [])
  }

  @Test(arguments: seeds(500, from: 171_000))
  func rungsOfSeveralMetricsAreRankedByFronts(seed: UInt64) {
    var play = Play(seed: seed, trials: 1...40)
    play.metricCount = Int(2 + seed % 2)
    #expect(differences(play, seed: seed) == [])
  }

  /// Where the scheduler does not decide as the naive one.
  private func differences(_ original: Play, seed: UInt64) -> [String] {
    var play = original
    let isCycle = seed % 4 > 1
    var scheduler = scheduler(play, isCycle: isCycle)
    var naive = NaiveSynchronous(eta: play.eta, budgets: play.budgets, isCycle: isCycle)
    var differences: [String] = []
    play.run { event in
      let decisions = scheduler.absorb(event)
      let expected: [Decision]
      switch event {
      case .slotFreed(let next): expected = naive.slotFreed(next: next)
      case .observed: expected = []
      case .reported(let trial, let loss, let budget):
        expected = naive.reported(trial, loss, at: budget)
      case .ended(let trial, let loss):
        naive.ended(trial, loss)
        expected = []
      case .failed(let trial):
        naive.ended(trial, .diverged)
        expected = []
      }
      if decisions != expected { differences.append("\(event): \(decisions), not \(expected)") }
      return decisions
    }
    if !scheduler.brackets.isEmpty { differences.append("a bracket waits for nothing") }
    return differences + play.violations
  }

  /// The paper's table of brackets for R = 81, and the same with powers of 4.
  @Test func bracketsAreThoseOfThePaper() {
    func brackets(_ maximum: Int, eta: Int) -> [[[Int]]] {
      let fidelity = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(maximum))
      return BracketPlan.hyperband(rungs: fidelity.rungs(eta: eta), eta: eta).map { plan in
        zip(plan.sizes, plan.budgets).map { [$0, $1.epochs] }
      }
    }
    #expect(
      brackets(81, eta: 3) == [
        [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]],
        [[34, 3], [11, 9], [3, 27], [1, 81]],
        [[15, 9], [5, 27], [1, 81]],
        [[8, 27], [2, 81]],
        [[5, 81]],
      ])
    // 81 is no power of 4: the last rung is the maximum itself.
    #expect(
      brackets(81, eta: 4) == [
        [[256, 1], [64, 4], [16, 16], [4, 64], [1, 81]],
        [[80, 4], [20, 16], [5, 64], [1, 81]],
        [[27, 16], [6, 64], [1, 81]],
        [[10, 64], [2, 81]],
        [[5, 81]],
      ])
    #expect(
      brackets(64, eta: 4) == [
        [[64, 1], [16, 4], [4, 16], [1, 64]],
        [[22, 4], [5, 16], [1, 64]],
        [[8, 16], [2, 64]],
        [[4, 64]],
      ])
  }

  @Test(arguments: [(2, 16), (3, 81), (4, 64), (3, 10), (5, 7)])
  func bracketsHoldWhatThePaperSaysInTurn(eta: Int, maximum: Int) {
    let rungs = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(maximum)).rungs(
      eta: eta)
    let plans = BracketPlan.hyperband(rungs: rungs, eta: eta)
    var scheduler = SynchronousHalving(plans: plans, eta: eta)
    var counts: [[Budget: Int]] = []
    // One worker, whose trials get better and better: no bracket begins before the last has ended.
    for number in 0..<(2 * plans.count) {
      var trained: [Budget: Int] = [:]
      var trial = 1_000 * number
      repeat {
        var decision = scheduler.absorb(.slotFreed(next: TrialID(trial))).first
        trial += 1
        while true {
          guard case .some(let given) = decision else { break }
          let (who, budget): (TrialID, Budget)
          switch given {
          case .start(let trial, let upTo), .resume(let trial, let upTo),
            .goOn(let trial, let upTo):
            (who, budget) = (trial, upTo)
          default:
            decision = nil
            continue
          }
          trained[budget, default: 0] += 1
          decision =
            scheduler.absorb(.reported(who, .finite(-Double(who.number)), at: budget)).first
        }
      } while !scheduler.brackets.isEmpty
      counts.append(trained)
    }
    let expected = (plans + plans).map { plan in
      Dictionary(uniqueKeysWithValues: zip(plan.budgets, plan.sizes))
    }
    #expect(counts == expected)
  }

  /// Rungs at 1, 2 and 4 epochs, and brackets of four trials.
  private static func small() -> SynchronousHalving {
    let rungs = [1, 2, 4].map { Budget($0) }
    return SynchronousHalving(plans: [BracketPlan.hyperband(rungs: rungs, eta: 2)[0]], eta: 2)
  }

  private func start(_ trials: Range<Int>, _ scheduler: inout SynchronousHalving) {
    for trial in trials {
      #expect(
        scheduler.absorb(.slotFreed(next: TrialID(trial)))
          == [.start(TrialID(trial), upTo: Budget(1))])
    }
  }

  private func report(
    _ trial: Int, _ loss: Double, at budget: Int, _ scheduler: inout SynchronousHalving
  ) -> [Decision] {
    scheduler.absorb(.reported(TrialID(trial), .finite(loss), at: Budget(budget)))
  }

  @Test func aRungOfFailuresEndsItsBracket() {
    var scheduler = Self.small()
    start(0..<4, &scheduler)
    for trial in 0..<3 { _ = scheduler.absorb(.failed(TrialID(trial))) }
    #expect(scheduler.brackets.count == 1)
    #expect(
      scheduler.absorb(.reported(TrialID(3), .diverged, at: Budget(1))) == [.stop(TrialID(3))])
    #expect(scheduler.brackets.isEmpty)
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
  }

  @Test func failuresCountAsWorst() {
    var scheduler = Self.small()
    start(0..<4, &scheduler)
    #expect(report(0, 0.9, at: 1, &scheduler) == [.pause(TrialID(0))])
    _ = scheduler.absorb(.failed(TrialID(1)))
    #expect(report(2, 0.8, at: 1, &scheduler) == [.pause(TrialID(2))])
    _ = scheduler.absorb(.failed(TrialID(3)))
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(2), upTo: Budget(2))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(0), upTo: Budget(2))])
  }

  @Test func theLastReportOfARungGoesOnOrIsStopped() {
    var scheduler = Self.small()
    start(0..<4, &scheduler)
    for trial in 0..<3 { _ = report(trial, Double(trial), at: 1, &scheduler) }
    #expect(report(3, 0.5, at: 1, &scheduler) == [.goOn(TrialID(3), upTo: Budget(2))])
    #expect(report(3, 0.5, at: 1, &scheduler) == [.goOn(TrialID(3), upTo: Budget(2))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(0), upTo: Budget(2))])
    #expect(report(0, 0.1, at: 2, &scheduler) == [.pause(TrialID(0))])
    #expect(report(3, 0.2, at: 2, &scheduler) == [.stop(TrialID(3))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(0), upTo: Budget(4))])
    #expect(report(0, 0.1, at: 4, &scheduler) == [.complete(TrialID(0))])
    #expect(scheduler.brackets.isEmpty)
  }

  @Test func aBracketThatNobodyJoinsAnyMoreIsClosed() {
    var scheduler = Self.small()
    start(0..<3, &scheduler)
    for trial in 0..<3 {
      #expect(report(trial, Double(trial), at: 1, &scheduler) == [.pause(TrialID(trial))])
    }
    // Three members: one is promoted, and again.
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(0), upTo: Budget(2))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
    #expect(report(0, 0, at: 2, &scheduler) == [.goOn(TrialID(0), upTo: Budget(4))])
  }

  @Test func aTrialThatEndedItselfIsPromotedWithoutBeingTrained() {
    var scheduler = Self.small()
    start(0..<4, &scheduler)
    _ = scheduler.absorb(.ended(TrialID(0), .finite(0)))
    for trial in 1..<3 { _ = report(trial, Double(trial), at: 1, &scheduler) }
    #expect(report(3, 3, at: 1, &scheduler) == [.stop(TrialID(3))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(1), upTo: Budget(2))])
    // Trial 0 stands before it at every rung.
    #expect(report(1, 1, at: 2, &scheduler) == [.stop(TrialID(1))])
    #expect(scheduler.brackets.isEmpty)
  }

  @Test func aPausedTrialThatFailsIsNeverResumed() {
    var scheduler = Self.small()
    start(0..<4, &scheduler)
    _ = report(0, 0, at: 1, &scheduler)
    _ = scheduler.absorb(.failed(TrialID(0)))
    for trial in 1..<4 { _ = report(trial, Double(trial), at: 1, &scheduler) }
    _ = scheduler.absorb(.failed(TrialID(2)))
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(1), upTo: Budget(2))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
    #expect(report(1, 1, at: 2, &scheduler) == [.goOn(TrialID(1), upTo: Budget(4))])
  }
}
