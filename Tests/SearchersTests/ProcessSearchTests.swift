import RealModule
import StudyModel
import TestSupport
import Testing

@testable import Searchers

/// A study that a process searches.
private func study(
  _ space: SearchSpace, seed: UInt64, _ schedule: Schedule.Kind = .asha,
  _ change: (inout ProcessSettings) -> Void = { _ in }
) -> Study {
  var search = Search(.mobster)
  change(&search.process)
  return Study(
    name: "study", metric: Metric(name: "loss", goal: .minimize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
    algorithm: Algorithm(schedule: Schedule(schedule), search: search),
    trial: TrialSettings(command: ["train"]), seed: seed)
}

/// Plays a searcher with some trials: reports at random budgets, failures, late events and fits.
private func play(
  _ search: inout ProcessSearch, trials: Int, seed: UInt64
) -> [SearcherEvent] {
  var random = SeededGenerator(seed, 5)
  var events: [SearcherEvent] = []
  func absorb(_ event: SearcherEvent) {
    search.absorb(event)
    events.append(event)
  }
  for number in 0..<trials {
    let trial = TrialID(number)
    let parameters = search.basis.map { search.fit(to: $0) }
    guard let proposal = search.propose(for: trial, by: parameters) else { break }
    absorb(.proposed(trial, proposal.configuration))
    absorb(.awaited(trial, at: Budget(1)))
    let subject = TrialID(random.integer(0...number))
    switch random.integer(0...9) {
    case 0: absorb(.failed(subject))
    case 1: absorb(.ended(subject, .finite(random.real(0...1)), at: Budget(2)))
    case 2: absorb(.reported(subject, .diverged, at: Budget(1)))
    case 3: absorb(.known(proposal.configuration, .finite(random.real(0...1)), at: Budget(4)))
    case 4: absorb(.awaited(subject, at: Budget(9)))
    default:
      for budget in [1, 3, 9].prefix(random.integer(1...3)) {
        absorb(.reported(subject, .finite(random.real(0...1)), at: Budget(budget)))
      }
    }
    if let basis = search.dueBasis, random.chance(0.3) { absorb(.fitted(basis: basis)) }
  }
  return events
}

struct ProcessSearchTests {
  @Test(arguments: seeds(60, from: 410_000))
  func everyProposalLiesInItsSpaceAndNoneRepeats(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = ProcessSearch(for: study(space, seed: seed) { $0.candidates = 20 })
    var seen: Set<Configuration> = []
    for event in play(&search, trials: 14, seed: seed) {
      guard case .proposed(_, let configuration) = event else { continue }
      #expect(space.conforming(configuration) == configuration, "seed \(seed)")
      if space.isCountable { #expect(seen.insert(configuration).inserted) }
    }
  }

  @Test(arguments: seeds(20, from: 411_000), ProcessSettings.Resource.allCases)
  func equalStatesProposeEqually(seed: UInt64, resource: ProcessSettings.Resource) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = ProcessSearch(
      for: study(space, seed: seed) {
        $0.candidates = 20
        $0.resource = resource
      })
    let events = play(&search, trials: 12, seed: seed)
    var again = ProcessSearch(
      for: study(space, seed: seed) {
        $0.candidates = 20
        $0.resource = resource
      })
    for event in events { again.absorb(event) }
    let copy = try roundTrip(search)
    let proposal = search.propose(for: TrialID(12))
    #expect(again.propose(for: TrialID(12)) == proposal)
    #expect(copy.propose(for: TrialID(12)) == proposal)
    #expect(copy.dueBasis == search.dueBasis)
  }

  @Test(arguments: seeds(15, from: 412_000))
  func aFitDependsOnItsObservationsAlone(seed: UInt64) throws {
    let space = try SearchSpace.random(seed: seed)
    var search = ProcessSearch(for: study(space, seed: seed) { $0.candidates = 10 })
    _ = play(&search, trials: 10, seed: seed)
    guard let basis = search.dueBasis else { return }
    let fit = search.fit(to: basis)
    #expect(search.fit(to: basis) == fit)
    for number in 30..<40 {
      search.absorb(.known(Configuration(), .finite(Double(number)), at: Budget(3)))
      search.absorb(.awaited(TrialID(number % 10), at: Budget(9)))
    }
    #expect(search.fit(to: basis) == fit)
  }

  @Test func repeatedAndLateEventsChangeNothing() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    var search = ProcessSearch(for: study(space, seed: 1))
    let point = Configuration([("x", .real(0.25))])
    let (reported, failed, ended) = (TrialID(0), TrialID(1), TrialID(2))
    let events: [SearcherEvent] = [
      .proposed(reported, point), .proposed(failed, point), .proposed(ended, point),
      .awaited(reported, at: Budget(1)), .awaited(failed, at: Budget(1)),
      .awaited(ended, at: Budget(1)), .reported(reported, .finite(2), at: Budget(1)),
      .failed(failed), .ended(ended, .finite(3), at: Budget(3)),
    ]
    for event in events { search.absorb(event) }
    let before = try json(search.log)
    #expect(search.log.pending.isEmpty)
    // The second time each of them is late.
    for event in events { search.absorb(event) }
    for trial in [failed, ended, TrialID(7)] {
      search.absorb(.reported(trial, .finite(9), at: Budget(9)))
      search.absorb(.awaited(trial, at: Budget(9)))
    }
    #expect(try json(search.log) == before)
    search.absorb(.awaited(reported, at: Budget(3)))
    search.absorb(.reported(reported, .diverged, at: Budget(3)))
    #expect(search.log.pending.isEmpty && search.log.observations.count == 3)
  }

  @Test func theFirstProposalsAreRandomAndTheNextAreTheModels() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    var search = ProcessSearch(for: study(space, seed: 1))
    for number in 0..<10 {
      let trial = TrialID(number)
      let proposal = try #require(search.propose(for: trial))
      let isModel = if case .model = proposal.origin { true } else { false }
      #expect(isModel == (number >= 6))
      search.absorb(.proposed(trial, proposal.configuration))
      search.absorb(.awaited(trial, at: Budget(1)))
      let x = proposal.configuration["x"]?.number ?? 0
      search.absorb(.reported(trial, Loss((x - 0.3) * (x - 0.3)), at: Budget(1)))
      #expect((search.dueBasis == nil) == (number < 5))
      if let basis = search.dueBasis { search.absorb(.fitted(basis: basis)) }
    }
  }

  @Test func fitsBecomeRarerAsObservationsGrow() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    var search = ProcessSearch(for: study(space, seed: 1))
    var bases: [Int] = []
    for number in 0..<1000 {
      let trial = TrialID(number)
      search.absorb(.proposed(trial, Configuration([("x", .real(Double(number) / 1000))])))
      search.absorb(.reported(trial, .finite(0), at: Budget(1)))
      if let basis = search.dueBasis {
        bases.append(basis)
        search.absorb(.fitted(basis: basis))
      }
    }
    #expect(bases.prefix(17) == [6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24])
    #expect(bases.count < 60)
  }

  @Test func theImprovementIsAskedForAtTheHighestBudgetThatHasThreeLosses() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    var search = ProcessSearch(for: study(space, seed: 1))
    func asked() throws -> Budget? {
      guard case .model(_, let budget) = try #require(search.propose(for: TrialID(99))).origin
      else { return nil }
      return budget
    }
    for number in 0..<9 {
      search.absorb(.proposed(TrialID(number), Configuration([("x", .real(Double(number) / 9))])))
    }
    search.absorb(.reported(TrialID(0), .finite(1), at: Budget(3)))
    search.absorb(.fitted(basis: 1))
    #expect(try asked() == Budget(3))
    for number in 0..<3 { search.absorb(.reported(TrialID(number), .finite(1), at: Budget(1))) }
    #expect(try asked() == Budget(1))
    for number in 1..<3 { search.absorb(.reported(TrialID(number), .finite(1), at: Budget(3))) }
    #expect(try asked() == Budget(3))
    search.absorb(.ended(TrialID(5), .finite(0), at: Budget(2)))
    #expect(search.log.counts.map(\.count) == [3, 4, 1])
  }

  @Test func theBestOfFewRowsIsProposed() throws {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let rows = (0..<40).map { Configuration([("x", .real(Double($0) / 40))]) }
    var search = ProcessSearch(for: study(space.restricted(to: rows), seed: 3, .full))
    for number in 0..<12 {
      let trial = TrialID(number)
      let proposal = try #require(search.propose(for: trial))
      #expect(rows.contains(proposal.configuration))
      search.absorb(.proposed(trial, proposal.configuration))
      let x = proposal.configuration["x"]?.number ?? 0
      search.absorb(.reported(trial, Loss((x - 0.3) * (x - 0.3)), at: Budget(9)))
      if let basis = search.dueBasis { search.absorb(.fitted(basis: basis)) }
    }
    #expect(search.log.observations.map(\.loss).min() ?? 1 < 1e-6)
    for number in 12..<40 {
      let proposal = try #require(search.propose(for: TrialID(number), by: nil))
      search.absorb(.proposed(TrialID(number), proposal.configuration))
    }
    #expect(search.propose(for: TrialID(40)) == nil)
  }

  @Test func theUnitOfTheLossMattersOnlyWhereAMarginIsSet() throws {
    let plain = try rowsProposed(lossesTimes: 1)
    #expect(try rowsProposed(lossesTimes: 0x1p-20) == plain)
    #expect(try rowsProposed(lossesTimes: 0x1p-20, margin: 0x1p-20 * 0.01) != plain)
    let margin = try rowsProposed(lossesTimes: 1, margin: 0.01)
    #expect(try rowsProposed(lossesTimes: 0x1p-20, margin: 0x1p-20 * 0.01) == margin)
    #expect(try rowsProposed(lossesTimes: 0x1p-20, margin: 0.01) != margin)
  }

  @Test func ofRowsWithoutAnImprovementAnyIsProposed() throws {
    let blind = try rowsProposed(lossesTimes: 0x1p-20, margin: 1).dropFirst(6)
    #expect(blind.filter { $0 >= 60 }.count > 1 && blind.filter { $0 < 60 }.count > 1)
    #expect(blind.sorted() != Array(blind))
  }

  /// The first 14 rows, of 120, that a search proposes for the minimum of a parabola.
  private func rowsProposed(lossesTimes unit: Double, margin: Double? = nil) throws -> [Int] {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    let rows = (0..<120).map { Configuration([("x", .real(Double($0) / 120))]) }
    var search = ProcessSearch(
      for: study(space.restricted(to: rows), seed: 8, .full) { $0.margin = margin })
    return try (0..<14).map { number in
      let trial = TrialID(number)
      let proposal = try #require(search.propose(for: trial))
      search.absorb(.proposed(trial, proposal.configuration))
      let x = proposal.configuration["x"]?.number ?? 0
      search.absorb(.reported(trial, Loss((x - 0.3) * (x - 0.3) * unit), at: Budget(9)))
      if let basis = search.dueBasis { search.absorb(.fitted(basis: basis)) }
      return try #require(rows.firstIndex(of: proposal.configuration))
    }
  }

  @Test func theFurthestTrialsAreKeptWhereThereAreTooMany() {
    let space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false))
    ])
    var search = ProcessSearch(for: study(space, seed: 1))
    for number in 0..<50 {
      let trial = TrialID(number)
      search.absorb(.proposed(trial, Configuration([("x", .real(Double(number) / 50))])))
      for budget in [1, 3, 9].prefix(number % 10 == 0 ? 3 : number % 5 == 0 ? 2 : 1) {
        search.absorb(.reported(trial, .finite(0), at: Budget(budget)))
      }
    }
    var random = RandomStream(seed: 1, trial: TrialID(0), purpose: .fit)
    let kept = search.log.selection(of: 30, amongFirst: 65, using: &random)
    #expect(kept.count == 30)
    #expect(kept.filter { ($0.trial?.number ?? 1) % 5 == 0 }.count == 25)
    let few = search.log.selection(of: 20, amongFirst: 65, using: &random)
    #expect(few.filter { $0.budget == Budget(3) }.count == 10)
    #expect(few.filter { ($0.trial?.number ?? 1) % 10 == 0 }.count == 15)
    #expect(few.count == 20)
  }
}
