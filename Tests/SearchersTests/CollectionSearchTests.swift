import Foundation
import Searchers
import StudyModel
import TestSupport
import Testing

/// The trainings of a collection, and of parts of it.
@Suite struct CollectionSearchTests {
  private let fidelities = [
    Parameter(
      name: "fraction", domain: .ordinal([.real(0.25), .real(1)]), isFidelity: true),
    Parameter(
      name: "resolution", domain: .integer(low: 8, high: 24, step: 8, log: false),
      isFidelity: true),
  ]

  /// A space of every kind, with fidelities among its parameters.
  private func space(seed: UInt64) throws -> SearchSpace {
    let space = try SearchSpace.random(seed: seed)
    return SearchSpace(
      parameters: [fidelities[0]] + space.parameters + [fidelities[1]],
      constraints: space.constraints)
  }

  private func study(
    _ space: SearchSpace, _ source: CollectionSettings.Configurations, first: Int = 0,
    trainings: Int? = nil
  ) -> Study {
    var search = Search(.collection)
    search.collection = CollectionSettings(configurations: source, seeds: [1, 5], first: first)
    var study = Study(
      name: "study", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
      algorithm: Algorithm(schedule: Schedule(.full), search: search),
      trial: TrialSettings(command: ["train"]), seed: 3)
    study.stop.trials = trainings
    return study
  }

  private func proposals(of study: Study) -> [Proposal] {
    var searcher = Searcher(for: study)
    var proposals: [Proposal] = []
    let fit = searcher.fit(to: 0)
    while proposals.count < study.stop.trials ?? .max,
      let proposal = searcher.propose(for: TrialID(proposals.count), by: fit)
    {
      searcher.absorb(.proposed(TrialID(proposals.count), proposal.configuration))
      proposals.append(proposal)
    }
    return proposals
  }

  /// Of every space: each training once, in its order, with what the space allows; and parts of any
  /// size propose what the whole does.
  @Test(arguments: seeds(60, from: 920_000), ["sobol", "random", "grid", "list"])
  func partsTogetherAreTheWhole(seed: UInt64, kind: String) throws {
    let space = try space(seed: seed)
    var source: CollectionSettings.Configurations =
      switch kind {
      case "sobol": .sobol(9)
      case "grid": .grid(points: 2)
      default: .random(9)
      }
    if kind == "list" {
      let configurations = CollectionSearch(for: study(space, source)).configurations()
      source = .list(configurations.map { TypedConfiguration(wrappedValue: $0) })
    }
    let whole = proposals(of: study(space, source, trainings: kind == "grid" ? 120 : nil))
    // A space of few configurations may have fewer than were asked for.
    #expect(kind == "grid" || whole.count % 12 == 0 && whole.count <= 108)
    #expect(Set(whole.map(\.configuration)).count * 2 == whole.count)
    for (place, proposal) in whole.enumerated() {
      #expect(proposal.origin == .sequence(place: place))
      #expect(space.conforming(proposal.configuration) == proposal.configuration)
    }
    var random = SeededGenerator(seed, 4)
    var parts: [Proposal] = []
    while parts.count < whole.count {
      let first = parts.count
      let count = min(random.integer(1...40), whole.count - first)
      var part = source
      if case .list(let list) = source {
        part = .list(Array(list[(first / 12)...((first + count - 1) / 12)]))
      }
      parts += proposals(of: study(space, part, first: first, trainings: count))
    }
    #expect(parts == whole)
  }

  @Test func aConfigurationCountIsWhatIsProposed() throws {
    for seed in UInt64(0)..<40 {
      let space = try space(seed: seed)
      for source in [CollectionSettings.Configurations.grid(points: 2), .sobol(50), .random(50)] {
        let search = CollectionSearch(for: study(space, source))
        let count = try #require(search.configurationCount())
        guard count <= 5000 else { continue }
        #expect(search.configurations().count == count, "\(source) of \(seed)")
      }
    }
    let vast = SearchSpace(
      parameters: (0..<8).map {
        Parameter(name: "p\($0)", domain: .integer(low: 1, high: 100, step: 1, log: false))
      })
    #expect(CollectionSearch(for: study(vast, .grid(points: 5))).configurationCount() == nil)
  }

  @Test func aPartOfASobolSequenceIsOfTheSameSequenceAsTheSearch() throws {
    let plain = SearchSpace(
      parameters: [
        Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
        Parameter(name: "y", domain: .real(low: 1, high: 10, step: nil, log: true)),
      ])
    let space = SearchSpace(parameters: plain.parameters + fidelities)
    var sobol = SobolSearch(space: plain, seed: 3)
    for (place, found) in CollectionSearch(for: study(space, .sobol(20))).configurations()
      .enumerated()
    {
      #expect(sobol.propose(for: TrialID(place))?.configuration == found)
      sobol.absorb(.proposed(TrialID(place), found))
    }
  }

  /// What a snapshot keeps goes on as it was, without a fit too.
  @Test func theSearchSurvivesJSON() throws {
    let study = study(try space(seed: 11), .sobol(4))
    let searcher = Searcher(for: study)
    let read = try JSONDecoder().decode(Searcher.self, from: JSONEncoder().encode(searcher))
    for trial in [0, 17, 47, 48] {
      let proposal = searcher.propose(for: TrialID(trial), by: searcher.fit(to: 0))
      #expect(read.propose(for: TrialID(trial)) == proposal)
      #expect((proposal == nil) == (trial == 48))
    }
  }
}
