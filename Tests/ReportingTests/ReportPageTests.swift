import Coordination
import FoundationEssentials
import StudyModel
import TestSupport
import Testing

@testable import Reporting

struct ReportPageTests {
  private func page(_ bench: HistoryBench) -> ReportPage {
    ReportPage(
      of: bench.coordinator, history: bench.history, isHeld: false, version: "0", generated: "")
  }

  @Test(arguments: seeds(20, from: 1))
  func theDataIsJSONAndWithoutNumbersThatAreNone(seed: UInt64) throws {
    let data = try JSONEncoder().encode(page(try HistoryBench(seed: seed)))
    #expect(!data.isEmpty)
  }

  @Test(arguments: seeds(20, from: 1))
  func theBestValueRisesToTheLeaders(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    let steps = page(bench).bestOverTime
    for (one, next) in zip(steps, steps.dropFirst()) {
      #expect(one.value < next.value && one.seconds <= next.seconds && one.hours <= next.hours)
    }
    let best = bench.coordinator.best.map { bench.coordinator.trials[$0.number] }
    #expect(steps.last?.value == best?.best?.value)
    #expect(steps.last?.trial == best?.id.number)
  }

  @Test(arguments: seeds(20, from: 1))
  func configurationsBetterThanTheBaselineAreCountedOnce(seed: UInt64) throws {
    let bench = try HistoryBench(seed: seed)
    let points = try #require(page(bench).betterOverTime)
    let better = bench.coordinator.trials.filter { $0.best.map { $0.value > 0.4 } ?? false }
    #expect(points.count == Set(better.map(\.configuration)).count)
    #expect(points.map { $0[2] } == points.indices.map { Double($0 + 1) })
  }

  @Test func largeStudiesAreCutToWhatCanBeDrawn() throws {
    let bench = try HistoryBench(seed: 5, trials: 6_000)
    let page = page(bench)
    let timeline = try #require(page.timeline)
    #expect(timeline.legs == nil)
    let cells = try #require(timeline.cells)
    #expect(cells.count == timeline.rows.count)
    for (row, text) in zip(timeline.rows, cells) {
      #expect(text.utf8.count == 3 * SlotTimeline.cellCount)
      // The cells sum up to the shares.
      let digits = text.map { $0.wholeNumberValue ?? 0 }
      for (phase, seconds) in [row.shares.training, row.shares.loading, row.shares.saving]
        .enumerated()
      {
        let ninths = stride(from: phase, to: digits.count, by: 3).reduce(0) { $0 + digits[$1] }
        let share = Double(ninths) / 9 / Double(SlotTimeline.cellCount)
        #expect(abs(share - seconds / row.shares.offered) < 0.05, "\(row.slot), phase \(phase)")
      }
      #expect(row.shares.training / row.shares.offered > 0.5)
    }
    #expect(page.bestOverTime.count <= ReportPage.mostSteps)
    #expect(page.betterOverTime?.count ?? 0 <= ReportPage.mostSteps)
    #expect(page.betterOverTime?.last?[2] ?? 0 > 1_000)
  }

  @Test func aCurveKeepsItsEndsItsRungsAndItsExtremes() {
    var values: [Double?] = (1...5_000).map { 1 - 1 / Double($0) }
    values[1_234] = 7
    values[2_345] = -7
    values[3_456] = nil
    let curve = ReportTrials.Curve(epochs: Array(1...5_000), values: values)
    let thin = curve.thinned(to: 40, keeping: [9, 81, 729])
    #expect(thin.epochs.count <= 46)
    for epoch in [1, 9, 81, 729, 1_235, 2_346, 3_457, 5_000] {
      #expect(thin.epochs.contains(epoch), "\(epoch)")
    }
    for (epoch, value) in zip(thin.epochs, thin.values) { #expect(value == values[epoch - 1]) }
    #expect(curve.thinned(to: 5_000, keeping: []).epochs.count == 5_000)
  }

  @Test(arguments: [
    (0.123456789, 0.123457), (-98_765.4321, -98_765.4), (123_456_789, 123_456_789), (0, 0),
    (1e-30, 1e-30), (2.0000000001e-5, 2e-5),
  ])
  func numbersAreCutToSixDigits(number: Double, expected: Double) {
    #expect(brief(number) == expected)
  }

  @Test func secretsOfTheStudyFileAreLeftOut() {
    let text = """
      environment:
        variables:
          WANDB_API_KEY: 0123
          HF_TOKEN: abc
          MODE: fast
      parameters: {token_size: {min: 1, max: 4}, key: {value: 1}}
      environment: {variables: {DB_PASSWORD: x}}
      """
    let expected = """
      environment:
        variables:
          WANDB_API_KEY: (left out of the report)
          HF_TOKEN: (left out of the report)
          MODE: fast
      parameters: {token_size: {min: 1, max: 4}, key: {value: 1}}
      environment: (left out of the report)
      """
    #expect(ReportOrigin.withoutSecrets(text) == expected)
  }
}
