import RealModule
import StudyModel
import TestSupport
import Testing

@testable import Searchers

/// Whether the process finds optima sooner than chance does.
struct ProcessSearchOptimaTests {
  /// Source: Branin, IBM J. Research and Development 16 (1972); least value 0.397887.
  private static func branin(_ unit: [Double]) -> Double {
    let (x, y) = (15 * unit[0] - 5, 15 * unit[1])
    let inner = y - 5.1 / (4 * Double.pi * Double.pi) * x * x + 5 / Double.pi * x - 6
    return inner * inner + 10 * (1 - 1 / (8 * Double.pi)) * Double.cos(x) + 10
  }

  /// Source: Hartman, 1973, as in Dixon and Szegő, 1978, six dimensions; least value -3.32237.
  private static func hartmann(_ unit: [Double]) -> Double {
    let shapes: [[Double]] = [
      [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
      [17, 8, 0.05, 10, 0.1, 14],
    ]
    let centres: [[Double]] = [
      [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
      [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
      [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
      [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]
    return -zip([1, 1.2, 3, 3.2], zip(shapes, centres)).reduce(0.0) { sum, term in
      let distance = unit.indices.reduce(0.0) {
        $0 + term.1.0[$1] * (unit[$1] - term.1.1[$1]) * (unit[$1] - term.1.1[$1])
      }
      return sum + term.0 * Double.exp(-distance)
    }
  }

  /// The least value that a search met, two trials running at a time.
  private func least(
    of function: ([Double]) -> Double, dimension: Int, _ kind: Search.Kind, trials: Int,
    seed: UInt64
  ) throws -> Double {
    let space = SearchSpace(
      parameters: (0..<dimension).map {
        Parameter(name: "x\($0)", domain: .real(low: 0, high: 1, step: nil, log: false))
      })
    var search = Searcher(
      for: Study(
        name: "study", metric: Metric(name: "loss", goal: .minimize),
        fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)), space: space,
        algorithm: Algorithm(schedule: Schedule(.full), search: Search(kind)),
        trial: TrialSettings(command: ["train"]), seed: seed))
    var least = Double.infinity
    var running: [(TrialID, Double)] = []
    var fit: Searcher.Fit?
    for number in 0..<trials {
      let trial = TrialID(number)
      let proposal = try #require(search.propose(for: trial, by: fit))
      let unit = (0..<dimension).map { proposal.configuration["x\($0)"]?.number ?? 0 }
      search.absorb(.proposed(trial, proposal.configuration))
      search.absorb(.awaited(trial, at: Budget(9)))
      running.append((trial, function(unit)))
      guard running.count == 2 else { continue }
      let (done, value) = running.removeFirst()
      least = min(least, value)
      search.absorb(.reported(done, Loss(value), at: Budget(9)))
      if number % 4 == 3, let basis = search.dueBasis {
        fit = search.fit(to: basis)
        search.absorb(.fitted(basis: basis))
      }
    }
    return least
  }

  @Test func branin() throws {
    var wins = 0
    var sums = (process: 0.0, random: 0.0)
    for seed in seeds(20, from: 420_000) {
      let process = try least(of: Self.branin, dimension: 2, .mobster, trials: 24, seed: seed)
      let random = try least(of: Self.branin, dimension: 2, .random, trials: 24, seed: seed)
      if process < random { wins += 1 }
      sums.process += process - 0.397887
      sums.random += random - 0.397887
    }
    // By chance 15 of 20 and more happen once in 48 times.
    #expect(wins >= 15)
    #expect(sums.process < 0.5 * sums.random)
    print("branin", wins, sums)
  }

  @Test func hartmann() throws {
    var wins = 0
    var sums = (process: 0.0, random: 0.0)
    for seed in seeds(20, from: 421_000) {
      let process = try least(of: Self.hartmann, dimension: 6, .mobster, trials: 32, seed: seed)
      let random = try least(of: Self.hartmann, dimension: 6, .random, trials: 32, seed: seed)
      if process < random { wins += 1 }
      sums.process += process + 3.32237
      sums.random += random + 3.32237
    }
    #expect(wins >= 15)
    #expect(sums.process < 0.7 * sums.random)
    print("hartmann", wins, sums)
  }
}
