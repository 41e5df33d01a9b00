import StudyModel

extension TableSpace {
  /// The text of a study file that searches the table's rows.
  ///
  /// - Parameters:
  ///   - file: The table's path, as the study file is to have it.
  ///   - source: What the table is called, for the first line.
  /// - Returns: A study file that `rung check` accepts and `rung simulate` runs.
  public func studyText(file: String, from source: String) -> String {
    let isWhole = epochs == Array(1...epochs.count)
    let levels = epochs.map(String.init).joined(separator: ", ")
    let budget = isWhole ? "min: 1, max: \(epochs.count)" : "levels: [\(levels)]"
    var lines = ["# The \(rowCount) learning curves of \(oneLine(source)), for 'rung simulate'."]
    lines += notes.map { "# Note: \(oneLine($0))." }
    lines += [
      "metric: {name: \(ParameterValue.word(metric.name).yaml), goal: \(metric.goal.rawValue)}",
      "fidelity: {name: \(fidelity), \(budget)}",
    ]
    if !parameters.isEmpty { lines.append("parameters:") }
    lines += parameters.map { "  \(ParameterValue.word($0.name).yaml): \(parameterText($0))" }
    lines += ["algorithm: \(epochs.count > 1 ? "asha" : "random")", "table:"]
    lines += tableLines(file)
    lines += ["stop: {trials: \(min(rowCount, 64))}", "seed: 1"]
    return lines.map { $0 + "\n" }.joined()
  }

  private func tableLines(_ file: String) -> [String] {
    func text(_ value: String) -> String { ParameterValue.quoted(value) }
    var lines = ["  file: \(text(file))", "  metric: \(text(table.metrics[0]))"]
    switch table.time {
    case .elapsed(let pattern): lines.append("  elapsed: \(text(pattern))")
    case .seconds(let pattern): lines.append("  seconds: \(text(pattern))")
    case .secondsPerStep(let column): lines.append("  seconds_per_step: \(text(column))")
    case .unit: break
    }
    for (key, entries) in [("parameters", table.parameters), ("where", table.rows)]
    where !entries.isEmpty {
      let pairs = entries.sorted { $0.key < $1.key }
        .map { "\(text($0.key)): \(text($0.value))" }
      lines.append("  \(key): {\(pairs.joined(separator: ", "))}")
    }
    return lines
  }
}
