import StudyModel
import TestSupport
import Testing

@testable import Coordination

/// Who trains how far in whole studies of every named method.
struct GrantTests {
  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 540_000))
  func noTrialResumesThatWasNotPausedAndNoBudgetIsGrantedTwice(
    name: Algorithm.Name, seed: UInt64
  ) throws {
    var world = MethodTests.world(name, seed: seed, cuts: seed.isMultiple(of: 2) ? [90] : [])
    try world.live()
    #expect(world.violations == [])
    #expect(Grants(of: world).violations == [])
  }

  /// A world in which all is well and every configuration is new.
  static func quietWorld(
    _ name: Algorithm.Name, seed: UInt64, _ edit: (inout Study) -> Void = { _ in }
  ) -> World {
    var study = Study.small(name, seed: seed)
    study.space = .uncountable
    study.points = []
    study.metrics = [study.metric]
    study.finish = nil
    edit(&study)
    var settings = World.Settings.random(seed: seed, study: study)
    settings.trouble = 0
    settings.losses = 0
    settings.storeFailures = 0
    return World(study: study, settings: settings)
  }

  /// Values at a budget, the smaller the better, by trial.
  private static func losses(_ log: ReportLog, at epoch: Int, of metric: Metric) -> [Int: Double] {
    let column = log.column(metric.name) ?? []
    var losses: [Int: Double] = [:]
    for row in 0..<log.count where log.epochs[row] == epoch {
      losses[log.trials[row]] = metric.goal == .minimize ? column[row] : -column[row]
    }
    return losses
  }

  @Test(arguments: [Algorithm.Name.successiveHalving, .hyperband, .bohb], seeds(6, from: 550_000))
  func bracketsHoldWhatThePaperSays(name: Algorithm.Name, seed: UInt64) throws {
    var random = SeededGenerator(seed, 914)
    var world = Self.quietWorld(name, seed: seed) { $0.stop.trials = random.integer(20...60) }
    try world.live()
    #expect(world.violations == [])
    let study = world.coordinator.study
    let targets = Grants(of: world).targets
    let rungs = study.comparedBudgets.map(\.epochs)
    let eta = study.algorithm.schedule.eta
    var first = 0
    var number = 0
    while first < targets.count {
      // Li et al., JMLR 2018, Algorithm 1: n = ceil((s_max + 1) / (s + 1) * eta^s).
      let skipped = name == .successiveHalving ? 0 : number % rungs.count
      let halvings = rungs.count - 1 - skipped
      let power = (0..<halvings).reduce(1) { product, _ in product * eta }
      let planned = (rungs.count * power + halvings) / (halvings + 1)
      let members = first..<min(first + planned, targets.count)
      var size = members.count
      var there = Array(members)
      for (below, budget) in zip([nil] + rungs[skipped...].map(Optional.some), rungs[skipped...]) {
        let promoted = there.filter { targets[$0].contains(budget) }
        #expect(promoted.count == size, "bracket \(number), \(members), at \(budget)")
        if let below {
          let losses = Self.losses(world.coordinator.reports, at: below, of: study.metric)
          let worst = promoted.compactMap { losses[$0] }.max() ?? 0
          let others = there.filter { !promoted.contains($0) }.compactMap { losses[$0] }
          #expect(others.allSatisfy { $0 >= worst }, "bracket \(number), at \(budget)")
        }
        there = promoted
        size = max(1, size / eta)
      }
      first = members.upperBound
      number += 1
    }
    #expect(number > 0)
  }

  @Test(
    arguments: [Algorithm.Name.asha, .pasha, .mobster, .pashaBO, .rasda], seeds(4, from: 560_000))
  func aTrialIsPromotedWhenItIsAmongTheBestOfItsRung(name: Algorithm.Name, seed: UInt64) throws {
    var world = Self.quietWorld(name, seed: seed) { $0.algorithm.schedule.halving = .promotion }
    try world.live()
    #expect(world.violations == [])
    let study = world.coordinator.study
    let eta = study.algorithm.schedule.eta
    let promotions = Grants(of: world).promotions
    var replayed = Coordinator(study: study)
    var absorbed = 0
    for (event, trial, budget) in promotions {
      while absorbed <= event {
        let entry = world.journal[absorbed]
        _ = replayed.absorb(entry.event, at: entry.time)
        absorbed += 1
      }
      // Li et al., MLSys 2020, Algorithm 2: the best floor(n / eta) of a rung may go on.
      let losses = Self.losses(replayed.reports, at: budget, of: study.metric)
      let own = try #require(losses[trial])
      let better = losses.values.count { $0 < own }
      #expect(better < losses.count / eta, "event \(event), trial \(trial) at \(budget)")
    }
  }

  @Test(arguments: Algorithm.Name.allCases, seeds(2, from: 570_000))
  func aCountableSpaceIsSearchedOnceAndToItsEnd(name: Algorithm.Name, seed: UInt64) throws {
    var study = Study.small(name, seed: seed)
    study.space = .countable
    study.points = []
    study.stop.trials = 30
    var settings = World.Settings.random(seed: seed, study: study)
    settings.known = seed.isMultiple(of: 2) ? study.earlierResults(seed: seed) : []
    var world = World(study: study, settings: settings)
    try world.live()
    #expect(world.violations == [])
    let trials = world.coordinator.trials.filter { $0.isProposed && $0.finalSeed == nil }
    #expect(Set(trials.map(\.configuration)).count == trials.count)
    guard name != .randomBaseline, world.coordinator.phase != .finished(.everythingFailed) else {
      return
    }
    #expect(world.coordinator.phase == .finished(.exhausted))
    #expect(trials.count == 18)
  }

  @Test(
    arguments: [
      Algorithm.Name.bohb, .mobster, .pashaBO, .age, .agebo, .agebosync, .mixedBO, .mixedAgE,
    ])
  func proposalsComeFromModelsAndMutations(name: Algorithm.Name) throws {
    var all = 0
    let tried = seeds(2, from: 580_000)
    for seed in tried {
      var world = Self.quietWorld(name, seed: seed) { $0.stop.trials = 36 }
      try world.live()
      let learnt = world.coordinator.trials.count {
        switch $0.origin {
        case .model, .mutation: true
        case .point, .random, .sequence, .winner, nil: false
        }
      }
      #expect(learnt > 0, "seed \(seed)")
      all += learnt
    }
    #expect(all >= 8 * tried.count)
  }
}
