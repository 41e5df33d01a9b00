import StudyModel
import TestSupport
import Testing

@testable import Schedulers

struct HalvingTests {
  private func promotion(_ play: Play, seed: UInt64) -> AsynchronousHalving {
    AsynchronousHalving(
      rungs: play.budgets, eta: play.eta, brackets: play.bracketCount, seed: seed)
  }

  private func stopping(_ play: Play, seed: UInt64) -> StoppingHalving {
    StoppingHalving(rungs: play.budgets, eta: play.eta, brackets: play.bracketCount, seed: seed)
  }

  private func brackets(_ play: Play, seed: UInt64) -> Brackets {
    Brackets(rungs: play.budgets, eta: play.eta, count: play.bracketCount, seed: seed)
  }

  @Test(arguments: seeds(800, from: 120_000))
  func promotionDecidesAsAlgorithm2OfThePaper(seed: UInt64) {
    #expect(promotionDifferences(Play(seed: seed), seed: seed) == [])
  }

  @Test(arguments: seeds(500, from: 120_900))
  func promotionRanksSeveralMetricsByFronts(seed: UInt64) {
    var play = Play(seed: seed, trials: 1...35)
    play.metricCount = Int(2 + seed % 2)
    #expect(promotionDifferences(play, seed: seed) == [])
  }

  @Test(arguments: seeds(500, from: 121_900))
  func promotionByTheInterpolatedQuantileIsThatOfSortedLosses(seed: UInt64) {
    let play = Play(seed: seed)
    #expect(promotionDifferences(play, seed: seed, quantile: .interpolated) == [])
  }

  @Test(arguments: seeds(500, from: 122_900))
  func samplesComeFirstWhereTheyShall(seed: UInt64) {
    var play = Play(seed: seed)
    play.metricCount = seed % 4 == 0 ? 2 : 1
    #expect(promotionDifferences(play, seed: seed, first: .samples) == [])
  }

  /// Where the scheduler does not decide as the naive one.
  private func promotionDifferences(
    _ original: Play, seed: UInt64, quantile: Schedule.Quantile = .floor,
    first: Schedule.Order = .promotions
  ) -> [String] {
    var play = original
    var scheduler = AsynchronousHalving(
      rungs: play.budgets, eta: play.eta, brackets: play.bracketCount, seed: seed,
      quantile: quantile, first: first)
    let brackets = brackets(play, seed: seed)
    var naive = NaiveHalving(eta: play.eta, budgets: brackets.rungs, bracket: brackets.bracket)
    naive.isInterpolated = quantile == .interpolated
    naive.startsFirst = first == .samples
    var differences: [String] = []
    play.run { event in
      let decisions = scheduler.absorb(event)
      let expected: [Decision]
      switch event {
      case .slotFreed(let next): expected = naive.slotFreed(next: next)
      case .reported(let trial, let loss, let budget):
        expected = [naive.reported(trial, loss, at: budget)]
      case .ended(let trial, let loss):
        naive.ended(trial, loss)
        expected = []
      case .failed(let trial):
        naive.out.insert(trial)
        expected = []
      case .observed: expected = []
      }
      if decisions != expected { differences.append("\(event): \(decisions), not \(expected)") }
      return decisions
    }
    return differences + play.violations
  }

  @Test(arguments: seeds(800, from: 130_000))
  func stoppingDecidesAsItsDefinition(seed: UInt64) {
    #expect(stoppingDifferences(Play(seed: seed), seed: seed) == [])
  }

  @Test(arguments: seeds(500, from: 130_900))
  func stoppingRanksSeveralMetricsByFronts(seed: UInt64) {
    var play = Play(seed: seed, trials: 1...35)
    play.metricCount = Int(2 + seed % 2)
    #expect(stoppingDifferences(play, seed: seed) == [])
  }

  /// Where the scheduler does not decide as the naive one.
  private func stoppingDifferences(_ original: Play, seed: UInt64) -> [String] {
    var play = original
    var scheduler = stopping(play, seed: seed)
    let brackets = brackets(play, seed: seed)
    var naive = NaiveStopping(eta: play.eta, budgets: brackets.rungs, bracket: brackets.bracket)
    var differences: [String] = []
    play.run { event in
      let decisions = scheduler.absorb(event)
      let expected: [Decision]
      switch event {
      case .slotFreed(let next):
        expected =
          next.map { [.start($0, upTo: brackets.rungs[brackets.bracket(of: $0)][0])] } ?? []
      case .reported(let trial, let loss, let budget):
        expected = [naive.reported(trial, loss, at: budget)]
      case .ended(let trial, let loss):
        naive.ended(trial, loss)
        expected = []
      case .observed, .failed: expected = []
      }
      if decisions != expected { differences.append("\(event): \(decisions), not \(expected)") }
      return decisions
    }
    return differences + play.violations
  }

  /// The schedulers of one play, each as the value that a coordinator keeps.
  private func schedulers(_ play: Play, seed: UInt64) -> [Scheduler] {
    let maximum = play.budgets[play.budgets.count - 1]
    let plans = BracketPlan.hyperband(rungs: play.budgets, eta: play.eta)
    return [
      .promotion(promotion(play, seed: seed)), .stopping(stopping(play, seed: seed)),
      .promotion(AsynchronousHalving(rungs: play.budgets, eta: play.eta, first: .samples)),
      .progressive(ProgressiveHalving(rungs: play.budgets, eta: play.eta)),
      .synchronous(SynchronousHalving(plans: Array(plans.prefix(1)), eta: play.eta)),
      .synchronous(SynchronousHalving(plans: plans, eta: play.eta)),
      .fullBudget(FullBudget(maximum: maximum)), .generations(Generations(maximum: maximum)),
      .untrained(Untrained()),
      .progressive(
        ProgressiveHalving(
          rungs: play.budgets, eta: play.eta, ranking: NaiveProgression.ranking(seed: seed))),
    ]
  }

  @Test(arguments: seeds(100, from: 140_000))
  func aSchedulerThatTravelledThroughJSONDecidesAsTheRunDid(seed: UInt64) throws {
    for (kind, original) in schedulers(Play(seed: seed), seed: seed).enumerated() {
      var scheduler = original
      var play = Play(seed: seed, followsCurves: true)
      play.mayIdle = true
      play.metricCount = Int(1 + seed % 2)
      play.run { scheduler.absorb($0) }
      var random = SeededGenerator(seed, 2)
      let place = random.integer(0...play.steps.count)
      var replayed = schedulers(play, seed: seed)[kind]
      for (number, step) in play.steps.enumerated() {
        if number == place || random.chance(0.001) { replayed = try roundTrip(replayed) }
        #expect(replayed.absorb(step.event) == step.decisions, "event \(number): \(step.event)")
      }
      #expect(try json(replayed) == json(scheduler))
    }
  }

  @Test(arguments: seeds(100, from: 150_000))
  func aLateOrRepeatedEventChangesNothing(seed: UInt64) throws {
    for var scheduler in schedulers(Play(seed: seed), seed: seed) {
      var random = SeededGenerator(seed, 3)
      var play = Play(seed: seed, followsCurves: true)
      play.mayIdle = true
      play.metricCount = Int(1 + seed % 2)
      var past: [SchedulerEvent] = []
      try play.run { event in
        let decisions = scheduler.absorb(event)
        if Play.isAboutATrial(event) { past.append(event) }
        if random.chance(0.002), let late = past.randomElement(using: &random) {
          let before = try json(scheduler)
          _ = scheduler.absorb(late)
          let after = try json(scheduler)
          #expect(after == before, "\(late) again")
        }
        return decisions
      }
      #expect(play.violations == [])
    }
  }

  @Test(arguments: seeds(100, from: 160_000))
  func aLateReportOfAnotherValueChangesNothing(seed: UInt64) throws {
    for var scheduler in schedulers(Play(seed: seed), seed: seed) {
      var random = SeededGenerator(seed, 4)
      var play = Play(seed: seed, followsCurves: true)
      play.mayIdle = true
      play.metricCount = Int(1 + seed % 2)
      var past: [SchedulerEvent] = []
      try play.run { event in
        let decisions = scheduler.absorb(event)
        switch event {
        case .reported(let trial, _, let budget):
          past.append(.reported(trial, .diverged, at: budget))
          past.append(.reported(trial, .finite(-1), at: budget))
        case .ended(let trial, _), .failed(let trial):
          past.append(.ended(trial, .finite(-1)))
          past.append(.failed(trial))
          past.append(.reported(trial, .finite(-1), at: Budget(1_000)))
          past.append(.observed(trial, .finite(-1), at: Budget(1_000)))
        case .observed(let trial, .finite, let budget):
          past.append(.observed(trial, .finite(-1), at: budget))
        case .observed, .slotFreed: break
        }
        if random.chance(0.002), let late = past.randomElement(using: &random) {
          let before = try json(scheduler)
          _ = scheduler.absorb(late)
          let after = try json(scheduler)
          #expect(after == before, "\(late) late")
        }
        return decisions
      }
      #expect(play.violations == [])
    }
  }

  @Test func aRepeatedReportIsAnsweredAsTheFirstWas() {
    var scheduler = AsynchronousHalving(rungs: [1, 3, 9].map { Budget($0) }, eta: 2)
    func report(_ trial: Int, _ loss: Double, at budget: Int) -> [Decision] {
      scheduler.absorb(.reported(TrialID(trial), .finite(loss), at: Budget(budget)))
    }
    #expect(report(0, 0.5, at: 1) == [.pause(TrialID(0))])
    #expect(report(1, 0.2, at: 1) == [.goOn(TrialID(1), upTo: Budget(3))])
    #expect(report(1, 0.2, at: 1) == [.goOn(TrialID(1), upTo: Budget(3))])
    #expect(report(2, 0.9, at: 1) == [.pause(TrialID(2))])
    #expect(report(3, 0.9, at: 1) == [.pause(TrialID(3))])
    // Trial 0 is among the best half now, but a repeated report is not what promotes it.
    #expect(report(0, 0.5, at: 1) == [.pause(TrialID(0))])
    #expect(
      scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(0), upTo: Budget(3))])
    #expect(report(0, 0.5, at: 9) == [.complete(TrialID(0))])
    #expect(report(0, 0.5, at: 9) == [.complete(TrialID(0))])
  }

  @Test func aTrialWhoseOwnPromotionComesNextGoesOnThoughAnEndedOneWasAheadOfIt() {
    var scheduler = AsynchronousHalving(rungs: [1, 3].map { Budget($0) }, eta: 2)
    _ = scheduler.absorb(.reported(TrialID(0), .finite(0.5), at: Budget(1)))
    _ = scheduler.absorb(.ended(TrialID(1), .finite(0.1)))
    _ = scheduler.absorb(.reported(TrialID(2), .finite(0.9), at: Budget(1)))
    #expect(
      scheduler.absorb(.reported(TrialID(3), .finite(0.2), at: Budget(1)))
        == [.goOn(TrialID(3), upTo: Budget(3))])
  }

  @Test func aTrialThatNeedsOtherResourcesPausesThoughItIsPromotedAtOnce() {
    var scheduler = AsynchronousHalving(
      rungs: [1, 3].map { Budget($0) }, eta: 2, goesOn: false)
    _ = scheduler.absorb(.reported(TrialID(0), .finite(0.5), at: Budget(1)))
    #expect(
      scheduler.absorb(.reported(TrialID(1), .finite(0.1), at: Budget(1)))
        == [.pause(TrialID(1))])
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [.resume(TrialID(1), upTo: Budget(3))])
  }

  @Test func aFailedTrialIsNeverResumed() {
    var scheduler = AsynchronousHalving(rungs: [1, 3].map { Budget($0) }, eta: 2)
    for trial in 0..<4 {
      _ = scheduler.absorb(
        .reported(TrialID(trial), .finite(Double(4 - trial)), at: Budget(1)))
    }
    _ = scheduler.absorb(.failed(TrialID(2)))
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
  }

  @Test(arguments: [(2, 3), (3, 5), (4, 4)])
  func bracketsAreDrawnWithHyperbandsShares(eta: Int, count: Int) {
    let rungs = Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(256)).rungs(eta: eta)
    let brackets = Brackets(rungs: rungs, eta: eta, count: count, seed: 4)
    var counts = Array(repeating: 0, count: count)
    for trial in 0..<20_000 { counts[brackets.bracket(of: TrialID(trial))] += 1 }
    // Li et al., Hyperband, Algorithm 1: n = ceil((s_max + 1) / (s + 1) * eta^s).
    let weights = (0..<count).map { skipped -> Double in
      let halvings = rungs.count - 1 - skipped
      let power = (0..<halvings).reduce(1.0) { share, _ in share * Double(eta) }
      return (Double(rungs.count) / Double(halvings + 1) * power).rounded(.up)
    }
    #expect(chiSquare(counts, weights: weights) < chiSquareBound(degrees: count - 1))
    #expect(brackets.rungs.map(\.first) == rungs.prefix(count).map { $0 })
  }

  @Test func aReductionFactorBeyondMeasureDrawsABracketStill() {
    let fidelity = Fidelity(name: "step", minimum: Budget(1), maximum: Budget(Int.max))
    for eta in [2, 10, 1_000_000] {
      let rungs = fidelity.rungs(eta: eta)
      let brackets = Brackets(rungs: rungs, eta: eta, count: rungs.count, seed: 1)
      for trial in 0..<100 {
        #expect(rungs.indices.contains(brackets.bracket(of: TrialID(trial))))
      }
    }
  }

  @Test func aReportsCostHardlyGrowsWithTheNumberOfTrials() {
    func seconds(_ trials: Int) -> Double {
      var scheduler = Scheduler.promotion(
        AsynchronousHalving(rungs: [1, 3, 9].map { Budget($0) }, eta: 3))
      var random = SeededGenerator(1)
      var clock = ContinuousClock.now
      for trial in 0..<(trials + 1_000) {
        if trial == trials { clock = .now }
        _ = scheduler.absorb(.slotFreed(next: TrialID(trial)))
        _ = scheduler.absorb(
          .reported(TrialID(trial), .finite(random.real(0...1)), at: Budget(1)))
      }
      return (ContinuousClock.now - clock).seconds
    }
    // A tenth as many entries cost less than a fifth as much where the cost is linear.
    let few = (0..<3).map { _ in seconds(3_000) }.min() ?? 0
    let many = (0..<3).map { _ in seconds(30_000) }.min() ?? 0
    #expect(many < 5 * few, "\(few) s and \(many) s for a thousand reports")
  }
}
