import StudyModel
import TestSupport
import Testing

/// Settings that follow a trial's GPUs.
struct ScalingTests {
  private static let parameters = [
    Parameter(name: "rate", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
    Parameter(name: "batch", domain: .integer(low: 1, high: 512, step: 1, log: true)),
    Parameter(name: "listed", domain: .ordinal([.integer(16), .integer(32)])),
    Parameter(name: "mixed", domain: .ordinal([.real(0.5), .integer(1), .integer(2)])),
    Parameter(name: "fixed", domain: .constant(.integer(64))),
    Parameter(name: "word", domain: .categorical([.word("a"), .integer(1)])),
    Parameter(
      name: "momentum", domain: .real(low: 0, high: 1, step: nil, log: false),
      conditions: [.init(parameter: "word", values: [.word("a")])]),
  ]

  private static func study(_ scale: [Scaling]) -> Study {
    var trial = TrialSettings(command: ["train"], gpus: 1)
    trial.scale = scale
    return Study(
      name: "study", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(16)),
      space: SearchSpace(parameters: parameters), trial: trial)
  }

  private static let configuration = Configuration([
    ("rate", .real(0.1)), ("batch", .integer(256)), ("listed", .integer(32)),
    ("mixed", .integer(1)), ("fixed", .integer(64)), ("word", .integer(1)),
  ])

  private func value(_ name: String, _ rules: [Scaling.Rule], on size: TrialSize) -> ParameterValue?
  {
    Self.study([Scaling(name, rules)]).scaled(Self.configuration, on: size)?[name]?.value
  }

  @Test func theRulesAreThoseOfThePapers() {
    #expect(value("rate", [.linear], on: TrialSize(gpus: 4)) == .real(0.4))
    #expect(value("rate", [.linear], on: TrialSize(sharing: 4)) == .real(0.1))
    #expect(value("batch", [.linear], on: TrialSize(gpus: 4)) == .integer(1024), "above the range")
    #expect(value("rate", [.squareRoot], on: TrialSize(gpus: 4)) == .real(0.2))
    #expect(value("batch", [.inverse], on: TrialSize(sharing: 4)) == .integer(64))
    #expect(value("batch", [.inverse], on: TrialSize(gpus: 4)) == .integer(256))
    for (size, rate) in [(TrialSize(sharing: 4), 0.025), (TrialSize(gpus: 4), 0.4)] {
      #expect(value("rate", [.linear, .inverse], on: size) == .real(rate))
    }
  }

  @Test func whatIsScaledKeepsItsKind() {
    #expect(value("batch", [.squareRoot], on: TrialSize(gpus: 2)) == .integer(362))
    #expect(value("listed", [.inverse], on: TrialSize(sharing: 64)) == .integer(1), "never 0")
    #expect(value("fixed", [.linear], on: TrialSize(gpus: 3)) == .integer(192))
    // One of real numbers is one, however it is written.
    #expect(value("mixed", [.squareRoot], on: TrialSize(gpus: 4)) == .real(2))
    #expect(value("momentum", [.linear], on: TrialSize(gpus: 4)) == nil, "inactive")
    let scaling = Scaling("x", [.linear])
    #expect(scaling.value(of: .word("a"), isWhole: false, on: TrialSize(gpus: 4)) == .word("a"))
    let huge = TrialSize(gpus: TrialSize.mostGPUs)
    #expect(scaling.value(of: .real(1e308), isWhole: false, on: huge).number?.isFinite == true)
    #expect(scaling.value(of: .integer(1 << 53), isWhole: true, on: huge) == .integer(1 << 53))
    #expect(
      scaling.value(of: .integer(-(1 << 53)), isWhole: true, on: huge) == .integer(-(1 << 53)))
    let inverse = Scaling("x", [.inverse])
    #expect(inverse.value(of: .integer(0), isWhole: true, on: TrialSize(sharing: 4)) == .integer(0))
    #expect(
      inverse.value(of: .integer(-1), isWhole: true, on: TrialSize(sharing: 8)) == .integer(-1))
  }

  @Test func aStudyThatScalesNothingHasNothingScaled() throws {
    let study = Self.study([])
    #expect(study.scaled(Self.configuration, on: TrialSize(gpus: 4)) == nil)
    let text = String(decoding: try json(study), as: UTF8.self)
    #expect(!text.contains("cale"), "studies from before are read, and written, as ever")
    #expect(try roundTrip(study) == study)
    let scaling = Self.study([Scaling("rate", [.linear], warmup: 5)])
    #expect(try roundTrip(scaling) == scaling)
  }

  @Test func slotsAreGPUsOrSharesOfThem() {
    var trial = TrialSettings(command: ["x"], gpus: 1)
    #expect(trial.size(ofSlots: 1) == TrialSize(gpus: 1))
    #expect(trial.size(ofSlots: 8) == TrialSize(gpus: 8))
    trial.trialsPerGPU = 4
    #expect(
      [1, 2, 3, 4, 5, 8].map { trial.size(ofSlots: $0) } == [
        TrialSize(sharing: 4), TrialSize(sharing: 2), TrialSize(sharing: 2), TrialSize(gpus: 1),
        TrialSize(gpus: 2), TrialSize(gpus: 2),
      ])
  }

  @Test func aRuleIsUselessWhereNoSizeCanFollowIt() throws {
    var trial = TrialSettings(command: ["x"])
    func rules(isWidened: Bool = false) -> [Scaling.Rule] {
      Scaling.Rule.allCases.filter { trial.canFollow($0, isWidened: isWidened) }
    }
    #expect(rules() == [])
    trial.gpus = 1
    #expect(rules() == Scaling.Rule.allCases, "a run may give trials another size")
    trial.sizes = .calculated(try Expression("width"))
    #expect(rules() == [.linear, .squareRoot])
    trial.sizes = .chosen([.integer(1), .integer(2)])
    #expect(rules() == [.linear, .squareRoot])
    (trial.sizes, trial.trialsPerGPU) = (.chosen([.real(0.5), .real(1)]), 2)
    #expect(rules() == [.inverse])
    #expect(rules(isWidened: true) == Scaling.Rule.allCases)
    trial.sizes = .chosen([.real(0.5), .real(2)])
    #expect(rules() == Scaling.Rule.allCases)
  }

  // MARK: Warm-up

  private static let warm = study([Scaling("rate", [.linear], warmup: 4)])

  @Test func aRateRisesFromItsOwnValueToTheScaledOne() {
    let first = Self.warm.scaled(Self.configuration, on: TrialSize(gpus: 5))?["rate"]
    #expect(first?.warmup == ScaledSettings.Warmup(from: 0.1, since: 0, epochs: 4))
    let values = [0, 1, 2, 4, 9].map { first?.value(after: $0) ?? 0 }
    for (value, expected) in zip(values, [0.1, 0.2, 0.3, 0.5, 0.5]) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(Self.warm.scaled(Self.configuration, on: TrialSize(gpus: 1))?["rate"]?.warmup == nil)
  }

  @Test func aTrialThatGetsMoreGPUsIsWarmedUpAgainFromWhereItWas() {
    func scaled(_ gpus: Int, after former: ScaledSettings?, from epoch: Int) -> ScaledSettings? {
      Self.warm.scaled(
        Self.configuration, on: TrialSize(gpus: gpus), after: former, from: epoch)
    }
    let two = scaled(2, after: nil, from: 0)
    #expect(scaled(2, after: two, from: 3) == two, "the same GPUs go on as before")
    let four = scaled(4, after: two, from: 2)
    // Half of the way from 0.1 to 0.2 lay behind it.
    #expect(four?["rate"]?.warmup?.from == two?["rate"]?.value(after: 2))
    #expect(four?["rate"]?.warmup?.since == 2)
    #expect(four?["rate"]?.value(after: 1) == four?["rate"]?.warmup?.from, "an older checkpoint")
    let eight = scaled(8, after: four, from: 9)
    #expect(eight?["rate"]?.warmup == ScaledSettings.Warmup(from: 0.4, since: 9, epochs: 4))
    #expect(scaled(2, after: four, from: 9)?["rate"]?.warmup == nil, "a fall is at once")
    #expect(scaled(4, after: two, from: 0) == scaled(4, after: nil, from: 0), "from scratch")
  }

  // MARK: Properties

  private static func size(_ random: inout SeededGenerator) -> TrialSize {
    random.chance(0.5)
      ? TrialSize(gpus: random.integer(1...TrialSize.mostGPUs))
      : TrialSize(sharing: random.integer(1...TrialSize.mostShares))
  }

  @Test(arguments: seeds(500, from: 930_000))
  func scalingIsPureOrderedAndKeepsKinds(seed: UInt64) throws {
    var random = SeededGenerator(seed, 930)
    let whole = ParameterValue.integer(random.integer(-1000...100_000))
    let real = ParameterValue.real(random.real(-1...1))
    for rule in Scaling.Rule.allCases {
      let scaling = Scaling("x", [rule])
      let (size, other) = (Self.size(&random), Self.size(&random))
      for (value, isWhole) in [(whole, true), (real, false)] {
        let scaled = scaling.value(of: value, isWhole: isWhole, on: size)
        #expect(scaled == scaling.value(of: value, isWhole: isWhole, on: size))
        let (number, base) = (try #require(scaled.number), try #require(value.number))
        #expect(number.isFinite && (number == 0) == (base == 0) && (number < 0) == (base < 0))
        if case .integer = scaled { #expect(isWhole) } else { #expect(!isWhole) }
        let one = scaling.value(of: value, isWhole: isWhole, on: TrialSize(gpus: 1))
        #expect(one == value, "one GPU changes nothing")
        // More GPUs or fewer trials on one never make a value smaller.
        let there = try #require(scaling.value(of: value, isWhole: isWhole, on: other).number)
        if size.number <= other.number { #expect(number.magnitude <= there.magnitude) }
      }
    }
  }

  @Test(arguments: seeds(200, from: 931_000))
  func aValueMovesInOneDirectionThroughAnyChain(seed: UInt64) throws {
    var random = SeededGenerator(seed, 931)
    var scaled: ScaledSettings?
    var epoch = 0
    for _ in 0..<10 {
      let size = TrialSize(gpus: random.integer(1...4))
      let before = scaled?["rate"]?.value(after: Double(epoch))
      scaled = Self.warm.scaled(Self.configuration, on: size, after: scaled, from: epoch)
      let setting = try #require(scaled?["rate"])
      #expect(setting.value == .real(0.1 * Double(size.gpus)))
      let values = (0...6).compactMap { setting.value(after: Double(epoch + $0)) }
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
      #expect(values.last.map { .real($0) } == setting.value, "there in four epochs")
      // It goes on where it was, or falls.
      if let before, let first = values.first { #expect(first <= before + 1e-12) }
      #expect(try roundTrip(scaled) == scaled)
      epoch += random.integer(0...6)
    }
  }
}
