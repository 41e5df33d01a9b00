// The shared libraries that the program needs, and where each node has them.
extension Examination {
  /// One finding for each library where all nodes have the same, otherwise one for each version.
  var libraryFindings: [Finding] {
    guard let first = nodes.first else { return [] }
    return first.libraries.flatMap { mine -> [Finding] in
      let check = mine.name == "other" ? "other libraries" : "\(mine.name) library"
      let alike = nodes.filter { $0.libraries.contains(mine) }
      var findings = [Finding(check, on: alike.map(\.node), .well, mine.text)]
      for node in nodes where !node.libraries.contains(mine) {
        let its = node.libraries.first { $0.name == mine.name }
        findings.append(difference(check, on: node.node, its, mine, first.node))
      }
      return findings
    }
  }

  /// Another version of MPI is wrong, since its processes are to talk; other files are a hint.
  private func difference(
    _ check: String, on node: String, _ its: LibraryRecord?, _ mine: LibraryRecord, _ first: String
  ) -> Finding {
    let isWrong = mine.name == "MPI" && its?.version != mine.version
    return Finding(
      check, on: [node], isWrong ? .wrong : .hint, its?.text ?? "not there",
      problem: """
        \(first) loads another: \(mine.text); have the same loaded on all nodes by 'modules', or \
        ask the site
        """,
      key: "modules")
  }
}
