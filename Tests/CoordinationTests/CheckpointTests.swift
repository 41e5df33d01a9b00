import Coordination
import StudyModel
import TestSupport
import Testing

struct CheckpointTests {
  @Test func aCheckpointThatIsDurableBeforeItsProcessEndsIsNotAwaited() {
    var desk = Desk { $0.stop.trials = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", [entry(leg(0), epoch: 1)])
    #expect(desk.end(leg(0), keeping: 1).ending == .nothingLeft)
  }

  @Test func aUselessCheckpointThatIsDurableBeforeItsProcessEndsIsNotAwaited() {
    var desk = Desk(slots: [2]) {
      $0.stop.trials = 2
      $0.algorithm.schedule.halving = .stopping
    }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1, isAnswerable: false)
    #expect(desk.store("a", [entry(leg(1), epoch: 1)]).discards == ["a@0"])
    desk.end(leg(1), keeping: 1)
    desk.report(leg(0), epoch: 2, 0.5)
    desk.report(leg(0), epoch: 4, 0.5)
    #expect(desk.end(leg(0)).ending == .nothingLeft)
  }

  @Test func aTrialWaitsForItsCheckpointUntilThatIsDurable() {
    var desk = Desk(slots: [2]) { $0.stop.trials = 2 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    #expect(desk.end(leg(1)).starts == [], "its process has not ended")
    #expect(desk.end(leg(0), keeping: 1).starts == [], "its checkpoint is not durable")
    #expect(desk.store("a", [entry(leg(0), epoch: 1)]).starts == [leg(0, 2)])
  }

  @Test func aTrialWhoseCheckpointCannotBeKeptStartsOver() {
    var desk = Desk(slots: [2]) { $0.stop.trials = 2 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0), keeping: 1)
    let commands = desk.absorb(.notStored(leg(0), reason: "disk full"))
    #expect(commands.starts == [leg(0, 2)])
    #expect(desk.trial(0).checkpoint == nil)
  }

  @Test func aCheckpointOfAnOldAttemptThatCannotBeKeptIsNotTheOneAwaited() {
    var desk = Desk(slots: [1, 1]) {
      $0.stop.trials = 2
      $0.trial.retries = 1
    }
    desk.end(leg(0), .exited(status: 1))
    desk.report(leg(0, 2), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0, 2), keeping: 1)
    #expect(desk.absorb(.notStored(leg(0), reason: "late")).starts == [])
    #expect(desk.store("a", [entry(leg(0, 2), epoch: 1)]).starts == [leg(0, 3)])
  }

  @Test func aMessageAboutATrialWithoutAConfigurationStartsNothing() {
    var coordinator = Desk(slots: []).coordinator
    let commands = coordinator.absorb(
      .workerJoined(WorkerID(0), host: "node", slots: 1), at: StudyTime(seconds: 5))
    #expect(commands == [.propose(TrialID(0))])
    #expect(
      coordinator.absorb(.notStored(leg(0, 0), reason: "x"), at: StudyTime(seconds: 6)) == [])
  }

  @Test func theCheckpointOfALeaderIsLetGoOfWhenAnotherLeads() {
    var desk = Desk(slots: [2]) { $0.algorithm.schedule.halving = .stopping }
    // Trial 0 leads at the second rung and is stopped there: its checkpoint is kept.
    desk.report(leg(0), epoch: 1, 0.9)
    desk.store("a", [entry(leg(0), epoch: 1)])
    desk.report(leg(1), epoch: 1, 0.95)
    desk.report(leg(1), epoch: 2, 0.1)
    desk.report(leg(0), epoch: 2, 0.05)
    desk.end(leg(0))
    #expect(desk.trial(0).state == .stopped)
    #expect(desk.trial(0).checkpoint == nil, "trial 1 leads")
    desk.store("b", [entry(leg(1), epoch: 2)])
    desk.end(leg(1), .exited(status: 1))
    #expect(desk.trial(1).state == .failed)
    #expect(desk.trial(1).checkpoint != nil, "it leads though it failed")
    let discards =
      desk.report(leg(2), epoch: 1, 0.99).discards + desk.report(leg(2), epoch: 2, 0.98).discards
    #expect(discards == ["b@0"])
    #expect(desk.trial(1).checkpoint == nil)
  }

  @Test func aContainerStaysUntilAProcessHasLoadedIt() {
    var desk = Desk(slots: [2]) { $0.stop.trials = 2 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0), keeping: 1)
    desk.store("a", [entry(leg(0), epoch: 1)])
    #expect(desk.store("b", [entry(leg(0), epoch: 1)], replacing: ["a"]).discards == [])
    #expect(desk.absorb(.began(leg(0, 2))).discards == ["a@0"])
    #expect(desk.trial(0).checkpoint?.container == "b")
  }

  @Test func containersThatCannotBeMergedAreNotTriedAgainAtOnce() {
    var desk = Desk(slots: [6])
    for trial in 0..<6 {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
    }
    for trial in 0..<4 { desk.store("a\(trial)", [entry(leg(trial), epoch: 1)]) }
    let names = ["a0", "a1", "a2", "a3", "a4"]
    #expect(desk.store("a4", [entry(leg(4), epoch: 1)]).merges == [names])
    #expect(desk.absorb(.notMerged(names, reason: "disk full")).merges == [])
    #expect(desk.store("a5", [entry(leg(5), epoch: 1)]).merges == [names + ["a5"]])
  }

  @Test func aRunThatBeginsLeavesContainersWithTheAgentsThatWroteThem() {
    var desk = Desk(slots: Array(repeating: 1, count: 6))
    for trial in 0..<6 {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
      desk.store("a\(trial)", on: trial, [entry(leg(trial), epoch: 1)])
    }
    desk.begin(slots: [])
    #expect(desk.join(0).merges == [], "the others are still to join")
    for rank in 1..<6 { #expect(desk.join(rank).merges == []) }
    #expect(desk.coordinator.containers.map(\.owner.rank) == [0, 1, 2, 3, 4, 5])
  }

  @Test func containersOfAgentsThatAreGoneAreMergedAndDeletedByTheOthers() {
    var desk = Desk(slots: [9])
    for trial in 0..<9 {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
    }
    for trial in 0..<4 { desk.store("a\(trial)", on: 7, [entry(leg(trial), epoch: 1)]) }
    #expect(desk.store("b0", [entry(leg(0), epoch: 2)]).discards == [], "the one before is kept")
    #expect(desk.store("c0", [entry(leg(0), epoch: 3)]).discards == ["a0@0"])
    for trial in 5..<7 {
      #expect(desk.store("b\(trial)", [entry(leg(trial), epoch: 1)]).merges == [])
    }
    for trial in [4, 7] { desk.store("a\(trial)", on: 7, [entry(leg(trial), epoch: 1)]) }
    #expect(
      desk.store("b8", [entry(leg(8), epoch: 1)]).merges
        == [["a1", "a2", "a3", "a4", "a7", "b0", "b5", "b6", "b8", "c0"]])
  }

  /// (4! n)^(1/4) times, as the transform promises with four containers; nor are there more files.
  @Test(arguments: zip([100, 1000], [7.0, 12.4]))
  func aCheckpointIsWrittenAgainSeldom(count: Int, times: Double) {
    var desk = Desk(slots: [1]) { $0.algorithm = Algorithm(.asha) }
    var (written, most) = (0, 0)
    for trial in 0..<count {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
      for case .merge(let names, let entries, _) in desk.store(
        "a\(trial)", [entry(leg(trial), epoch: 1)])
      {
        written += entries.count
        desk.store("m\(trial)", entries, replacing: names)
      }
      most = max(most, desk.coordinator.containers.count)
    }
    #expect(desk.coordinator.containers.reduce(0) { $0 + $1.alive } == count)
    #expect(most <= Coordinator.containersPerWorker)
    #expect(Double(written) / Double(count) < times)
  }

  @Test func aTrialWhoseCheckpointIsDamagedGoesBackToTheOneBefore() {
    var desk = Desk { $0.algorithm = Algorithm(.random) }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", [entry(leg(0), epoch: 1)])
    desk.report(leg(0), epoch: 2, 0.5)
    desk.store("b", [entry(leg(0), epoch: 2)])
    desk.lose(0)
    #expect(desk.join(0).starts == [leg(0, 2)])
    func source(_ commands: [Command]) -> String?? {
      for case .start(let leg) in commands { return .some(leg.source?.container) }
      return nil
    }
    let second = desk.absorb(.damaged(leg(0, 2), reason: "checksum"))
    #expect(source(second) == "a")
    #expect(second.discards == ["b@0"])
    #expect(desk.trial(0).failures == 0, "the trial has not failed")
    // Where there is none any more, it starts over.
    let third = desk.absorb(.damaged(leg(0, 3), reason: "checksum"))
    #expect(source(third) == .some(nil))
    #expect(third.starts == [leg(0, 4)])
    // What it trains again is heard, but stands as it was first reported.
    #expect(desk.report(leg(0, 4), epoch: 1, 0.7).verdicts == [.goOn(until: 4)])
    #expect(desk.coordinator.reports.epochs == [1, 2])
  }

  @Test func bothCheckpointsOfATrialAreMerged() {
    var desk = Desk(slots: [1]) { $0.algorithm = Algorithm(.random) }
    for epoch in 1...2 {
      desk.report(leg(0), epoch: epoch, 0.5)
      desk.store("a\(epoch)", [entry(leg(0), epoch: epoch)])
    }
    desk.store("b", [entry(leg(0), epoch: 1), entry(leg(0), epoch: 2)], replacing: ["a1", "a2"])
    #expect(desk.trial(0).checkpoint == .init(container: "b", entry: entry(leg(0), epoch: 2)))
    #expect(desk.trial(0).formerCheckpoint == .init(container: "b", entry: entry(leg(0), epoch: 1)))
    #expect(desk.coordinator.containers.map(\.alive) == [2])
  }

  @Test func nothingIsMergedAsTheStudyEnds() {
    var desk = Desk(slots: [5]) {
      $0.stop.trials = 5
      $0.algorithm.schedule.eta = 9
    }
    for trial in 0..<5 {
      desk.report(leg(trial), epoch: 1, Double(trial))
      desk.end(leg(trial), keeping: 1)
    }
    for trial in 0..<4 { desk.store("a\(trial)", [entry(leg(trial), epoch: 1)]) }
    let commands = desk.store("a4", [entry(leg(4), epoch: 1)])
    #expect(commands == [.finish(.nothingLeft)])
  }

  @Test func aContainerAnnouncedTwiceCountsOnce() throws {
    var desk = Desk { $0.stop.trials = 1 }
    desk.report(leg(0), epoch: 1, 0.5)
    desk.store("a", [entry(leg(0), epoch: 1)])
    let before = try json(desk.coordinator.containers)
    #expect(desk.store("a", [entry(leg(0), epoch: 1)]) == [])
    #expect(try json(desk.coordinator.containers) == before)
  }
}
