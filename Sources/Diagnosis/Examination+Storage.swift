import StudyModel

// Where studies and trials lie.
extension Examination {
  /// The study's file system, and storage of the nodes for themselves.
  var storageFindings: [Finding] {
    guard !nodes.isEmpty else { return [] }
    return fileFindings + visibilityFindings + localFindings
  }

  private var fileFindings: [Finding] {
    let probed = nodes.compactMap { node in node.file.map { (node.node, $0) } }
    let failed = probed.compactMap { name, file in
      file.failure.map { failure in
        Finding(
          "HDF5", on: [name], .wrong, failure,
          problem:
            "checkpoints of this node would be lost; put studies on a file system where HDF5 "
            + "works, or set HDF5_USE_FILE_LOCKING=FALSE by 'variables'",
          key: "variables")
      }
    }
    let good = probed.filter { $0.1.failure == nil }
    let writes = good.compactMap(\.1.writeSeconds)
    let reads = good.compactMap(\.1.readSeconds)
    guard let bytes = good.first?.1.bytes, !writes.isEmpty, !reads.isEmpty else { return failed }
    return failed + [
      Finding(
        "HDF5", on: good.map(\.0), .well,
        "\(bytes >> 20) MiB written, synced and renamed in \(range(writes, secondsText)), read back "
          + "whole in \(range(reads, secondsText))")
    ]
  }

  private var visibilityFindings: [Finding] {
    let others = nodes.filter { $0.rank > 0 }
    guard !others.isEmpty else {
      return [
        Finding(
          "shared files", on: nodes.map(\.node), .notChecked, "there is no other node to see them")
      ]
    }
    let failed = others.compactMap { node in
      node.seen?.failure.map { failure in
        Finding(
          "shared files", on: [node.node], .wrong, failure,
          problem:
            "what rank 0 writes does not reach this node; run studies below a folder that all "
            + "nodes share ('storage.paths')",
          key: "storage")
      }
    }
    let delays = others.compactMap { $0.seen?.failure == nil ? $0.seen?.delay : nil }
    let silent = others.filter { $0.seen == nil }.map(\.node)
    var findings = failed
    if !silent.isEmpty {
      findings.append(
        Finding("shared files", on: silent, .notChecked, "no word of rank 0's file came through"))
    }
    if !delays.isEmpty {
      let seen = others.filter { $0.seen?.delay != nil && $0.seen?.failure == nil }.map(\.node)
      findings.append(
        Finding(
          "shared files", on: seen, .well,
          "rank 0's file is there, and whole, after \(range(delays, secondsText))"))
    }
    return findings
  }

  private var localFindings: [Finding] {
    let probed = nodes.compactMap { node in node.local.map { (node.node, $0) } }
    let path = its?.local?.path
    var findings: [Finding] = probed.compactMap { name, local in
      if let failure = local.failure {
        return Finding(
          "local storage", on: [name], .wrong, "\(local.path): \(failure)",
          problem:
            "trials have no place for their scratch files; name a folder that they may write to",
          key: its == nil ? nil : "partitions.\(its?.name ?? "").local")
      }
      if let path, local.path != path, !local.path.hasPrefix(path + "/") {
        return Finding(
          "local storage", on: [name], .hint, local.path,
          problem: "the site file says '\(path)'; Slurm or the node has another place for trials",
          key: "partitions.\(its?.name ?? "").local")
      }
      if let said = its?.local?.sizeMiB, let size = local.sizeMiB, said > size {
        return Finding(
          "local storage", on: [name], .wrong, "\(local.path): \(size) MiB",
          problem: "the site file says \(said) MiB; write 'size: \(size)MiB'",
          key: "partitions.\(its?.name ?? "").local.size")
      }
      return nil
    }
    let good = probed.filter { $0.1.failure == nil }
    let rates = good.compactMap(\.1.writeRate)
    let free = good.compactMap(\.1.freeMiB).map(Double.init)
    if let place = good.first?.1.path, !rates.isEmpty, !free.isEmpty {
      findings.append(
        Finding(
          "local storage", on: good.map(\.0), .well,
          "\(place): \(range(free) { "\(Int($0))" }) MiB free, written at \(range(rates, rateText))"
        ))
    }
    return findings
  }
}
