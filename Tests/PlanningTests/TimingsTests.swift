import Coordination
import Planning
import Simulation
import StudyModel
import Synchronization
import Testing

/// What is taken from a journal, beside what a simulated machine was told to take.
@Suite struct TimingsTests {
  private static func study(_ size: TrialSize, algorithm: Algorithm = Algorithm(.asha)) -> Study {
    var stop = StopRules()
    stop.trials = 24
    let study = Study(
      name: "timed", metrics: [Metric(name: "loss", goal: .minimize)],
      fidelity: Fidelity(name: "epoch", minimum: Budget(2), maximum: Budget(18)),
      space: SearchSpace(
        parameters: [
          Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
        ]), algorithm: algorithm, trial: TrialSettings(command: ["train"], gpus: 1), stop: stop,
      seed: 1)
    return study.resized(to: size)
  }

  /// Hears a study on a simulated machine.
  private static func hear(
    _ study: Study, _ slots: [Int], _ machine: MachineModel, in timings: inout Timings
  ) throws -> Double {
    let heard = Mutex<[(Event, StudyTime, [Command])]>([])
    var simulator = Simulator(
      study: study,
      objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: machine.epoch ?? 1),
      settings: Simulator.Settings(slots: slots, machine: machine))
    simulator.observe = { event, time, commands, _ in
      heard.withLock { $0.append((event, time, commands)) }
    }
    try simulator.run()
    var epochs: [TrialID: Int] = [:]
    for (event, time, commands) in heard.withLock({ $0 }) {
      var event = event
      if case .reported(let report) = event { epochs[report.leg.trial] = report.epoch }
      // A simulated study has no containers: its legs do not say from which checkpoint they go on.
      let commands = commands.map { command -> Command in
        guard case .start(let leg) = command, let epoch = epochs[leg.id.trial] else {
          return command
        }
        let source = Leg.Source(
          container: "c", entry: .init(leg: leg.id, epoch: epoch, bytes: 10))
        return .start(
          Leg(
            id: leg.id, slots: leg.slots, configuration: leg.configuration, source: source,
            until: leg.until))
      }
      // A simulated run is of the study's own size.
      if case .runBegan(var run) = event {
        let trial = study.trial
        run.size =
          trial.trialsPerGPU > 1
          ? TrialSize(sharing: trial.trialsPerGPU) : TrialSize(gpus: trial.gpus)
        event = .runBegan(run)
      }
      timings.hear(event, at: time, commands: commands)
    }
    return simulator.makespan
  }

  private static var machine: MachineModel {
    var machine = MachineModel()
    (machine.epoch, machine.start, machine.load, machine.save) = (10, 3, 2, 0.5)
    machine.end = 0.25
    machine.decision = 0.125
    machine.sharing = .init([.init(2, 1.5), .init(4, 2.5)])
    machine.efficiency = .init([.init(2, 0.9), .init(4, 0.75)])
    return machine
  }

  private static func isClose(_ one: Double, _ other: Double) -> Bool {
    abs(one - other) < 1e-4
  }

  @Test func aMachineIsMeasuredAsItIs() throws {
    var timings = Timings(of: Self.study(TrialSize(gpus: 1)))
    for size in [
      TrialSize(sharing: 4), TrialSize(sharing: 2), TrialSize(gpus: 1), TrialSize(gpus: 2),
      TrialSize(gpus: 4),
    ] {
      _ = try Self.hear(
        Self.study(size), [4 * size.trialsPerGPU], Self.machine, in: &timings)
    }
    let model = try #require(timings.model)
    #expect(Self.isClose(try #require(model.epoch), 10))
    for (count, value) in [(2, 1.5), (4, 2.5)] {
      #expect(Self.isClose(model.sharing.value(at: count), value))
    }
    for (count, value) in [(2, 0.9), (4, 0.75)] {
      #expect(Self.isClose(model.efficiency.value(at: count), value))
    }
    let alone = model.overheads(of: TrialSize(gpus: 2))
    #expect(alone.size == TrialSize(gpus: 2))
    #expect(Self.isClose(alone.start, 3))
    #expect(Self.isClose(alone.load, 2))
    #expect(Self.isClose(alone.save, 0.5))
    #expect(timings.shapes.map(\.size.number) == [0.25, 0.5, 1, 2, 4])
    #expect(timings.shapes.allSatisfy { $0.trials == 24 })
  }

  @Test func whatIsToldAfterAReportIsToldApart() throws {
    var algorithm = Algorithm(.asha)
    algorithm.schedule.halving = .stopping
    var timings = Timings(of: Self.study(TrialSize(gpus: 1)))
    _ = try Self.hear(
      Self.study(TrialSize(gpus: 1), algorithm: algorithm), [4], Self.machine, in: &timings)
    let overheads = timings.overheads(of: timings.shapes[0])
    #expect(Self.isClose(overheads.end, 0.25))
    #expect(Self.isClose(overheads.save, 0.5))
    #expect(Self.isClose(overheads.decision, 0.125))
    #expect(overheads.load == 0)
  }

  @Test func aWarmProcessIsToldFromANewOne() throws {
    let study = Self.study(TrialSize(gpus: 1))
    var timings = Timings(of: study)
    let slot = SlotID(WorkerID(0), 0)
    var time = 0.0
    func hear(_ event: Event, _ commands: [Command] = [], after seconds: Double) {
      time += seconds
      timings.hear(event, at: StudyTime(seconds: time), commands: commands)
    }
    func start(_ trial: Int) -> Command {
      .start(
        Leg(
          id: LegID(TrialID(trial), attempt: 1), slots: [slot], configuration: Configuration(),
          source: nil, until: 2))
    }
    func report(_ trial: Int, _ epoch: Int) -> Event {
      .reported(
        Report(
          leg: LegID(TrialID(trial), attempt: 1), epoch: epoch, values: [.init("loss", 1)],
          isAnswerable: true))
    }
    hear(
      .runBegan(
        Run(
          number: 1, host: "n0", process: 1, processStart: 1, job: nil, wallTime: 7,
          version: "0")), after: 0)
    hear(.workerJoined(WorkerID(0), host: "n0", slots: 1), [start(0)], after: 0)
    for trial in 0..<2 {
      let leg = LegID(TrialID(trial), attempt: 1)
      // Nine seconds to come up at first, then none.
      hear(.began(leg), after: trial == 0 ? 9 : 0)
      hear(report(trial, 1), after: 2)
      hear(report(trial, 2), [.answer(leg, on: WorkerID(0), epoch: 2, .complete)], after: 2)
      hear(
        .legEnded(
          LegEnd(leg: leg, outcome: .askedForNext, keeping: 2, peakMemoryMiB: 100 + trial)),
        trial == 0 ? [start(1)] : [], after: 0.5)
      hear(
        .stored(
          Container(
            name: "c\(trial)", owner: WorkerID(0),
            entries: [.init(leg: leg, epoch: 2, bytes: 1000)])), after: 0.25)
    }
    let shape = try #require(timings.shapes.first)
    let overheads = timings.overheads(of: shape)
    #expect(overheads.start == 9)
    #expect(overheads.warm == 0.25)
    #expect(overheads.save == 0.5)
    #expect(overheads.store == 0.25)
    #expect(shape.peakMemoryMiB == 101)
    #expect(shape.checkpointBytes == 1000)
    #expect(shape.epoch.mean == 2)
    #expect(timings.hosts == ["n0"])
    #expect(timings.began == 7)
  }

  @Test func aPlanByWhatWasMeasuredTakesAsLong() throws {
    let study = Self.study(TrialSize(gpus: 1))
    var timings = Timings(of: study)
    let short = ShortStudy(trials: 8, epochs: 2, of: study)
    _ = try Self.hear(study.shortened(to: short), [4], Self.machine, in: &timings)
    let model = try #require(timings.model)
    for algorithm in [Algorithm(.asha), Algorithm(.random), Algorithm(.hyperband)] {
      let study = Self.study(TrialSize(gpus: 1), algorithm: algorithm)
      var unused = Timings(of: study)
      let real = try Self.hear(study, [4, 4], Self.machine, in: &unused)
      let predicted = try Self.hear(study, [4, 4], model, in: &unused)
      #expect((0.99...1.01).contains(predicted / real), "\(algorithm): \(predicted), \(real)")
    }
  }

  @Test func aShortStudyTrainsTheBetterHalfOnce() throws {
    let study = Self.study(TrialSize(gpus: 1))
    let short = ShortStudy(trials: 8, epochs: 2, of: study)
    #expect(short.epochs == [2, 4])
    #expect(short.epochsInAll == 8 * 2 + 4 * 2)
    #expect(ShortStudy(trials: 8, epochs: 40, of: study).epochs == [18])
    var timings = Timings(of: study)
    _ = try Self.hear(study.shortened(to: short), [4], Self.machine, in: &timings)
    #expect(timings.shapes.map(\.trials) == [8])
  }

  @Test func whatWasMeasuredComesBeforeWhatWasWritten() throws {
    var study = Self.study(TrialSize(gpus: 1))
    var timings = Timings(of: study)
    _ = try Self.hear(study, [4], Self.machine, in: &timings)
    let calibration = try #require(
      Calibration(
        timings, of: study, site: nil, date: "2026-11-29T08:00:00Z", version: "0", setup: 4))
    var all = Calibrations()
    all.put(calibration)
    all.put(calibration)
    #expect(all.places.count == 1)
    var hints = MachineModel()
    (hints.epoch, hints.queueWait) = (99, 60)
    study.machine = hints
    let choice = try #require(MachineModelChoice(for: study, at: nil, calibrations: all))
    #expect(choice.description == "the machine's model was measured on 2026-11-29")
    #expect(choice.model.queueWait == 60)
    #expect(choice.model.setup == 4)
    #expect(choice.model.epoch != 99)
    study.trial.command = ["another"]
    let other = try #require(MachineModelChoice(for: study, at: nil, calibrations: all))
    #expect(other.source == .study)
    #expect(other.model == hints)
    study.machine = nil
    #expect(MachineModelChoice(for: study, at: nil, calibrations: all) == nil)
  }
}
