import Campaigns
import Coordination
import StudyModel
import Testing

/// The rows of a shard, and how complete it is, by a coordinator that is told what happens.
@Suite struct TrainingRowsTests {
  private var coordinator: Coordinator
  private var seconds = 0.0

  init() {
    var search = Search(.collection)
    search.collection = CollectionSettings(configurations: .sobol(3), seeds: [1, 2], first: 4)
    var study = Study(
      name: "shard", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(4)),
      space: SearchSpace(parameters: [
        Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
        Parameter(name: "f", domain: .ordinal([.integer(1), .integer(3)]), isFidelity: true),
      ]), algorithm: Algorithm(schedule: Schedule(.full), search: search),
      trial: TrialSettings(command: ["train"]))
    study.stop.trials = 5
    study.trial.retries = 2
    coordinator = Coordinator(study: study)
  }

  private mutating func absorb(_ event: Event, after passed: Double) {
    seconds += passed
    for command in coordinator.absorb(event, at: StudyTime(seconds: seconds)) {
      if case .propose(let trial) = command {
        absorb(coordinator.proposal(for: trial), after: 0)
      }
    }
  }

  private mutating func begin() {
    absorb(
      .runBegan(
        Run(
          number: 1, host: "h", process: 1, processStart: 1, job: nil, wallTime: 0, version: "0")),
      after: 0)
    absorb(.workerJoined(WorkerID(0), host: "node0", slots: 1), after: 1)
  }

  private mutating func report(
    _ trial: Int, _ epoch: Int, _ values: [String: Double], after passed: Double, attempt: Int = 1
  ) {
    let leg = LegID(TrialID(trial), attempt: attempt)
    let values = values.sorted { $0.key < $1.key }.map { Report.Value($0.key, $0.value) }
    let report = Report(leg: leg, epoch: epoch, values: values, isAnswerable: true)
    absorb(.reported(report), after: passed)
  }

  private mutating func end(
    _ trial: Int, _ outcome: LegEnd.Outcome = .exited(status: 0), attempt: Int = 1
  ) {
    absorb(
      .legEnded(LegEnd(leg: LegID(TrialID(trial), attempt: attempt), outcome: outcome)), after: 1)
  }

  /// One completes, with a gap; one fails on the way and is retried; one diverges; one is at work.
  private mutating func play() {
    begin()
    report(0, 1, ["loss": 4, "acc": 0.1], after: 9)
    report(0, 2, ["loss": 3, "acc": 0.2], after: 2)
    report(0, 4, ["loss": 1], after: 6)
    end(0)
    for attempt in 1...3 {
      report(1, 1, ["loss": 2], after: 5, attempt: attempt)
      end(1, .exited(status: 1), attempt: attempt)
    }
    report(2, 1, ["loss": .nan], after: 3)
    end(2, .endedByRung)
    report(3, 1, ["loss": 8], after: 3)
  }

  private func same(_ left: ArraySlice<Double>, _ right: [Double]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) < 1e-9 }
  }

  @Test mutating func aRowHasWhatItsTrainingReported() {
    play()
    let rows = TrainingRows(of: coordinator, count: 5)
    #expect(rows.first == 4 && rows.epochs == [1, 2, 3, 4])
    #expect((0..<5).map { rows.state($0) } == [.completed, .failed, .diverged, .running, .waiting])
    #expect((0..<5).map { rows.length($0) } == [4, 1, 1, 1, 0])
    #expect(rows.metrics == ["acc", "loss"])
    // Between two reports the earlier one counts; the last lacks the accuracy.
    #expect(same(rows.values(of: 0)[0..<4], [0.1, 0.2, 0.2, .nan]))
    let losses = rows.values(of: 1)
    #expect(same(losses[0..<4], [4, 3, 3, 1]))
    #expect(same(losses[4..<8], [2, .nan, .nan, .nan]))
    #expect(same(losses[8..<12], [.nan, .nan, .nan, .nan]))
    #expect(same(losses[16..<20], [.nan, .nan, .nan, .nan]))
  }

  @Test mutating func secondsAreThoseOfTheTrainingWithoutItsStart() {
    play()
    let elapsed = TrainingRows(of: coordinator, count: 5).elapsed()
    // Three epochs took 8 s; the first, whose 9 s have the start in them, as long as their mean.
    let mean = 8.0 / 3
    #expect(same(elapsed[0..<4], [mean, mean + 2, mean + 5, mean + 8]))
    // Of one alone nothing is known but how long it held its slot: two tries of 6 s, 5 s and one more.
    #expect(elapsed[4] == 18)
    #expect(elapsed[5].isNaN && elapsed[16].isNaN)
  }

  @Test mutating func trainingsAreCounted() {
    play()
    var expected = CollectionProgress()
    (expected.trainings, expected.ended, expected.failed) = (5, 2, 1)
    (expected.running, expected.waiting) = (1, 1)
    #expect(CollectionProgress(of: coordinator, count: 5, isHeld: true) == expected)
    (expected.running, expected.waiting) = (0, 2)
    #expect(CollectionProgress(of: coordinator, count: 5, isHeld: false) == expected)
    let all = expected + CollectionProgress(waiting: 7)
    #expect(all.trainings == 12 && all.waiting == 9 && all.ended == 2 && all.failed == 1)
  }

  @Test func levelsAreTheColumns() {
    #expect(Fidelity(name: "e", levels: [Budget(2), Budget(7)]).columns == [2, 7])
  }

  /// By hand: 1 s to decide an event, 2 s to sync a group.
  @Test mutating func waitsAreThoseOfOneServerThatTakesAllWhoWait() {
    begin()
    var queue = CoordinatorQueue(service: .init(event: 1, sync: 2))
    let leg = Leg(
      id: LegID(TrialID(0), attempt: 1), slots: [SlotID(WorkerID(0), 0)],
      configuration: Configuration(), source: nil, until: 4)
    func hear(_ time: Double, _ commands: [Command], _ event: Event = .deadlinePassed) {
      queue.hear(event, at: StudyTime(seconds: time), commands: commands, coordinator)
    }
    // Alone from 0 to 3 s. Two who come meanwhile are done together, from 3 to 7 s.
    hear(0, [.start(leg)])
    hear(1, [])
    hear(2, [.start(leg)])
    // Trial 0 runs, and is answered: from 10 to 13 s.
    hear(10, [.answer(leg.id, on: WorkerID(0), epoch: 1, .complete)])
    #expect(queue.groups == 2 && queue.events == 3)
    #expect(queue.waited == 3 + 5 && queue.longest == 8)
    queue.finish()
    #expect(queue.waited == 8 + 3 && queue.busy == 10)
  }

  /// A slot waits through the question for a configuration and its answer, which is an event of its own.
  @Test mutating func aProposalArrivesWhenItsQuestionIsDone() {
    begin()
    var queue = CoordinatorQueue(service: .init(event: 1, sync: 2))
    let leg = Leg(
      id: LegID(TrialID(7), attempt: 1), slots: [SlotID(WorkerID(0), 0)],
      configuration: Configuration(), source: nil, until: 4)
    let proposed = Event.proposed(TrialID(7), Configuration(), from: .random)
    let time = StudyTime(seconds: 10)
    queue.hear(.deadlinePassed, at: time, commands: [.propose(TrialID(7))], coordinator)
    queue.hear(proposed, at: time, commands: [.start(leg)], coordinator)
    // Another one comes while the question is dealt with, and is done with the answer: 13 to 17 s.
    queue.hear(.deadlinePassed, at: StudyTime(seconds: 12), commands: [], coordinator)
    queue.finish()
    #expect(queue.groups == 2 && queue.events == 3)
    #expect(queue.waited == 7 && queue.longest == 7)
  }
}
