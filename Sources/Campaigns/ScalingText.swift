import Reporting
import StudyModel

extension ScalingTable {
  /// The table for people, and what is missing; lines that each end with a line feed.
  public var text: String {
    let titles = [
      "GPUs", "seeds", "run time, s", "speed-up", "efficiency", "of the bound", "absent", "loading",
      "training", "saving", "idle", "best", "GPU-hours",
    ]
    let named = rows.map { row in names(of: row) + figures(of: row) }
    var lines =
      rows.isEmpty
      ? ["no study has ended"] : alignedTable([words + titles] + named, wordColumns: words.count)
    if !missingBaselines.isEmpty {
      lines += ["", "No speed-up without the run time on one GPU: " + listed(missingBaselines)]
    }
    if !missing.isEmpty { lines += ["", "No result yet: " + listed(missing)] }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The same as CSV with a header, deviations in columns of their own; `nil` is an empty cell.
  public var commaSeparated: String {
    let spreads = [
      "seconds", "speed_up", "efficiency", "of_bound", "utilization", "best",
    ]
    let header =
      ["site", "method", "gpus_per_trial", "gpus", "seeds"]
      + spreads.flatMap { [$0, $0 + "_deviation"] }
      + ["absent", "loading", "training", "saving", "idle", "gpu_hours"]
    let lines = rows.map { row -> [String] in
      let values = [
        row.seconds, row.speedUp, row.efficiency, row.ofBound, row.utilization, row.best,
      ]
      let names = [
        row.site ?? "", row.method, row.size?.description ?? "", "\(row.gpus)", "\(row.seeds)",
      ]
      return names
        + values.flatMap { [$0.map { "\($0.mean)" } ?? "", $0.map { "\($0.deviation)" } ?? ""] }
        + shares(of: row).map { "\($0)" } + ["\(row.gpuHours)"]
    }
    return ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private var hasSites: Bool { rows.contains { $0.site != nil } }
  private var hasSizes: Bool { rows.contains { $0.size != nil } }

  private var words: [String] {
    (hasSites ? ["site"] : []) + ["method"] + (hasSizes ? ["GPUs a trial"] : [])
  }

  private func names(of row: Row) -> [String] {
    (hasSites ? [row.site ?? ""] : []) + [row.method]
      + (hasSizes ? [row.size?.description ?? ""] : [])
  }

  private func figures(of row: Row) -> [String] {
    [
      "\(row.gpus)", "\(row.seeds)", spread(row.seconds, row.seconds.mean < 100 ? 1 : 0, row),
      spread(row.speedUp, 2, row), spread(row.efficiency, 3, row), spread(row.ofBound, 3, row),
    ] + shares(of: row).map { rounded($0, 3) } + [
      spread(row.best, 4, row), rounded(row.gpuHours, 2),
    ]
  }

  private func shares(of row: Row) -> [Double] {
    let shares = row.shares
    return [shares.absent, shares.loading, shares.training, shares.saving, shares.idle]
  }

  private func spread(_ value: Spread?, _ digits: Int, _ row: Row) -> String {
    guard let value else { return "-" }
    let mean = rounded(value.mean, digits)
    return row.seeds > 1 ? "\(mean) ± \(rounded(value.deviation, digits))" : mean
  }

  /// Such as `a, b and 12 more`.
  private func listed(_ names: [String]) -> String {
    let most = 6
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return names.prefix(most).joined(separator: ", ") + rest
  }
}

/// A number with so many digits behind the point.
private func rounded(_ number: Double, _ digits: Int) -> String {
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  let scaled = (number * scale).rounded()
  guard digits > 0, scaled.magnitude < 1e15 else {
    return "\(Int(clamping: Int64(number.rounded())))"
  }
  let whole = Int(scaled.magnitude)
  let text = "\(whole % Int(scale))"
  let fraction = String(repeating: "0", count: digits - text.count) + text
  return (scaled < 0 ? "-" : "") + "\(whole / Int(scale)).\(fraction)"
}
