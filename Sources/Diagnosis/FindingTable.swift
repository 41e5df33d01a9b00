/// Findings as text for people: a table, below each finding what is wrong, and a line of totals.
///
/// - Parameters:
///   - findings: In the order in which they are to stand.
///   - place: Where the site file has a key, such as `my-cluster.yaml:7`; `nil` for a file that has
///     no such line.
/// - Returns: Lines that each end with a line feed; the same findings give the same bytes.
public func describe(_ findings: [Finding], at place: (String) -> String?) -> String {
  let rows = findings.map { finding in
    [finding.check, nodeText(finding.nodes), finding.verdict.rawValue]
  }
  let header = ["check", "nodes", "verdict"]
  let widths = (0..<3).map { column in
    (rows + [header]).map { $0[column].count }.max() ?? 0
  }
  func line(_ cells: [String], _ last: String) -> String {
    zip(cells, widths).map { cell, width in
      cell + String(repeating: " ", count: width - cell.count)
    }.joined(separator: "  ") + "  " + last + "\n"
  }
  var text = line(header, "result")
  for (finding, row) in zip(findings, rows) {
    text += line(row, finding.result)
    guard let problem = finding.problem else { continue }
    text += "  \(finding.key.flatMap(place).map { "\($0): " } ?? "")\(problem)\n"
  }
  return text + "\n" + totals(findings) + "\n"
}

private func totals(_ findings: [Finding]) -> String {
  func count(_ verdict: Finding.Verdict) -> Int { findings.count { $0.verdict == verdict } }
  let hints = count(.hint)
  return "\(count(.well)) well, \(count(.wrong)) wrong, "
    + (hints > 0 ? "\(counted(hints, "hint")), " : "") + "\(count(.notChecked)) not checked"
}

/// Names of nodes, shortened where there are many.
private func nodeText(_ nodes: [String]) -> String {
  switch nodes.count {
  case 0: "-"
  case 1...4: nodes.joined(separator: ", ")
  default: "\(nodes[0]) and \(nodes.count - 1) more"
  }
}
