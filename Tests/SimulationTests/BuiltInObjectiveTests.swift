import RealModule
import Searchers
import Simulation
import StudyModel
import TestSupport
import Testing

struct BuiltInObjectiveTests {
  private static let study = {
    var study = SimulationBench.study
    study.space = SearchSpace(parameters: ReadyMadeSpace.agEBOTabular.parameters)
    study.algorithm = Algorithm(.agebo)
    return study
  }()

  private let objective = BuiltInObjective(.agEBOTabular, for: study)
  private let search = RandomSearch(space: study.space, seed: 5)

  private func drawn(_ number: Int) throws -> Configuration {
    try #require(search.propose(for: TrialID(number))?.configuration)
  }

  /// How long random architectures train with this batch size.
  private func minutes(batchSize: Int) throws -> (mean: Double, deviation: Double) {
    let count = 1_500
    let minutes = try (0..<count).map { number in
      var configuration = try drawn(number)
      configuration["batch_size"] = .integer(batchSize)
      let curve = try #require(objective.curve(of: configuration, for: TrialID(number)))
      return (0..<curve.count).reduce(0) { $0 + curve.seconds(ofStep: $1) } / 60
    }
    let mean = minutes.reduce(0, +) / Double(count)
    let variance = minutes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    return (mean, variance.squareRoot())
  }

  /// AgE-1-8 of AgEBO's table 1: 11.51 +- 6.35 minutes at a batch size of 32.
  @Test func trainingsTakeAsLongAsThePapers() throws {
    let fixed = try minutes(batchSize: 32)
    #expect(abs(fixed.mean - 11.51) < 0.6, "\(fixed.mean)")
    #expect(abs(fixed.deviation - 6.35) < 0.6, "\(fixed.deviation)")
    // AgEBO-1-8, which tunes the batch size.
    let tuned = try minutes(batchSize: 181)
    #expect(abs(tuned.mean - 7.05) < 0.3, "\(tuned.mean)")
  }

  @Test func anArchitectureHasOneTimeAndNoiseIsATrainings() throws {
    let configuration = try drawn(0)
    let first = try #require(objective.curve(of: configuration, for: TrialID(1)))
    #expect(objective.curve(of: configuration, for: TrialID(1)) == first)
    let again = try #require(objective.curve(of: configuration, for: TrialID(2)))
    #expect(again.seconds == first.seconds)
    #expect(again.values != first.values)
  }

  @Test func theBestTrainingMovesWithTheArchitecture() throws {
    // The best of a grid of learning rates, for one architecture after another.
    let rates = (0...40).map { 1e-4 * Double.pow(100, Double($0) / 40) }
    let best = try (0..<20).map { number in
      var configuration = try drawn(number)
      let values = try rates.map { rate -> Double in
        configuration["learning_rate"] = .real(min(rate, 1e-2))
        return try #require(objective.curve(of: configuration, for: TrialID(0))?.values[0].last)
      }
      return try #require(values.indices.max { values[$0] < values[$1] })
    }
    #expect(Set(best).count > 3, "\(best)")
  }
}
