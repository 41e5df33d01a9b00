import RealModule
import StudyModel
import TestSupport
import Testing

@testable import Searchers

/// That learning pays, on functions small enough for every run of the tests.
struct SearchQualityTests {
  /// The least loss that an asynchronous study of eight slots finds.
  private func best(
    _ kind: Search.Kind, _ space: SearchSpace, trials: Int, seed: UInt64,
    _ loss: (Configuration) -> Double
  ) -> Double {
    var search = Search(kind)
    search.evolution.population = 20
    search.evolution.sample = 5
    search.forest.trees = 5
    search.forest.candidates = 100
    var searcher = Searcher(
      for: Study(
        name: "study", metric: Metric(name: "loss", goal: .minimize),
        fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(1)), space: space,
        algorithm: Algorithm(schedule: Schedule(.full), search: search),
        trial: TrialSettings(command: ["train"]), seed: seed))
    var random = SeededGenerator(seed, 4)
    var running: [(trial: TrialID, loss: Double)] = []
    var fit: Searcher.Fit?
    var best = Double.infinity
    for number in 0..<trials {
      if running.count == 8 {
        let ended = running.remove(at: random.integer(0...7))
        searcher.absorb(.reported(ended.trial, .finite(ended.loss), at: Budget(1)))
        if let due = searcher.dueBasis {
          fit = searcher.fit(to: due)
          searcher.absorb(.fitted(basis: due))
        }
      }
      guard let proposal = searcher.propose(for: TrialID(number), by: fit) else { break }
      searcher.absorb(.proposed(TrialID(number), proposal.configuration))
      let value = loss(proposal.configuration)
      best = min(best, value)
      running.append((TrialID(number), value))
    }
    return best
  }

  /// Eight cells of five kinds, and three settings that must be right for any of them.
  private let joint = SearchSpace(
    parameters: (0..<8).map {
      Parameter(
        name: "cell\($0)", domain: .categorical((0..<5).map { .integer($0) }), isArchitecture: true)
    } + [
      Parameter(name: "rate", domain: .real(low: 1e-5, high: 1, step: nil, log: true)),
      Parameter(name: "decay", domain: .real(low: 1e-6, high: 1, step: nil, log: true)),
      Parameter(name: "momentum", domain: .real(low: 0, high: 1, step: nil, log: false)),
    ])

  private func jointLoss(_ configuration: Configuration) -> Double {
    let cells = (0..<8).map { Int(configuration["cell\($0)"]?.number ?? 0) }
    // Neighbours matter together, so that no cell is best by itself.
    let quality = zip(cells, cells.dropFirst()).map { Double(($0 * 3 + $1 * 2) % 5) / 4 }
    let rate = Double.log10(configuration["rate"]?.number ?? 1)
    let decay = Double.log10(configuration["decay"]?.number ?? 1)
    let momentum = configuration["momentum"]?.number ?? 0
    // The best rate depends on an architecture variable.
    let distance = rate + 2.5 - 0.2 * Double(cells[0])
    return 1 - quality.reduce(0, +) / 7 + 0.3 * distance * distance
      + 0.1 * (decay + 4) * (decay + 4) + 2 * (momentum - 0.9) * (momentum - 0.9)
  }

  private func mean(_ kind: Search.Kind, trials: Int = 120, seeds: Range<UInt64>) -> Double {
    seeds.map { best(kind, joint, trials: trials, seed: $0, jointLoss) }.reduce(0, +)
      / Double(seeds.count)
  }

  @Test func whatLearnsFindsBetterThanRandomSearchAndTheJointSearchBest() {
    let seeds = seeds(10, from: 260_000)
    let means = [Search.Kind.random, .age, .mixedAgE, .mixedBO, .agebo].map {
      mean($0, seeds: seeds)
    }
    #expect(means.dropFirst().allSatisfy { $0 < means[0] })
    #expect(means.dropLast().allSatisfy { $0 > means[4] })
  }
}
