import StudyModel
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
}
