import FoundationEssentials
import Processes
import ProgramSupport
import Statistics
import StudyModel
import Testing

/// Every test beside SciPy's on the same blocks.
@Suite struct SciPyTests {
  private struct Answer: Decodable {
    var ranks: [Double]
    var chi_squared: Double
    var friedman: Double
    var critical: [Double]
    var nemenyi: [Double]
    var wilcoxon: [Double]
    var holm: [Double]
  }

  /// Blocks of random values, with ties and zeros in every other one.
  private func blocks(seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed, trial: TrialID(0), purpose: .simulation)
    let treatments = 2 + Int(random.unit() * 9)
    let count = 3 + Int(random.unit() * (seed % 5 == 0 ? 70 : 20))
    return (0..<count).map { _ in
      (0..<treatments).map { treatment in
        let value = random.normal() + 0.3 * Double(treatment)
        return seed % 2 == 0 ? value : (value * 2).rounded() / 2
      }
    }
  }

  @Test func figuresAreThoseOfSciPy() throws {
    let all = (1...60).map { blocks(seed: UInt64($0)) }
    let folder = try makeTemporaryFolder("/tmp/rung-statistics-")
    defer { removeAll(folder) }
    try writeFile("\(folder)/blocks.json", Array(try JSONEncoder().encode(all)))
    let script = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    let result = try Processes.runCommand(
      [try python(), "/\(script)/reference.py", "\(folder)/blocks.json"])
    try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    let answers = try JSONDecoder().decode([Answer].self, from: Data(result.output))
    var exact = 0
    var approximate = 0
    for (values, answer) in zip(all, answers) {
      let test = try #require(FriedmanTest(values))
      let ranks = averageRanks(values)
      expect([test.chiSquared], [answer.chi_squared])
      expect([test.probability], [answer.friedman])
      expect(ranks, answer.ranks)
      let nemenyi = NemenyiTest(ranks: ranks, blocks: values.count)
      expect([0.05, 0.1].map(nemenyi.criticalDifference), answer.critical, within: 1e-8)
      let pairs = ranks.indices.flatMap { first in
        ((first + 1)..<ranks.count).map { (first, $0) }
      }
      expect(pairs.map(nemenyi.probability), answer.nemenyi)
      let signed = pairs.map { first, second in
        SignedRankTest(values.map { $0[first] - $0[second] })
      }
      exact += signed.count { $0.isExact }
      approximate += signed.count { !$0.isExact }
      expect(signed.map(\.probability), answer.wilcoxon)
      expect(holmAdjusted(signed.map(\.probability)), answer.holm)
    }
    #expect(answers.count == 60 && exact > 300 && approximate > 300)
  }

  private func expect(
    _ values: [Double], _ others: [Double], within tolerance: Double = 1e-9,
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(values.count == others.count, sourceLocation: location)
    for (value, other) in zip(values, others) {
      #expect(
        (value - other).magnitude <= tolerance, "\(value) and \(other)", sourceLocation: location)
    }
  }
}
