import StudyModel

/// The tables of a benchmark as text.
public struct BenchmarkText: Hashable, Sendable {
  private let results: [String: String]
  private let table: BenchmarkTable
  private let comparison: MethodComparison?
  private let missing: [String]
  private let uncertain: [String]

  /// The text of some results.
  public init(
    _ results: BenchmarkResults, _ table: BenchmarkTable, _ comparison: MethodComparison?
  ) {
    self.table = table
    self.comparison = comparison
    missing = results.missing.map(\.name)
    uncertain = results.studies.map(\.label).filter { results.scale(of: $0)?.source == .runs }
    self.results = Dictionary(
      results.studies.map { ($0.label, $0.metric) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tables for people, and what is missing; lines that each end with a line feed.
  public var text: String {
    var lines =
      table.rows.isEmpty
      ? ["no run has ended"]
      : alignedTable([Self.titles] + table.rows.map(Self.cells), wordColumns: 2)
    if let comparison { lines += [""] + Self.lines(comparison) }
    if !uncertain.isEmpty {
      lines += [
        "",
        "The best value is not known of \(listed(uncertain)): its regret is to the best of these runs.",
      ]
    }
    if !missing.isEmpty { lines += ["", "No result yet: \(listed(missing))"] }
    return lines.map { $0 + "\n" }.joined()
  }

  private static let titles = [
    "study", "method", "seeds", "value", "regret", "normalised", "seconds", "epochs", "trials",
    "largest", "used",
  ]

  private static func cells(_ row: BenchmarkTable.Row) -> [String] {
    [row.study, row.method, "\(row.seeds)"]
      + [
        row.value, row.regret, row.normalizedRegret, row.seconds, row.epochs, row.trials,
        row.largest, row.utilization,
      ].map { spread($0, row.seeds) }
  }

  private static func spread(_ value: BenchmarkTable.Spread?, _ seeds: Int) -> String {
    guard let value else { return "-" }
    let mean = shown(value.mean, digits: 4)
    return seeds > 1 ? "\(mean) ± \(shown(value.deviation, digits: 2))" : mean
  }

  private static func lines(_ comparison: MethodComparison) -> [String] {
    let studies = comparison.studies.count
    var lines = alignedTable(
      [["method", "mean rank", "normalised regret"]]
        + comparison.methods.map {
          [$0.method, shown($0.rank, digits: 3), shown($0.normalizedRegret, digits: 3)]
        }, wordColumns: 1)
    lines += [""]
    lines.append(
      studies == 1
        ? "On one study alone no test says whether methods differ."
        : "Over \(studies) studies: Friedman's test with Iman and Davenport's correction p = "
          + shown(comparison.friedman ?? 1, digits: 3)
          + ", Nemenyi's critical difference \(shown(comparison.criticalDifference, digits: 3)) at "
          + "\(MethodComparison.level).")
    guard studies > 1 else { return lines }
    lines += bars("Nemenyi's test", comparison.nemenyiBars)
    lines += bars("Wilcoxon's test with Holm's correction", comparison.holmBars)
    if !comparison.leftOut.isEmpty {
      lines.append(
        "Left out, since no seed is common to all methods yet: \(comparison.leftOut.joined(separator: ", "))"
      )
    }
    return lines
  }

  private static func bars(_ test: String, _ bars: [[String]]) -> [String] {
    guard !bars.isEmpty else { return ["\(test) tells all methods apart."] }
    return ["\(test) tells none of these apart:"] + bars.map { "  " + $0.joined(separator: ", ") }
  }

  /// The table of last values as CSV with a header, deviations in columns of their own; what is not known is an
  /// empty cell.
  public var commaSeparated: String {
    let spreads = [
      "value", "regret", "normalized_regret", "seconds", "epochs", "trials", "max_resource",
      "utilization",
    ]
    let header =
      ["study", "metric", "method", "seeds", "without_value"]
      + spreads.flatMap { [$0, $0 + "_deviation"] }
    let lines = table.rows.map { row -> [String] in
      let values = [
        row.value, row.regret, row.normalizedRegret, row.seconds, row.epochs, row.trials,
        row.largest, row.utilization,
      ]
      return [
        row.study, quoted(results[row.study] ?? ""), row.method, "\(row.seeds)",
        "\(row.withoutValue)",
      ] + values.flatMap { [$0.map { "\($0.mean)" } ?? "", $0.map { "\($0.deviation)" } ?? ""] }
    }
    return ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// A metric's name may hold what ends a cell. Source: RFC 4180, section 2.
  private func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

/// A number to so many significant digits, whole ones without a point.
private func shown(_ value: Double, digits: Int) -> String {
  let short = significant(value, digits: digits)
  guard short.magnitude < 1e15, short == short.rounded() else { return "\(short)" }
  return "\(Int(short))"
}

/// Such as `a, b and 12 more`.
private func listed(_ names: [String]) -> String {
  let most = 6
  let rest = names.count > most ? " and \(names.count - most) more" : ""
  return names.prefix(most).joined(separator: ", ") + rest
}
