import Coordination
import StudyModel

/// A study of two parameters of numbers and one of words.
func sampleStudy(name: String = "sample", trials: Int = 20, seed: UInt64 = 1) -> Study {
  var stop = StopRules()
  stop.trials = trials
  return Study(
    name: name, metric: Metric(name: "loss", goal: .minimize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
    space: SearchSpace(parameters: [
      Parameter(name: "rate", domain: .real(low: 0, high: 4, step: nil, log: false)),
      Parameter(name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false)),
      Parameter(name: "optimizer", domain: .categorical([.word("sgd"), .word("ädam")])),
    ]),
    trial: TrialSettings(command: ["true"]), stop: stop, seed: seed)
}

/// One event of every kind, and of every kind of ending.
let everyEvent: [Event] = [
  .runBegan(
    Run(
      number: 3, host: "nöde\n7", process: 4_194_303, processStart: .max, job: 12, wallTime: 1.5e9,
      version: "0.1.0", peaks: [MemoryPeak(gpus: 0.25, slots: 1, hostMiB: 300)])),
  .runBegan(
    Run(
      number: 1, host: "", process: 1, processStart: 0, job: nil, wallTime: 0.1, version: "x")),
  .runEnded(reason: "signal 15, \"so\" \\ \u{0} \u{2028} 🙂"),
  .horizonKnown(StudyTime(seconds: 86_395.5)),
  .drainBegan(reason: "signal 15"),
  .workerJoined(WorkerID(0), host: "a", slots: 0),
  .workerJoined(
    WorkerID(1), host: "b", slots: 4, memory: NodeMemory(hostMiB: 515_000, deviceMiB: 40_960)),
  .workerLost(WorkerID(99_999), reason: "silent for 30 s"),
  .proposed(TrialID(0), Configuration(), from: .point),
  .proposed(
    TrialID(7),
    Configuration([
      ("rate", .real(0.1)), ("tiny", .real(.leastNonzeroMagnitude)),
      ("huge", .real(-1.7976931348623157e308)),
      ("width", .integer(.max)), ("least", .integer(.min)), ("flag", .truth(true)),
      ("word", .word("a \"b\" 1e5")), ("number as a word", .word("010")),
    ]), from: .mutation(of: TrialID(3), parameter: "wo\"rd", model: 12)),
  .proposed(
    TrialID(8), Configuration(), from: .model(observations: 40, budget: Budget(9))),
  .proposed(TrialID(9), Configuration(), from: .sequence(place: 7)),
  .fitted(basis: 40),
  .known([
    KnownResult(
      configuration: Configuration([("rate", .real(2)), ("width", .integer(2))]),
      values: [0.5, -1], epoch: 3)
  ]),
  .exhausted(TrialID(2)),
  .opened(LegID(TrialID(1), attempt: 2), port: 29_500),
  .used(
    WorkerID(1),
    [
      DeviceLoad(device: "GPU-0", seconds: 5.0001, busy: 0.99, memoryMiB: 81_559, joules: 1e15),
      DeviceLoad(device: "cores", seconds: 300, busy: 0),
    ]),
  .began(LegID(TrialID(1), attempt: 2)),
  .began(LegID(TrialID(1), attempt: 2), on: WorkerID(3)),
  .damaged(LegID(TrialID(1), attempt: 2), reason: "'a.h5': checksum", on: WorkerID(3)),
  .damaged(LegID(TrialID(1), attempt: 2), reason: "'a.h5': checksum"),
  .reported(
    Report(
      leg: LegID(TrialID(1), attempt: 2), epoch: 81,
      values: [
        .init("loss", .nan), .init("loss", -.infinity), .init("a", .infinity), .init("b", -0.0),
        .init("c", 0.1 + 0.2), .init("d", .leastNonzeroMagnitude), .init("", 1),
      ], isAnswerable: true)),
  .reported(
    Report(leg: LegID(TrialID(0), attempt: 1), epoch: .max, values: [], isAnswerable: false)),
  .reported(
    Report(
      leg: LegID(TrialID(0), attempt: 1), epoch: 2, values: [], isAnswerable: true, isHeld: true)),
  .legEnded(
    LegEnd(
      leg: LegID(TrialID(1), attempt: 2), outcome: .exited(status: 255), keeping: 9,
      lastLine: "Traceback \u{FFFD}\u{1B}[31m")),
  .legEnded(LegEnd(leg: LegID(TrialID(1), attempt: 3), outcome: .signalled(9))),
  .legEnded(LegEnd(leg: LegID(TrialID(1), attempt: 4), outcome: .askedForNext)),
  .legEnded(
    LegEnd(
      leg: LegID(TrialID(1), attempt: 4), outcome: .outOfMemory, peakMemoryMiB: 7,
      peakDeviceMemoryMiB: 9, lacked: .device)),
  .legEnded(
    LegEnd(leg: LegID(TrialID(1), attempt: 4), outcome: .outOfMemory, lastLine: "MemoryError")),
  .legEnded(LegEnd(leg: LegID(TrialID(1), attempt: 5), outcome: .silent(seconds: 1800))),
  .legEnded(LegEnd(leg: LegID(TrialID(1), attempt: 6), outcome: .notStarted(reason: "no 'x'"))),
  .legEnded(
    LegEnd(leg: LegID(TrialID(1), attempt: 7), outcome: .endedByRung, worker: WorkerID(2))),
  .stored(
    Container(
      name: "0001-00000-000001.h5", owner: WorkerID(4),
      entries: [
        sampleEntry, .init(leg: LegID(TrialID(2), attempt: 1), epoch: 3, bytes: 1 << 40),
        samplePart(1),
      ],
      replaced: ["a", "b"])),
  .notStored(LegID(TrialID(1), attempt: 2), reason: "No space left on device"),
  .notStored(LegID(TrialID(1), attempt: 2), reason: "No space left on device", epoch: 3),
  .notMerged(["a", "b"], reason: "damaged"),
  .deadlinePassed,
]

/// A setting that follows two GPUs, with a warm-up.
let sampleScaledSettings: ScaledSettings? = {
  var study = sampleStudy()
  study.trial.scale = [Scaling("rate", [.linear], warmup: 5)]
  return study.scaled(Configuration([("rate", .real(0.25))]), on: TrialSize(gpus: 2))
}()

/// One command of every kind, of every verdict and every ending.
let everyCommand: [Command] = [
  .propose(TrialID(0)),
  .fit(basis: 40),
  .start(
    Leg(
      id: LegID(TrialID(1), attempt: 2), slots: [SlotID(WorkerID(3), 4)],
      configuration: Configuration([("rate", .real(0.25))]),
      source: .init(container: "c.h5", entry: sampleEntry), until: 27)),
  .start(
    Leg(
      id: LegID(TrialID(1), attempt: 1), slots: [SlotID(WorkerID(0), 0)],
      configuration: Configuration(), source: nil, until: 1)),
  .start(
    Leg(
      id: LegID(TrialID(1), attempt: 4), slots: [SlotID(WorkerID(1), 0), SlotID(WorkerID(0), 0)],
      configuration: Configuration(), source: samplePieces, until: 27)),
  .start(
    Leg(
      id: LegID(TrialID(1), attempt: 5), slots: [SlotID(WorkerID(1), 0), SlotID(WorkerID(1), 1)],
      configuration: Configuration([("rate", .real(0.25))]), source: nil, until: 27,
      scaled: sampleScaledSettings)),
  .join(
    Leg(
      id: LegID(TrialID(1), attempt: 4), slots: [SlotID(WorkerID(1), 0), SlotID(WorkerID(0), 0)],
      configuration: Configuration(), source: nil, until: 27), on: WorkerID(0),
    at: Rendezvous(host: "n1", port: 29_500)),
  .conclude(LegID(TrialID(1), attempt: 2), on: WorkerID(3)),
  .answer(LegID(TrialID(1), attempt: 2), on: WorkerID(3), epoch: 3, .goOn(until: 9)),
  .answer(LegID(TrialID(1), attempt: 2), on: WorkerID(3), epoch: 3, .pause),
  .answer(LegID(TrialID(1), attempt: 2), on: WorkerID(3), epoch: 3, .complete),
  .answer(LegID(TrialID(1), attempt: 2), on: WorkerID(3), epoch: 3, .stop),
  .hold(LegID(TrialID(1), attempt: 2), on: WorkerID(3)),
  .end(LegID(TrialID(1), attempt: 2), on: WorkerID(3)),
  .merge(["a", "b"], keeping: [sampleEntry], on: WorkerID(0)),
  .discard(["a"], on: WorkerID(1)),
  .finish(.nothingLeft), .finish(.rule("gpu-hours")), .finish(.exhausted),
  .finish(.everythingFailed),
  .leave(reason: "the time of the job is up"),
]

private let sampleEntry = Container.Entry(
  leg: LegID(TrialID(1), attempt: 1), epoch: 9, bytes: 12_345)

private func samplePart(_ number: Int) -> Container.Entry {
  Container.Entry(
    leg: LegID(TrialID(1), attempt: 3), epoch: 9, bytes: number, part: .init(number, of: 2))
}

private let samplePieces = Leg.Source(
  (0..<2).map { Leg.Piece(container: "c\($0).h5", entry: samplePart($0)) })

/// A name for the kind of an event; a new kind does not compile until it is sampled above.
func kind(_ event: Event) -> String {
  switch event {
  case .runBegan: "runBegan"
  case .runEnded: "runEnded"
  case .horizonKnown: "horizonKnown"
  case .drainBegan: "drainBegan"
  case .workerJoined: "workerJoined"
  case .workerLost: "workerLost"
  case .proposed: "proposed"
  case .exhausted: "exhausted"
  case .fitted: "fitted"
  case .known: "known"
  case .opened: "opened"
  case .began: "began"
  case .damaged: "damaged"
  case .reported: "reported"
  case .legEnded: "legEnded"
  case .stored: "stored"
  case .notStored: "notStored"
  case .notMerged: "notMerged"
  case .used: "used"
  case .deadlinePassed: "deadlinePassed"
  }
}

/// A name for the kind of a command; a new kind does not compile until it is sampled above.
func kind(_ command: Command) -> String {
  switch command {
  case .propose: "propose"
  case .fit: "fit"
  case .start: "start"
  case .join: "join"
  case .conclude: "conclude"
  case .answer: "answer"
  case .hold: "hold"
  case .end: "end"
  case .merge: "merge"
  case .discard: "discard"
  case .finish: "finish"
  case .leave: "leave"
  }
}
