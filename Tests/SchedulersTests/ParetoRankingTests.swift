import StudyModel
import TestSupport
import Testing

@testable import Schedulers

struct ParetoRankingTests {
  /// Random entries with many ties, in a random order of trials.
  private func entries(_ random: inout SeededGenerator) -> [ParetoRanking.Entry] {
    let metrics = random.integer(1...4)
    let values = random.element(of: [2, 10, 1_000_000])
    let scales = (0..<metrics).map { _ in random.element(of: [1e-6, 1, 1e9]) }
    return (0..<random.integer(1...60)).shuffled(using: &random).map { trial in
      ParetoRanking.Entry(
        trial: TrialID(trial),
        losses: scales.map { $0 * Double(random.integer(-values...values)) })
    }
  }

  @Test(arguments: seeds(600, from: 190_000))
  func frontsAndTheirOrderAreThoseOfTheDefinition(seed: UInt64) throws {
    var random = SeededGenerator(seed, 5)
    let entries = entries(&random)
    var ranking = ParetoRanking()
    for (number, entry) in entries.enumerated() {
      if random.chance(0.1) { ranking = try roundTrip(ranking) }
      #expect(ranking.insert(entry) == number)
      guard random.chance(0.2) || number == entries.count - 1 else { continue }
      let expected = naiveRanking(ranking.entries.map { ($0.trial, $0.losses) })
      let count = random.integer(0...(number + 1))
      #expect(ranking.best(count) == Array(expected.prefix(count)))
      #expect(ranking.best(number + 1) == expected)
    }
  }

  @Test(arguments: seeds(200, from: 200_000))
  func theOrderOfArrivalDoesNotMatter(seed: UInt64) {
    var random = SeededGenerator(seed, 6)
    let entries = entries(&random)
    func ranked(_ entries: [ParetoRanking.Entry]) -> [TrialID] {
      var ranking = ParetoRanking()
      for entry in entries { ranking.insert(entry) }
      return ranking.best(entries.count).map { entries[$0].trial }
    }
    #expect(ranked(entries.shuffled(using: &random)) == ranked(entries))
  }

  @Test func aFrontIsRankedSoThatItsFirstEntriesAreSpreadOverIt() {
    var ranking = ParetoRanking()
    // A front whose second metric is counted in thousands, and one entry behind it.
    for (trial, losses) in [[0.0, 4000], [1, 3000], [2, 2000], [3, 1000], [4, 0], [4, 4000]]
      .enumerated()
    {
      ranking.insert(ParetoRanking.Entry(trial: TrialID(trial), losses: losses))
    }
    #expect(ranking.fronts == [[0, 1, 2, 3, 4], [5]])
    #expect(ranking.best(6) == [0, 4, 2, 1, 3, 5])
  }

  @Test func hugeLossesAreRankedStill() {
    var ranking = ParetoRanking()
    let huge = Double.greatestFiniteMagnitude
    for (trial, losses) in [[-huge, huge], [0, 0], [huge, -huge], [huge, huge]].enumerated() {
      ranking.insert(ParetoRanking.Entry(trial: TrialID(trial), losses: losses))
    }
    #expect(ranking.best(4) == [0, 2, 1, 3])
  }

  @Test func aReportOfTwoMetricsCostsWhatIsDocumented() {
    func seconds(_ trials: Int) -> Double {
      var scheduler = Scheduler.promotion(
        AsynchronousHalving(rungs: [1, 3, 9].map { Budget($0) }, eta: 3))
      var random = SeededGenerator(1)
      let clock = ContinuousClock.now
      for trial in 0..<trials {
        _ = scheduler.absorb(.slotFreed(next: TrialID(trial)))
        let losses = [random.real(0...1), random.real(0...1)]
        _ = scheduler.absorb(.reported(TrialID(trial), .several(losses), at: Budget(1)))
      }
      return (ContinuousClock.now - clock).seconds
    }
    // Three times the trials take nine times as long where a report's cost is linear.
    let few = (0..<3).map { _ in seconds(300) }.min() ?? 0
    let many = (0..<3).map { _ in seconds(900) }.min() ?? 0
    #expect(many < 25 * few, "\(few) s and \(many) s")
  }
}
