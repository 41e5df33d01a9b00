import StudyModel
import TestSupport

extension Study {
  /// A small study of any schedule that trains.
  static func random(seed: UInt64, stop: StopRules? = nil) -> Study {
    var random = SeededGenerator(seed, 905)
    var rules = StopRules()
    rules.trials = random.integer(1...25)
    let fidelity = Fidelity(
      name: "epoch", minimum: Budget(random.integer(1...2)),
      maximum: Budget(random.element(of: [2, 5, 9, 10, 27])))
    let eta = random.integer(2...4)
    let rungs = fidelity.rungs(eta: eta)
    let kinds = Schedule.Kind.allCases.filter { $0 != .untrained }
    let kind = random.chance(0.4) ? .asha : random.element(of: kinds)
    var algorithm = Algorithm(schedule: Schedule(kind), search: Search(.random))
    algorithm.schedule.eta = eta
    let halving: Schedule.Halving = random.chance(0.6) ? .promotion : .stopping
    algorithm.schedule.halving = kind == .rasda ? .promotion : halving
    algorithm.schedule.brackets = random.chance(0.7) ? 1 : random.integer(1...rungs.count)
    if random.chance(0.2) { algorithm.schedule.kind = .pasha }
    return Study(
      name: "study",
      metric: Metric(name: "accuracy", goal: random.chance(0.5) ? .maximize : .minimize),
      fidelity: fidelity,
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
        Parameter(name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false)),
        Parameter(name: "factor", domain: .ordinal([.real(0.5), .real(1), .real(2)])),
        Parameter(
          name: "momentum", domain: .real(low: 0, high: 1, step: 0.25, log: false),
          conditions: [.init(parameter: "factor", values: [.real(1)])]),
      ]),
      points: [
        Configuration([
          ("rate", .real(1)), ("width", .integer(8)), ("factor", .real(1)), ("momentum", .real(0)),
        ])
      ],
      algorithm: algorithm,
      trial: TrialSettings(
        command: ["train"], checkpointEvery: random.chance(0.3) ? random.integer(1...4) : nil,
        retries: random.integer(0...2)),
      stop: stop ?? rules, seed: seed)
  }
}

extension World.Settings {
  /// A world of any kind.
  static func random(seed: UInt64, study: Study) -> World.Settings {
    var random = SeededGenerator(seed, 906)
    var settings = World.Settings(seed: seed)
    settings.slots = (0..<random.integer(1...4)).map { _ in random.integer(1...3) }
    if random.chance(0.1) { settings.slots[0] = 0 }
    if settings.slots.allSatisfy({ $0 == 0 }) { settings.slots.append(1) }
    settings.trouble = random.chance(0.25) ? 0 : random.real(0...1)
    settings.storeFailures = random.chance(0.5) ? 0 : random.real(0...0.5)
    settings.losses = random.chance(0.5) ? 0 : random.integer(1...6)
    settings.damage = random.chance(0.8) ? 0 : random.real(0...0.3)
    settings.checkpointEvery = study.trial.checkpointEvery
    settings.storeTime = random.element(of: [0, 100_000, 3_000_000, 20_000_000])
    return settings
  }
}
