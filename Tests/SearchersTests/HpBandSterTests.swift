import FoundationEssentials
import StudyModel
import TestSupport
import Testing

@testable import Searchers

/// Proposals against those of HpBandSter 0.7.4 after the same observations, as distributions.
///
/// `Tests/Peers/hpbandster_density.py` writes the golden file.
struct HpBandSterTests {
  private struct Golden: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    struct Domain: Decodable {
      struct Condition: Decodable {
        let parameter: String
        let values: [String]
      }

      let type: String
      let low: Double?
      let high: Double?
      let log: Bool?
      let values: [String]?
      let when: Condition?
    }

    struct Observation: Decodable {
      let configuration: Configuration
      let loss: Double?
    }

    struct Counts: Decodable {
      let edges: [Double]?
      let counts: [Int]
      let inactive: Int
    }

    let name: String
    let parameters: [String: Domain]
    let observations: [Observation]
    let proposals: [String: Counts]

    var testDescription: String { name }

    /// Conditions name parameters whose names may come later in the alphabet.
    func space() throws -> SearchSpace {
      let parameters = try parameters.keys.sorted().map { name -> Parameter in
        let domain = try #require(self.parameters[name])
        let conditions = domain.when.map { condition in
          [
            Parameter.Condition(
              parameter: condition.parameter, values: condition.values.map { .word($0) })
          ]
        }
        return Parameter(name: name, domain: try domain.domain(), conditions: conditions ?? [])
      }
      return SearchSpace(parameters: try #require(SearchSpace.ordered(parameters)))
    }
  }

  private static func cases() throws -> [Case] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Goldens/hpbandster.json")
    return try value(Golden.self, fromJSON: Data(contentsOf: file)).cases
  }

  @Test(arguments: try cases())
  func proposalsAreDistributedAsHpBandSters(peer: Case) throws {
    let space = try peer.space()
    var settings = DensitySettings()
    settings.randomFraction = 0
    settings.levels = .observed
    var proposals: [Configuration] = []
    // What is imputed depends on the seed: as many models as the golden file has.
    for seed in seeds(100, from: 210_000) {
      var search = DensitySearch(space: space, budgets: [Budget(1)], settings: settings, seed: seed)
      for (number, observation) in peer.observations.enumerated() {
        let configuration = space.typed(observation.configuration)
        search.absorb(.proposed(TrialID(number), configuration))
        search.absorb(.awaited(TrialID(number), at: Budget(1)))
        search.absorb(
          observation.loss.map { .reported(TrialID(number), .finite($0), at: Budget(1)) }
            ?? .failed(TrialID(number)))
      }
      for trial in 1000..<1020 {
        let proposal = try #require(search.propose(for: TrialID(trial)))
        let origin = Origin.model(observations: peer.observations.count, budget: Budget(1))
        #expect(proposal.origin == origin)
        proposals.append(proposal.configuration)
      }
    }
    for parameter in space.parameters {
      let theirs = try #require(peer.proposals[parameter.name])
      let counts = try theirs.counted(proposals.map { $0[parameter.name] }, parameter.domain)
      let statistic = twoSampleChiSquare(counts, theirs.counts + [theirs.inactive])
      let degrees = theirs.counts.count - (theirs.inactive == 0 ? 1 : 0)
      #expect(
        statistic < chiSquareBound(degrees: degrees),
        "\(parameter.name): \(counts), theirs \(theirs.counts) and \(theirs.inactive)")
    }
  }

  /// Pearson's statistic of two samples of one distribution; a place that is empty in both is none.
  private func twoSampleChiSquare(_ left: [Int], _ right: [Int]) -> Double {
    let ratio = Double(right.reduce(0, +)) / Double(left.reduce(0, +))
    return zip(left, right).reduce(0) { sum, pair in
      guard pair.0 + pair.1 > 0 else { return sum }
      let difference = Double(pair.0) * ratio.squareRoot() - Double(pair.1) / ratio.squareRoot()
      return sum + difference * difference / Double(pair.0 + pair.1)
    }
  }
}

extension HpBandSterTests.Case.Domain {
  func domain() throws -> Parameter.Domain {
    switch type {
    case "real":
      .real(low: try #require(low), high: try #require(high), step: nil, log: log ?? false)
    case "integer":
      .integer(
        low: Int(try #require(low)), high: Int(try #require(high)), step: 1, log: log ?? false)
    default: .categorical(try #require(values).map { .word($0) })
    }
  }
}

extension HpBandSterTests.Case.Counts {
  /// How many of these values fall where the golden file counts, and how many are inactive.
  func counted(_ values: [ParameterValue?], _ domain: Parameter.Domain) throws -> [Int] {
    var counts = Array(repeating: 0, count: self.counts.count + 1)
    for value in values {
      guard let value else {
        counts[self.counts.count] += 1
        continue
      }
      if let edges {
        let number = try #require(value.number)
        counts[edges.firstIndex { number < $0 } ?? edges.count] += 1
      } else {
        counts[try #require(domain.place(of: value))] += 1
      }
    }
    return counts
  }
}
