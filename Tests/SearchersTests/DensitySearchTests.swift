import StudyModel
import Surrogates
import TestSupport
import Testing

@testable import Searchers

struct DensitySearchTests {
  private static let budgets = [1, 3, 9].map { Budget($0) }

  private func search(
    _ space: SearchSpace, seed: UInt64, randomFraction: Double = 0
  ) -> DensitySearch {
    var settings = DensitySettings()
    settings.randomFraction = randomFraction
    return DensitySearch(space: space, budgets: Self.budgets, settings: settings, seed: seed)
  }

  /// Lets a search propose trials of random fates.
  private func play(
    _ search: inout DensitySearch, trials: Int, seed: UInt64,
    _ check: (Proposal, DensitySearch) throws -> Void = { _, _ in }
  ) rethrows {
    var random = SeededGenerator(seed, 31)
    for number in 0..<trials {
      let trial = TrialID(number)
      guard let proposal = search.propose(for: trial) else { return }
      try check(proposal, search)
      search.absorb(.proposed(trial, proposal.configuration))
      for budget in Self.budgets {
        search.absorb(.awaited(trial, at: budget))
        if random.chance(0.1) {
          search.absorb(.failed(trial))
          break
        }
        let loss = random.chance(0.1) ? .diverged : Loss(random.real(0...1))
        if random.chance(0.1) {
          search.absorb(.ended(trial, loss, at: budget))
          break
        }
        search.absorb(.reported(trial, loss, at: budget))
        if random.chance(0.6) { break }
      }
    }
  }

  @Test(arguments: seeds(80, from: 200_000))
  func everyProposalLiesInItsSpaceAndIsNew(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = search(space, seed: seed, randomFraction: 0.2)
    var seen: Set<Configuration> = []
    play(&search, trials: 40, seed: seed) { proposal, _ in
      let configuration = proposal.configuration
      #expect(space.conforming(configuration) == configuration, "seed \(seed)")
      #expect(!space.isCountable || seen.insert(configuration).inserted, "seed \(seed)")
    }
  }

  @Test(arguments: seeds(50, from: 201_000))
  func aRestartProposesAsTheRunDoes(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = search(space, seed: seed, randomFraction: 0.2)
    play(&search, trials: 40, seed: seed) { _, _ in }
    let copy = try roundTrip(search)
    for trial in 40..<44 {
      #expect(search.propose(for: TrialID(trial)) == search.propose(for: TrialID(trial)))
      #expect(copy.propose(for: TrialID(trial)) == search.propose(for: TrialID(trial)))
    }
  }

  private static let plane = SearchSpace(parameters: [
    Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
    Parameter(name: "y", domain: .real(low: 0, high: 1, step: nil, log: false)),
  ])

  /// Has a search observe a trial at some budgets.
  private func observe(
    _ search: inout DensitySearch, _ number: Int, _ configuration: Configuration, _ loss: Loss,
    at budgets: [Int]
  ) {
    search.absorb(.proposed(TrialID(number), configuration))
    for budget in budgets {
      search.absorb(.awaited(TrialID(number), at: Budget(budget)))
      search.absorb(.reported(TrialID(number), loss, at: Budget(budget)))
    }
  }

  private func point(_ x: Double, _ y: Double) -> Configuration {
    Configuration([("x", .real(x)), ("y", .real(y))])
  }

  private func model(_ search: DensitySearch, _ trial: Int = 1000) -> Origin? {
    search.propose(for: TrialID(trial))?.origin
  }

  @Test func theLargestBudgetWithEnoughObservationsIsModelled() {
    // Two parameters: three good and three bad ones are needed.
    var search = search(Self.plane, seed: 3)
    for number in 0..<40 {
      let expected: Origin =
        number < 6
        ? .random
        : number < 24
          ? .model(observations: number, budget: Budget(1))
          : .model(observations: number / 4, budget: Budget(3))
      #expect(model(search) == expected, "after \(number)")
      let next = point(Double(number) / 40, Double(number * 7 % 40) / 40)
      observe(
        &search, number, next, .finite(Double(number)), at: number % 4 == 3 ? [1, 3] : [1])
    }
  }

  @Test func proposalsComeFromWhereTheGoodOnesAre() {
    var search = search(Self.plane, seed: 3)
    for number in 0..<200 {
      let x = Double(number * 37 % 200) / 200
      let y = Double(number * 61 % 200) / 200
      observe(
        &search, number, point(x, y), .finite((x - 0.2).magnitude + (y - 0.7).magnitude),
        at: [9])
    }
    let proposals = (1000..<1100).compactMap { search.propose(for: TrialID($0))?.configuration }
    let near = proposals.count { proposal in
      guard let x = proposal["x"]?.number, let y = proposal["y"]?.number else { return false }
      return (x - 0.2).magnitude < 0.2 && (y - 0.7).magnitude < 0.2
    }
    #expect(near > 90)
  }

  @Test func whatFailedOrDivergedCountsAsBadAndNeverAsGood() {
    var search = search(Self.plane, seed: 3)
    for number in 0..<20 {
      let trial = TrialID(number)
      search.absorb(.proposed(trial, point(0.9, Double(number) / 20)))
      search.absorb(.awaited(trial, at: Budget(1)))
      search.absorb(number % 2 == 0 ? .failed(trial) : .reported(trial, .diverged, at: Budget(1)))
    }
    #expect(model(search) == .random)
    for number in 20..<23 {
      observe(&search, number, point(0.1, Double(number - 20) / 2), .finite(0), at: [1])
    }
    #expect(model(search) == .model(observations: 23, budget: Budget(1)))
    let proposals = (1000..<1100).compactMap {
      search.propose(for: TrialID($0))?.configuration["x"]?.number
    }
    #expect(proposals.allSatisfy { $0 < 0.2 })
  }

  @Test func repeatedAndLateEventsChangeNothing() throws {
    var search = search(Self.plane, seed: 3)
    for number in 0..<30 {
      observe(
        &search, number, point(Double(number) / 30, Double(number * 7 % 30) / 30),
        .finite(Double(number)), at: [1])
    }
    search.absorb(.proposed(TrialID(30), point(0.5, 0.5)))
    search.absorb(.awaited(TrialID(30), at: Budget(1)))
    search.absorb(.failed(TrialID(30)))
    let before = try json(search)
    for number in 0..<30 {
      search.absorb(.proposed(TrialID(number), point(0, 0)))
      search.absorb(.reported(TrialID(number), .finite(-100), at: Budget(1)))
    }
    search.absorb(.failed(TrialID(30)))
    search.absorb(.reported(TrialID(30), .finite(-100), at: Budget(3)))
    search.absorb(.ended(TrialID(30), .finite(-100), at: Budget(1)))
    search.absorb(.failed(TrialID(77)))
    search.absorb(.reported(TrialID(77), .finite(0), at: Budget(9)))
    #expect(try json(search) == before)
  }

  @Test func aTrialThatEndsItselfCountsAtTheBudgetItWasTrainingUpTo() {
    var search = search(Self.plane, seed: 3)
    for number in 0..<6 {
      let trial = TrialID(number)
      observe(&search, number, point(Double(number) / 6, 0.5), .finite(Double(number)), at: [1])
      search.absorb(.awaited(trial, at: Budget(9)))
      search.absorb(.ended(trial, .finite(Double(number)), at: Budget(4)))
    }
    #expect(model(search) == .model(observations: 6, budget: Budget(9)))
  }

  @Test func priorObservationsCountAtTheBudgetTheyReach() {
    var search = search(Self.plane, seed: 3)
    for number in 0..<6 {
      search.absorb(
        .known(point(Double(number) / 6, 0.5), .finite(Double(number)), at: Budget(5)))
    }
    #expect(model(search) == .model(observations: 6, budget: Budget(3)))
    #expect(model(search, 7) == .model(observations: 6, budget: Budget(3)))
  }

  @Test(arguments: seeds(40, from: 202_000))
  func simultaneousReportsMayComeInAnyOrder(seed: UInt64) throws {
    let configurations = (0..<40).map { number -> Configuration in
      var random = RandomStream(seed: seed, trial: TrialID(number), purpose: .configuration)
      return Self.plane.sample(using: &random)
    }
    var generator = SeededGenerator(seed)
    let searches = (0..<2).map { _ in
      var search = search(Self.plane, seed: seed)
      for (number, configuration) in configurations.enumerated() {
        search.absorb(.proposed(TrialID(number), configuration))
      }
      for number in (0..<40).shuffled(using: &generator) {
        // Many equal losses: ties go to the earlier trial.
        search.absorb(.reported(TrialID(number), .finite(Double(number % 5)), at: Budget(1)))
      }
      return search
    }
    // The rows are in another order, so candidates differ, but the densities do not.
    let encoding = Encoding(Self.plane)
    let pairs = searches.map { $0.pair(at: 0) }
    for number in 0..<20 {
      let point = encoding.coordinates(of: configurations[number]).compactMap { $0 }
      let good = pairs.map { $0.good.density(at: point) }
      let bad = pairs.map { $0.bad.density(at: point) }
      #expect((good[0] - good[1]).magnitude <= 1e-12 * good[0])
      #expect((bad[0] - bad[1]).magnitude <= 1e-12 * bad[0])
    }
  }

  @Test func aFullGridOfRowsIsSearchedAsTheSpaceItself() throws {
    let space = SearchSpace(
      parameters: (0..<3).map { number in
        Parameter(
          name: "p\(number)",
          domain: number == 0
            ? .integer(low: 1, high: 9, step: 2, log: false)
            : .categorical(["a", "b", "c", "d"].map { .word($0) }))
      })
    var search = search(space, seed: 9)
    var table = self.search(space.restricted(to: space.all().reversed()), seed: 9)
    var modelled = 0
    for number in 0..<80 {
      let proposal = try #require(search.propose(for: TrialID(number)))
      if case .model = proposal.origin {
        modelled += 1
        #expect(table.propose(for: TrialID(number)) == proposal)
      }
      let size = try #require(proposal.configuration["p0"]?.number)
      let loss = size + (proposal.configuration["p1"] == .word("b") ? 0 : 3)
      observe(&search, number, proposal.configuration, .finite(loss), at: [1])
      observe(&table, number, proposal.configuration, .finite(loss), at: [1])
    }
    #expect(modelled > 20)
    #expect(search.propose(for: TrialID(80)) == nil)
    #expect(table.propose(for: TrialID(80)) == nil)
  }

  @Test func theNearestRowIsProposedOnce() throws {
    let rows = (0..<60).map { point(Double($0) / 59, Double($0 * 23 % 60) / 59) }
    var search = search(Self.plane.restricted(to: rows), seed: 2)
    var seen: Set<Configuration> = []
    for number in 0..<60 {
      let proposal = try #require(search.propose(for: TrialID(number)))
      #expect(rows.contains(proposal.configuration))
      #expect(seen.insert(proposal.configuration).inserted)
      let x = try #require(proposal.configuration["x"]?.number)
      observe(&search, number, proposal.configuration, .finite(x), at: [1])
    }
    #expect(search.propose(for: TrialID(60)) == nil)
  }

  @Test func aShareOfTheProposalsIsRandom() {
    var search = search(Self.plane, seed: 3, randomFraction: 1.0 / 3)
    for number in 0..<10 {
      observe(
        &search, number, point(Double(number) / 10, 0.5), .finite(Double(number)), at: [1])
    }
    let random = (1000..<2500).count { model(search, $0) == .random }
    #expect(chiSquare([random, 1500 - random], weights: [1, 2]) < chiSquareBound(degrees: 1))
  }
}
