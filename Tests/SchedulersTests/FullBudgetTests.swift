import Schedulers
import StudyModel
import TestSupport
import Testing

/// The schedules without rungs: full and smallest budget, generations, and no training at all.
struct FullBudgetTests {
  private func scheduler(_ name: Algorithm.Name) -> Scheduler {
    Scheduler(
      for: Study(
        name: "study", metric: Metric(name: "loss", goal: .minimize),
        fidelity: Fidelity(name: "epoch", minimum: Budget(2), maximum: Budget(9)),
        space: SearchSpace(parameters: []), algorithm: Algorithm(name),
        trial: TrialSettings(command: ["train"])))
  }

  @Test func theOneEpochBaselineTrainsEveryTrialToTheSmallestBudget() {
    var scheduler = scheduler(.oneEpoch)
    for trial in 0..<3 {
      #expect(
        scheduler.absorb(.slotFreed(next: TrialID(trial)))
          == [.start(TrialID(trial), upTo: Budget(2))])
      #expect(
        scheduler.absorb(.reported(TrialID(trial), .finite(0), at: Budget(2)))
          == [.complete(TrialID(trial))])
    }
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
  }

  @Test func theRandomBaselineChoosesOnceAndTrainsNothing() {
    var scheduler = scheduler(.randomBaseline)
    #expect(scheduler.absorb(.slotFreed(next: nil)) == [])
    #expect(scheduler.absorb(.slotFreed(next: TrialID(0))) == [.choose(TrialID(0))])
    #expect(scheduler.absorb(.slotFreed(next: TrialID(1))) == [])
  }

  @Test func aGenerationWaitsForItsLastTrial() {
    var scheduler = scheduler(.agebosync)
    func start(_ trial: Int) -> [Decision] {
      scheduler.absorb(.slotFreed(next: TrialID(trial)))
    }
    for trial in 0..<4 { #expect(start(trial) == [.start(TrialID(trial), upTo: Budget(9))]) }
    #expect(
      scheduler.absorb(.reported(TrialID(1), .finite(0), at: Budget(4)))
        == [.goOn(TrialID(1), upTo: Budget(9))])
    #expect(
      scheduler.absorb(.reported(TrialID(1), .finite(0), at: Budget(9)))
        == [.complete(TrialID(1))])
    #expect(start(4) == [])
    _ = scheduler.absorb(.failed(TrialID(0)))
    _ = scheduler.absorb(.failed(TrialID(0)))
    _ = scheduler.absorb(.reported(TrialID(2), .diverged, at: Budget(3)))
    #expect(start(4) == [])
    _ = scheduler.absorb(.ended(TrialID(3), .finite(1)))
    #expect(start(4) == [.start(TrialID(4), upTo: Budget(9))])
    #expect(start(5) == [.start(TrialID(5), upTo: Budget(9))])
  }

  @Test(arguments: seeds(300, from: 180_000))
  func generationsNeverOverlap(seed: UInt64) {
    var play = Play(seed: seed)
    play.mayIdle = true
    var scheduler = Generations(maximum: play.budgets[play.budgets.count - 1])
    var running: Set<TrialID> = []
    var hasEnded = false
    var wrong: [String] = []
    play.run { event in
      let decisions = scheduler.absorb(event)
      switch event {
      case .slotFreed(let next):
        if decisions.isEmpty, next != nil, running.isEmpty || !hasEnded {
          wrong.append("a slot idles in an open generation")
        }
        if case .start(let trial, _) = decisions.first {
          if running.isEmpty { hasEnded = false }
          if hasEnded { wrong.append("trial \(trial) starts among those before it") }
          running.insert(trial)
        }
      case .observed: break
      case .reported(let trial, _, _), .ended(let trial, _), .failed(let trial):
        running.remove(trial)
        hasEnded = true
      }
      return decisions
    }
    #expect(wrong == [])
    #expect(play.violations == [])
  }
}
