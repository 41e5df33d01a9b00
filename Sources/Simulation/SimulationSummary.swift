public import StudyModel

/// The runs of several seeds as a table for people: mean and standard deviation of each figure.
public struct SimulationSummary: Hashable, Sendable {
  /// The table, ended by a newline.
  public let text: String

  /// The summary of these runs of a study; at least one.
  public init(_ runs: [SimulatedRun], of study: Study) {
    let metric = study.metric.name
    let rows: [(String, [Double])] = [
      ("best \(metric)", runs.compactMap(\.bestValue)),
      ("the same over its whole curve", runs.compactMap(\.bestCurveValue)),
      ("after 'finish'", runs.compactMap(\.finishValue)),
      ("makespan in seconds", runs.map(\.makespanSeconds)),
      ("largest \(study.fidelity.name)", runs.map { Double($0.maxResource) }),
      ("trials", runs.map { Double($0.trials) }),
      ("failed trials", runs.map { Double($0.failed) }),
      ("reports", runs.map { Double($0.reports) }),
      ("utilization", runs.map(\.utilization)),
      ("jobs", runs.map { Double($0.jobs) }),
    ]
    let used = rows.filter { !$0.1.isEmpty }
    let width = used.map(\.0.count).max() ?? 0
    var text =
      "\(study.name): \(study.algorithm.label), \(runs.count) seed\(runs.count > 1 ? "s" : "")\n"
    for (name, values) in used {
      let padding = String(repeating: " ", count: width - name.count)
      text += "  \(name)\(padding)  \(mean(values).shown)"
      if values.count > 1 { text += " +- \(deviation(values).shown)" }
      text += "\n"
    }
    if let best = best(of: runs, goal: study.metric.goal) {
      let settings = study.space.inOrder(best.bestConfiguration ?? Configuration())
      text += "  best of all: seed \(best.seed)"
      text += settings.map { ", \($0.name) \($0.value)" }.joined() + "\n"
    }
    if runs.count == 1 { text += "  it ended as \(runs[0].ending)\n" }
    self.text = text
  }
}

private func best(of runs: [SimulatedRun], goal: Goal) -> SimulatedRun? {
  runs.filter { $0.bestValue != nil }.min { left, right in
    let (first, second) = (left.bestValue ?? 0, right.bestValue ?? 0)
    return goal == .maximize ? first > second : first < second
  }
}

/// The arithmetic mean; of at least one value.
private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The population's standard deviation, as the PASHA authors give it.
private func deviation(_ values: [Double]) -> Double {
  let center = mean(values)
  return mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
}

extension Double {
  /// Six significant digits.
  fileprivate var shown: String {
    guard isFinite, self != 0 else { return "\(self)" }
    var scale = 1.0
    while (magnitude * scale) < 100_000, scale < 1e12 { scale *= 10 }
    let rounded = (self * scale).rounded() / scale
    return rounded == rounded.rounded() && rounded.magnitude < 1e15
      ? "\(Int(rounded))" : "\(rounded)"
  }
}
