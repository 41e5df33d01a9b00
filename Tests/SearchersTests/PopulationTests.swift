import StudyModel
import TestSupport
import Testing

@testable import Searchers

struct PopulationTests {
  private func configuration(_ number: Int) -> Configuration {
    Configuration([("x", .integer(number))])
  }

  private func population(_ size: Int, sample: Int) -> Population {
    var settings = EvolutionSettings()
    settings.population = size
    settings.sample = sample
    return Population(settings: settings, budget: Budget(9))
  }

  @Test func theOldestLeavesInTheOrderOfFinishing() {
    var population = population(3, sample: 2)
    for trial in 0..<6 { population.absorb(.proposed(TrialID(trial), configuration(trial))) }
    for (place, trial) in [4, 0, 5, 1, 2].enumerated() {
      population.absorb(.reported(TrialID(trial), .finite(Double(trial)), at: Budget(9)))
      #expect(population.isFull == (place >= 2))
    }
    #expect(population.members.map(\.trial) == [5, 1, 2].map { TrialID($0) })
    #expect(population.members.map(\.configuration) == [5, 1, 2].map { configuration($0) })
  }

  @Test func onlyTheFirstLossAtTheFullBudgetEnters() {
    var population = population(5, sample: 2)
    for trial in 0..<5 { population.absorb(.proposed(TrialID(trial), configuration(trial))) }
    population.absorb(.reported(TrialID(0), .finite(1), at: Budget(3)))
    population.absorb(.reported(TrialID(1), .diverged, at: Budget(9)))
    population.absorb(.failed(TrialID(2)))
    population.absorb(.reported(TrialID(2), .finite(1), at: Budget(9)))
    population.absorb(.ended(TrialID(3), .finite(4), at: Budget(2)))
    population.absorb(.reported(TrialID(4), .finite(5), at: Budget(9)))
    population.absorb(.reported(TrialID(4), .finite(6), at: Budget(9)))
    population.absorb(.reported(TrialID(77), .finite(6), at: Budget(9)))
    population.absorb(.known(configuration(8), .finite(7), at: Budget(3)))
    population.absorb(.known(configuration(9), .finite(7), at: Budget(9)))
    #expect(population.members.map(\.trial) == [TrialID(3), TrialID(4), nil])
    #expect(population.members.map(\.loss) == [4, 5, 7])
  }

  @Test func aTournamentIsWonByRankWithTheProbabilityOfDrawingWithoutReplacement() throws {
    var population = population(10, sample: 4)
    for trial in 0..<10 {
      population.absorb(.proposed(TrialID(trial), configuration(trial)))
      population.absorb(.reported(TrialID(trial), .finite(Double(trial)), at: Budget(9)))
    }
    var counts = Array(repeating: 0, count: 7)
    for trial in 0..<20_000 {
      var random = RandomStream(seed: 5, trial: TrialID(trial), purpose: .evolution)
      counts[try #require(population.parent(using: &random)?.trial?.number)] += 1
    }
    // The best of four has rank r where the three others come from the 9 - r behind it.
    let weights = (0..<7).map { rank in
      (0..<3).reduce(1.0) { $0 * Double(9 - rank - $1) }
    }
    #expect(chiSquare(counts, weights: weights) < chiSquareBound(degrees: 6))
  }

  @Test func aSampleLargerThanThePopulationIsAllOfIt() throws {
    var population = population(3, sample: 10)
    for trial in 0..<3 {
      population.absorb(.proposed(TrialID(trial), configuration(trial)))
      population.absorb(.reported(TrialID(trial), .finite(2), at: Budget(9)))
    }
    var random = RandomStream(seed: 5, trial: TrialID(0), purpose: .evolution)
    #expect(population.parent(using: &random)?.trial == TrialID(0))
  }
}
