import Coordination
import StudyModel
import TestSupport
import Testing

/// What one study tells another, and what a study of several metrics finds.
struct KnownResultTests {
  @Test func aStudyTellsItsLastReportsAndThoseAtRungs() {
    var desk = Desk(slots: [2]) { $0.algorithm = Algorithm(.random) }
    for epoch in 1...3 { desk.report(leg(0), epoch: epoch, Double(epoch) / 10) }
    desk.report(leg(1), epoch: 1, .nan)
    var other = Desk.study
    other.algorithm = .halving(eta: 2)
    let results = desk.coordinator.results(for: other)
    #expect(results.map(\.epoch) == [1, 2, 3])
    #expect(results.map(\.values) == [[0.1], [0.2], [0.3]])
    #expect(results.allSatisfy { $0.configuration == desk.trial(0).configuration })
    other.metrics = [Metric(name: "loss", goal: .minimize)]
    #expect(desk.coordinator.results(for: other) == [])
  }

  @Test func resultsReachTheSearcherAndAreCounted() {
    var study = Desk.study
    study.algorithm = Algorithm(.age)
    study.algorithm.search.evolution.population = 2
    study.algorithm.search.evolution.sample = 2
    var coordinator = Coordinator(study: study)
    let configuration = Configuration([("x", .integer(1))])
    let known = [0.5, 0.25].map {
      KnownResult(configuration: configuration, values: [$0], epoch: 4)
    }
    let stray = KnownResult(configuration: Configuration([("z", .real(1))]), values: [1], epoch: 4)
    #expect(coordinator.absorb(.known(known + [stray]), at: .zero) == [])
    #expect(coordinator.knownCount == 3)
    guard case .proposed(_, _, .mutation(of: nil, _, _)) = coordinator.proposal(for: TrialID(0))
    else {
      Issue.record("\(coordinator.proposal(for: TrialID(0)))")
      return
    }
  }

  @Test func theFrontHoldsWhatNothingBeatsInEverything() {
    var desk = Desk(slots: [4]) {
      $0.algorithm = Algorithm(.random)
      $0.metrics.append(Metric(name: "seconds", goal: .minimize))
    }
    for (trial, values) in [(0.9, 10.0), (0.8, 5), (0.7, 7), (0.6, 1)].enumerated() {
      desk.absorb(
        .reported(
          Report(
            leg: leg(trial), epoch: 4,
            values: [.init("accuracy", values.0), .init("seconds", values.1)], isAnswerable: true)))
    }
    #expect(desk.coordinator.front.members.map(\.trial.number) == [0, 1, 3])
    #expect(desk.coordinator.front.members[0].losses == [-0.9, 10])
  }

  @Test func aReportWithoutOneOfTheMetricsFailsAtADecision() {
    var desk = Desk {
      $0.metrics.append(Metric(name: "seconds", goal: .minimize))
      $0.stop.trials = 1
    }
    desk.report(leg(0), epoch: 1, 0.5)
    #expect(desk.trial(0).reason == .metricMissing(epoch: 1))
  }
}
