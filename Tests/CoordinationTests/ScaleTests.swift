import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Settings that follow a trial's GPUs, in the orders of a coordinator.
struct ScaleTests {
  private func desk(slots: [Int], _ edit: (inout Study) -> Void) -> Desk {
    Desk(slots: slots) { study in
      study.trial.gpus = 1
      study.trial.scale = [Scaling("x", [.linear, .inverse], warmup: 2)]
      study.points = [Configuration([("x", .real(0.5))])]
      study.stop.trials = 1
      edit(&study)
    }
  }

  /// The last process that was ordered.
  private func started(_ commands: [Command]) throws -> Leg {
    try #require(
      commands.reversed().lazy.compactMap { if case .start(let leg) = $0 { leg } else { nil } }
        .first)
  }

  @Test func eachDoublingOfItsGPUsScalesATrialAnew() throws {
    var desk = desk(slots: [4]) {
      $0.algorithm = Algorithm(.rasda)
      $0.stop.trials = 2
      $0.points.append(Configuration([("x", .real(0.25))]))
    }
    #expect(desk.trial(0).scaled?["x"]?.value == .real(0.5))
    desk.report(leg(0), epoch: 1, 0.9)
    desk.report(leg(1), epoch: 1, 0.1)
    desk.end(leg(1))
    desk.end(leg(0), keeping: 1)
    let next = try started(desk.store("c", [entry(leg(0), epoch: 1)]))
    #expect(next.id == leg(0, 2) && next.width == 2)
    #expect(next.configuration["x"] == .real(0.5), "what is searched stays as it was")
    #expect(next.seenConfiguration["x"] == .real(1))
    #expect(
      next.scaled?["x"]?.warmup
        == ScaledSettings.Warmup(from: 0.5, since: 1, epochs: 2))
    #expect(desk.trial(0).scaled == next.scaled)
    #expect(desk.trial(0).configuration["x"] == .real(0.5))
  }

  @Test func aTrialWithoutGPUsHasTheSettingsOfOneProcess() {
    let sizes: [ParameterValue] = [.real(0), .real(0.25), .real(2)]
    let desk = desk(slots: [8]) {
      $0.trial.trialsPerGPU = 4
      $0.trial.sizes = .chosen(sizes)
      $0.space = $0.space.with(
        Parameter(name: TrialSizes.parameterName, domain: .ordinal(sizes)))
      $0.points = sizes.map {
        Configuration([("x", .real(0.5)), (TrialSizes.parameterName, $0)])
      }
      $0.stop.trials = 3
    }
    #expect((0..<2).map { desk.trial($0).scaled?["x"]?.value } == [.real(0.5), .real(0.125)])
  }

  @Test func aRunOfAnotherSizeScalesATrialThatGoesOn() throws {
    var desk = desk(slots: [1]) { _ in }
    desk.absorb(
      .runBegan(
        Run(
          number: 2, host: "host", process: 1, processStart: 2, job: nil, wallTime: 0,
          version: "0", size: TrialSize(sharing: 4))))
    let shared = try started(desk.join(0, slots: 4))
    #expect(shared.scaled?.size == TrialSize(sharing: 4))
    #expect(shared.seenConfiguration["x"] == .real(0.125))
    desk.absorb(
      .runBegan(
        Run(
          number: 3, host: "host", process: 1, processStart: 3, job: nil, wallTime: 0,
          version: "0", size: TrialSize(gpus: 2))))
    #expect(try started(desk.join(0, slots: 2)).seenConfiguration["x"] == .real(1))
  }

  @Test func aTrialThatIsTriedAgainAloneKeepsTheValuesOfItsShare() throws {
    var desk = desk(slots: [4]) {
      $0.trial.trialsPerGPU = 4
      $0.trial.retries = 1
    }
    #expect(desk.trial(0).scaled?["x"]?.value == .real(0.125))
    let again = try started(desk.end(leg(0), .outOfMemory))
    #expect(again.width == 4, "it has the GPU for itself")
    #expect(again.seenConfiguration["x"] == .real(0.125))
  }

  @Test func aStudyThatScalesNothingOrdersAsEver() throws {
    let desk = desk(slots: [2]) { $0.trial.scale = [] }
    #expect(desk.trial(0).scaled == nil)
    var coordinator = desk.coordinator
    #expect(coordinator.takeTrials().integers.allSatisfy { !$0.name.hasPrefix("scaled") })
  }

  /// A study of several sizes, some of whose settings follow them.
  private func world(seed: UInt64, cuts: Set<Int> = []) throws -> World {
    var world = try SizesTests.world(seed: seed, cuts: cuts)
    var random = SeededGenerator(seed, 933)
    var study = world.coordinator.study
    study.trial.scale = [
      Scaling("rate", [.linear], warmup: random.chance(0.5) ? random.integer(1...9) : nil),
      Scaling("width", [random.element(of: [.inverse, .squareRoot])]),
      Scaling("momentum", [.linear, .inverse]),
    ]
    let settings = world.settings
    world = World(study: study, settings: settings)
    world.inspect = WorldTests.inspection
    return world
  }

  @Test(arguments: seeds(100, from: 932_000))
  func everyOrderHasTheValuesOfItsSizeAndAReplayTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed, 932)
    let cuts = Set((0..<random.integer(0...3)).map { _ in random.integer(1...200) })
    var world = try world(seed: seed, cuts: cuts)
    try world.live()
    #expect(world.violations == [])
    let study = world.coordinator.study
    var coordinator = Coordinator(study: try roundTrip(study))
    for entry in world.journal {
      #expect(coordinator.absorb(try roundTrip(entry.event), at: entry.time) == entry.commands)
      for case .start(let leg) in entry.commands {
        let scaled = try #require(leg.scaled)
        #expect(try roundTrip(leg) == leg)
        #expect(scaled.size.number <= Double(leg.width))
        for setting in scaled.settings {
          let scaling = try #require(study.trial.scale.first { $0.parameter == setting.name })
          let base = try #require(leg.configuration[setting.name])
          #expect(
            setting.value
              == scaling.value(of: base, isWhole: setting.name == "width", on: scaled.size))
          if leg.source == nil { #expect(setting.warmup?.since ?? 0 == 0) }
        }
      }
    }
    #expect(try json(coordinator) == json(world.coordinator))
    #expect(try throughSnapshot(coordinator).trials == coordinator.trials)
  }
}
