import Campaigns
import StudyModel
import TestSupport
import Testing

/// Tables, curves and comparisons of runs that are written down here.
@Suite struct BenchmarkTableTests {
  private static let methods = ["good", "fair", "poor"]

  private func campaign(
    studies: [String] = ["a", "b", "c"], seeds: [UInt64] = [1, 2],
    value: BenchmarkCampaign.Value = .reported
  ) -> BenchmarkCampaign {
    BenchmarkCampaign(
      name: "c", studies: studies.map { .init(label: $0, file: "\($0).yaml") },
      methods: Self.methods.map { .init(label: $0, algorithm: $0) }, seeds: seeds, value: value)
  }

  /// Values from 0, the best, to 10, the middling row's; they improve at a fifth and at the half of a run's time.
  private func run(
    _ study: String, _ method: String, _ seed: UInt64, _ last: Double, end: Double = 100
  ) -> BenchmarkRun {
    BenchmarkRun(
      point: BenchmarkPoint(study: study, method: method, seed: seed),
      incumbents: [
        Incumbent(seconds: end / 5, epochs: 4, reported: last + 2, trained: last + 1),
        Incumbent(seconds: end / 2, epochs: 9, reported: last, trained: last / 2),
      ], seconds: end, epochs: 20, trials: 8, reports: 20, largest: 9, utilization: 0.5)
  }

  private func study(_ label: String) -> BenchmarkStudy {
    BenchmarkStudy(
      label: label, metric: "loss", goal: .minimize, fidelity: "epoch",
      scale: RegretScale(goal: .minimize, best: 0, middling: 10, source: .table), rows: 100)
  }

  private func results(
    _ campaign: BenchmarkCampaign, _ runs: [BenchmarkRun]
  ) -> BenchmarkResults {
    BenchmarkResults(campaign, studies: campaign.studies.map { study($0.label) }, runs: runs)
  }

  private func all(_ campaign: BenchmarkCampaign) -> [BenchmarkRun] {
    campaign.points.map { point in
      let last = [1.0, 3, 5][Self.methods.firstIndex(of: point.method) ?? 0]
      return run(point.study, point.method, point.seed, last + Double(point.seed % 2))
    }
  }

  @Test func theTableHasMeansAndDeviationsOfTheLastValues() throws {
    let campaign = campaign()
    let results = results(campaign, all(campaign))
    let table = BenchmarkTable(results)
    #expect(table.rows.count == 9)
    let row = try #require(table.rows.first { $0.study == "b" && $0.method == "fair" })
    #expect(row.seeds == 2 && row.value?.mean == 3.5)
    #expect(abs((row.value?.deviation ?? 0) - 0.5.squareRoot()) < 1e-12)
    #expect(row.regret?.mean == 3.5 && row.normalizedRegret.mean == 0.35)
    #expect(row.seconds.mean == 100 && row.largest.mean == 9 && row.withoutValue == 0)
  }

  @Test func trainedValuesAreComparedWhereTheCampaignSaysSo() {
    let campaign = campaign(value: .trained)
    let table = BenchmarkTable(results(campaign, all(campaign)))
    #expect(table.rows[0].value?.mean == 0.75)
  }

  @Test func methodsAreRankedOverStudies() throws {
    let campaign = campaign()
    var runs = all(campaign)
    // On study c the last is first.
    for place in runs.indices where runs[place].point.study == "c" {
      if runs[place].point.method == "poor" {
        runs[place] = run("c", "poor", runs[place].point.seed, 0.5)
      }
    }
    let comparison = try #require(MethodComparison(results(campaign, runs)))
    // Two share a rank: the campaign's order stands.
    #expect(comparison.methods.map(\.method) == ["good", "fair", "poor"])
    let sums: [Double] = [4, 7, 7]
    #expect(comparison.methods.map(\.rank) == sums.map { $0 / 3 })
    #expect(comparison.studies == ["a", "b", "c"] && comparison.leftOut == [])
    #expect(abs(comparison.methods[0].normalizedRegret - 0.15) < 1e-12)
    #expect(comparison.pairs.count == 3)
    #expect(comparison.pairs[0].better == "good" && comparison.pairs[0].worse == "fair")
    for pair in comparison.pairs { #expect(pair.holm >= pair.wilcoxon && pair.nemenyi <= 1) }
    // Three studies tell nothing apart: one bar over all.
    #expect(comparison.nemenyiBars == [["good", "fair", "poor"]])
    #expect(comparison.holmBars == [["good", "fair", "poor"]])
  }

  @Test func manyStudiesThatAgreeTellMethodsApart() throws {
    let labels = (1...20).map { "s\($0)" }
    let campaign = campaign(studies: labels)
    let comparison = try #require(MethodComparison(results(campaign, all(campaign))))
    #expect(comparison.methods.map(\.rank) == [1, 2, 3])
    #expect(comparison.friedman == 0)
    #expect(comparison.nemenyiBars == [] && comparison.holmBars == [])
  }

  @Test func whatIsMissingIsNamedAndNotComparedOn() throws {
    let campaign = campaign()
    let runs = all(campaign).filter { run in
      !(run.point.study == "b" && run.point.method == "poor")
        && !(run.point.study == "a" && run.point.method == "fair" && run.point.seed == 2)
    }
    let results = results(campaign, runs)
    #expect(results.missing.map(\.name) == ["b-poor-seed-1", "a-fair-seed-2", "b-poor-seed-2"])
    let comparison = try #require(MethodComparison(results))
    #expect(comparison.studies == ["a", "c"] && comparison.leftOut == ["b"])
    let text = BenchmarkText(results, BenchmarkTable(results), comparison).text
    #expect(text.contains("No result yet: b-poor-seed-1, a-fair-seed-2, b-poor-seed-2\n"))
    #expect(text.contains("Left out, since no seed is common to all methods yet: b\n"))
    let none = self.results(campaign, [])
    #expect(MethodComparison(none) == nil && BenchmarkTable(none).rows.isEmpty)
    #expect(
      BenchmarkText(none, BenchmarkTable(none), nil).text.hasPrefix("no run has ended\n"))
  }

  @Test func curvesAreStepsOverSharesOfTheLongestRun() throws {
    let campaign = campaign(studies: ["a"], seeds: [1])
    let runs = [
      run("a", "good", 1, 1), run("a", "fair", 1, 3, end: 50), run("a", "poor", 1, 5, end: 10),
    ]
    let curves = AnytimeCurves(results(campaign, runs), over: .seconds)
    #expect(curves.shares.count == 61 && curves.shares.last == 1)
    #expect(abs(curves.shares[0] - 0.001) < 1e-12)
    let study = try #require(curves.studies.first)
    #expect(study.end == 100 && study.lines.map(\.method) == Self.methods)
    for (place, share) in curves.shares.enumerated() {
      let seconds = 100 * share * (1 + 1e-12)
      #expect(study.lines[0].median[place] == (seconds < 20 ? nil : seconds < 50 ? 3 : 1))
      #expect(study.lines[2].median[place] == (seconds < 2 ? nil : seconds < 5 ? 7 : 5))
    }
    // Before anybody has a value all share a rank; in the end the best is first.
    #expect(curves.means.map { $0.rank[0] } == [2, 2, 2])
    #expect(curves.means.map { $0.normalizedRegret[0] } == [1, 1, 1])
    #expect(curves.means.map { $0.rank[60] } == [1, 2, 3])
    let early = try #require(curves.shares.firstIndex { $0 > 0.03 })
    #expect(curves.means.map { $0.rank[early] } == [2.5, 2.5, 1])
  }

  /// The last point of every curve is what the table and the comparison have.
  @Test func curvesEndWhereTheTableDoes() throws {
    let campaign = campaign()
    let results = results(campaign, all(campaign))
    let comparison = try #require(MethodComparison(results))
    for axis in AnytimeAxis.allCases {
      let curves = AnytimeCurves(results, over: axis)
      for standing in comparison.methods {
        let mean = try #require(curves.means.first { $0.method == standing.method })
        #expect(mean.rank.last == standing.rank)
        #expect(mean.normalizedRegret.last == standing.normalizedRegret)
      }
    }
  }

  @Test func aStudyWithoutATableIsComparedWithItsOwnBest() throws {
    let campaign = campaign(studies: ["a"], seeds: [1])
    var study = study("a")
    study.scale = nil
    let results = BenchmarkResults(
      campaign, studies: [study],
      runs: [run("a", "good", 1, 1), run("a", "fair", 1, 3), run("a", "poor", 1, 5)])
    let table = BenchmarkTable(results)
    #expect(table.rows.map(\.regret?.mean) == [0, 2, 4])
    #expect(table.rows.map(\.normalizedRegret.mean) == [0, 0.5, 1])
    let text = BenchmarkText(results, table, MethodComparison(results)).text
    #expect(
      text.contains("The best value is not known of a: its regret is to the best of these runs."))
    #expect(text.contains("On one study alone no test says whether methods differ."))
  }

  @Test func theTextAndTheCSVAreAligned() {
    let campaign = campaign(studies: ["a"])
    let results = results(campaign, all(campaign))
    let text = BenchmarkText(results, BenchmarkTable(results), MethodComparison(results))
    #expect(
      text.text == """
        study  method  seeds       value      regret    normalised  seconds  epochs  trials  largest     used
        a      good        2  1.5 ± 0.71  1.5 ± 0.71  0.15 ± 0.071  100 ± 0  20 ± 0   8 ± 0    9 ± 0  0.5 ± 0
        a      fair        2  3.5 ± 0.71  3.5 ± 0.71  0.35 ± 0.071  100 ± 0  20 ± 0   8 ± 0    9 ± 0  0.5 ± 0
        a      poor        2  5.5 ± 0.71  5.5 ± 0.71  0.55 ± 0.071  100 ± 0  20 ± 0   8 ± 0    9 ± 0  0.5 ± 0

        method  mean rank  normalised regret
        good            1               0.15
        fair            2               0.35
        poor            3               0.55

        On one study alone no test says whether methods differ.

        """)
    let lines = text.commaSeparated.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      lines[0].hasPrefix("study,metric,method,seeds,without_value,value,value_deviation,regret,"))
    #expect(lines[1].hasPrefix("a,loss,good,2,0,1.5,0.7071067811865476,1.5,"))
  }

  @Test func everyPageIsEncodedWithoutAnInfinity() throws {
    let campaign = campaign()
    let results = results(campaign, Array(all(campaign).prefix(7)))
    let page = BenchmarkPage(
      results, BenchmarkTable(results), MethodComparison(results), version: "1")
    #expect(try !json(page).isEmpty)
  }
}
