import StudyModel
import TestSupport
import Testing

@testable import Searchers

/// What holds for every searcher that learns from forests or by evolution.
struct LearningSearchTests {
  static let kinds: [Search.Kind] = [.age, .agebo, .mixedBO, .mixedAgE]

  private func study(
    _ space: SearchSpace, _ kind: Search.Kind, seed: UInt64, goal: Goal = .minimize
  ) -> Study {
    var search = Search(kind)
    search.evolution.population = 6
    search.evolution.sample = 3
    search.forest.trees = 5
    search.forest.candidates = 60
    search.forest.initialRandom = 4
    return Study(
      name: "study", metric: Metric(name: "loss", goal: goal),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
      algorithm: Algorithm(schedule: Schedule(.full), search: search),
      trial: TrialSettings(command: ["train"]), seed: seed)
  }

  /// A random space of which about half the parameters are marked as architecture.
  private func space(seed: UInt64) throws -> SearchSpace {
    let space = try SearchSpace.random(seed: seed)
    var random = SeededGenerator(seed, 8)
    return SearchSpace(
      parameters: space.parameters.map {
        Parameter(
          name: $0.name, domain: $0.domain, conditions: $0.conditions,
          isArchitecture: random.chance(0.5))
      }, constraints: space.constraints)
  }

  /// Events of a study of some slots, whose trials end in a random order, some without a loss.
  private func play(
    _ searcher: inout Searcher, trials: Int, seed: UInt64,
    _ check: (Searcher, TrialID, Proposal) throws -> Void
  ) rethrows {
    var random = SeededGenerator(seed, 9)
    var running: [TrialID] = []
    var fit: Searcher.Fit?
    for number in 0..<trials {
      let trial = TrialID(number)
      guard let proposal = searcher.propose(for: trial, by: fit) else { return }
      try check(searcher, trial, proposal)
      searcher.absorb(.proposed(trial, proposal.configuration))
      running.append(trial)
      while running.count > random.integer(0...4) {
        let ended = running.remove(at: random.integer(0...running.count - 1))
        if random.chance(0.1) {
          searcher.absorb(.failed(ended))
        } else {
          let loss = random.chance(0.1) ? Loss.diverged : .finite(random.real(0...1))
          searcher.absorb(.reported(ended, loss, at: Budget(9)))
        }
      }
      if let due = searcher.dueBasis, random.chance(0.4) {
        fit = searcher.fit(to: due)
        searcher.absorb(.fitted(basis: due))
      }
    }
  }

  @Test(arguments: kinds, seeds(30, from: 230_000))
  func everyProposalLiesInItsSpaceAndIsNew(kind: Search.Kind, seed: UInt64) throws {
    let space = try space(seed: seed)
    var searcher = Searcher(for: study(space, kind, seed: seed))
    var seen: Set<Configuration> = []
    play(&searcher, trials: 30, seed: seed) { _, trial, proposal in
      #expect(space.conforming(proposal.configuration) == proposal.configuration, "\(trial)")
      let isNew = seen.insert(proposal.configuration).inserted
      #expect(isNew || !space.isCountable, "trial \(trial)")
    }
  }

  @Test(arguments: kinds, seeds(12, from: 240_000))
  func aProposalFollowsFromTheStateAndSurvivesJSON(kind: Search.Kind, seed: UInt64) throws {
    let space = try space(seed: seed)
    var searcher = Searcher(for: study(space, kind, seed: seed))
    try play(&searcher, trials: 25, seed: seed) { searcher, trial, proposal in
      let copy = try roundTrip(searcher)
      #expect(copy.dueBasis == searcher.dueBasis)
      let fit = copy.basis.flatMap { copy.fit(to: $0) }
      #expect(copy.propose(for: trial, by: fit) == proposal)
    }
  }

  @Test(arguments: [Search.Kind.agebo, .mixedBO], seeds(6, from: 250_000))
  func aFitIsTheSameWheneverItIsAskedFor(kind: Search.Kind, seed: UInt64) throws {
    let parameters = [
      Parameter(
        name: "cell", domain: .categorical("abcd".map { .word(String($0)) }), isArchitecture: true),
      Parameter(name: "rate", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
      Parameter(name: "size", domain: .integer(low: 1, high: 64, step: 1, log: true)),
    ]
    let study = study(SearchSpace(parameters: parameters), kind, seed: seed)
    var searcher = Searcher(for: study)
    var first: (basis: Int, queue: [Configuration])?
    play(&searcher, trials: 60, seed: seed) { searcher, _, _ in
      if let first {
        #expect(searcher.fit(to: first.basis)?.queue == first.queue)
      } else if let basis = searcher.basis {
        first = (basis, searcher.fit(to: basis)?.queue ?? [])
      }
    }
    #expect(first.map { !$0.queue.isEmpty } ?? false)
  }

  @Test func evolutionIsRandomUntilThePopulationIsFull() throws {
    let space = SearchSpace(
      parameters: ["a", "b"].map {
        Parameter(
          name: $0, domain: .integer(low: 0, high: 999, step: 1, log: false),
          isArchitecture: $0 == "a")
      })
    for kind in Self.kinds where kind != .mixedBO {
      var searcher = Searcher(for: study(space, kind, seed: 1))
      for number in 0..<20 {
        let proposal = try #require(searcher.propose(for: TrialID(number)))
        #expect(proposal.origin == .random)
        searcher.absorb(.proposed(TrialID(number), proposal.configuration))
      }
      // Failures do not fill it.
      for number in 0..<8 { searcher.absorb(.failed(TrialID(number))) }
      for number in 8..<13 {
        searcher.absorb(.reported(TrialID(number), .finite(1), at: Budget(9)))
      }
      #expect(searcher.propose(for: TrialID(20))?.origin == .random)
      searcher.absorb(.reported(TrialID(13), .finite(1), at: Budget(9)))
      let proposal = try #require(searcher.propose(for: TrialID(20)))
      guard case .mutation(let parent, let parameter, nil) = proposal.origin else {
        Issue.record("\(proposal.origin)")
        continue
      }
      #expect(parent.map { (8...13).contains($0.number) } ?? false)
      #expect(parameter == "a" || kind == .mixedAgE)
    }
  }

  @Test func plainEvolutionInheritsWhatDoesNotEvolve() throws {
    let space = SearchSpace(
      parameters: ["a", "b"].map {
        Parameter(
          name: $0, domain: .real(low: 0, high: 1, step: nil, log: false),
          isArchitecture: $0 == "a")
      })
    var searcher = Searcher(for: study(space, .age, seed: 1))
    var configurations: [Configuration] = []
    for number in 0..<60 {
      let proposal = try #require(searcher.propose(for: TrialID(number)))
      if case .mutation(let parent?, _, _) = proposal.origin {
        #expect(proposal.configuration["b"] == configurations[parent.number]["b"])
        #expect(proposal.configuration["a"] != configurations[parent.number]["a"])
      }
      configurations.append(proposal.configuration)
      searcher.absorb(.proposed(TrialID(number), proposal.configuration))
      searcher.absorb(.reported(TrialID(number), .finite(Double(number)), at: Budget(9)))
    }
  }

  @Test(arguments: [Search.Kind.agebo, .mixedBO, .mixedAgE])
  func resultsOfAnEarlierStudyCount(kind: Search.Kind) throws {
    let space = SearchSpace(
      parameters: ["a", "b"].map {
        Parameter(
          name: $0, domain: .real(low: 0, high: 1, step: nil, log: false),
          isArchitecture: $0 == "a")
      })
    var searcher = Searcher(for: study(space, kind, seed: 1))
    for number in 0..<6 {
      let share = Double(number) / 6
      let known = Configuration([("a", .real(share)), ("b", .real(share))])
      searcher.absorb(.known(known, .finite(share), at: Budget(9)))
      // At another budget than that at which trials are compared it means something else.
      searcher.absorb(.known(known, .finite(-9), at: Budget(3)))
    }
    if let due = searcher.dueBasis {
      #expect(due == 6)
      searcher.absorb(.fitted(basis: due))
    }
    let fit = searcher.basis.flatMap { searcher.fit(to: $0) }
    let proposal = try #require(searcher.propose(for: TrialID(0), by: fit))
    switch (kind, proposal.origin) {
    case (.mixedBO, .model(observations: 6, budget: nil)): break
    case (.agebo, .mutation(of: nil, parameter: "a", model: 6)): break
    case (.mixedAgE, .mutation(of: nil, _, model: nil)): break
    default: Issue.record("\(proposal.origin)")
    }
  }
}

extension Searcher.Fit {
  fileprivate var queue: [Configuration] {
    switch self {
    case .forest(let fit): fit.queue
    case .process, .collection: []
    }
  }
}
