import StudyModel

// What the site file says beside what Slurm says.
extension Examination {
  /// Every finding, those of the machine first.
  ///
  /// The same examination gives the same findings.
  public var findings: [Finding] {
    slurmFindings + jobFindings + nodeFindings + slotFindings + worldFindings + storageFindings
      + libraryFindings
  }

  /// Slurm itself, the partitions, and what jobs may do.
  var slurmFindings: [Finding] {
    guard let slurm else {
      return [Finding("Slurm", .notChecked, slurmCause ?? "Slurm was not asked")]
    }
    var findings = [Finding("Slurm", .well, "version \(slurm.version ?? "unknown")")]
    guard let site else {
      return findings + [
        Finding("site file", .notChecked, "no site is named; name one by '--site'")
      ]
    }
    findings += site.partitions.flatMap { self.findings(of: $0, slurm) }
    findings.append(mpiFinding(site, slurm))
    findings.append(graceFinding(site, slurm))
    findings.append(requeueFinding(site, slurm))
    findings.append(hetjobFinding(site, slurm))
    return findings
  }

  private func findings(of partition: Site.Partition, _ slurm: SlurmFacts) -> [Finding] {
    let check = "partition \(partition.name)"
    let path = "partitions.\(partition.name)"
    guard let its = slurm.partition(named: partition.name) else {
      let known = slurm.partitions.map(\.name).joined(separator: ", ")
      return [
        Finding(
          check, .wrong, "not there",
          problem: "Slurm has no partition '\(partition.name)'; write one that it has: \(known)",
          key: path)
      ]
    }
    let nodes = slurm.nodes(of: partition.name)
    guard !nodes.isEmpty else {
      return [Finding(check, .notChecked, "Slurm shows none of its nodes")]
    }
    var wrong = [differenceInNodes(partition, its)]
    wrong.append(differenceInTime(partition, its))
    if let most = partition.maximumNodes ?? (its.maximumNodes != nil ? partition.nodes : nil),
      let limit = its.maximumNodes, most > limit
    {
      wrong.append(
        Finding(
          check, .wrong, "at most \(counted(limit, "node")) a job",
          problem:
            "a job may have \(counted(limit, "node")), not \(most); write 'max_nodes: \(limit)'",
          key: "\(path).max_nodes"))
    }
    if !its.isUp {
      wrong.append(
        Finding(
          check, .wrong, "not up",
          problem: "no job starts there now; ask the site, or name another partition"))
    }
    wrong.append(differenceInCores(partition, nodes))
    wrong.append(differenceInMemory(partition, nodes))
    wrong.append(differenceInGPUs(partition, nodes))
    wrong.append(differenceInSockets(partition, nodes))
    let found = wrong.compactMap(\.self)
    guard found.allSatisfy({ $0.verdict != .wrong }) else { return found }
    let gpus = partition.gpus.map { ", \(counted($0.count, "GPU"))" } ?? ""
    return [
      Finding(
        check, .well,
        "\(counted(its.nodes, "node")) of \(counted(partition.cores, "core")), "
          + "\(partition.memoryMiB) MiB\(gpus)")
    ] + found
  }

  private func differenceInNodes(
    _ partition: Site.Partition, _ its: SlurmFacts.Partition
  ) -> Finding? {
    guard partition.nodes != its.nodes else { return nil }
    return Finding(
      "partition \(partition.name)", partition.nodes > its.nodes ? .wrong : .hint,
      "\(counted(its.nodes, "node"))",
      problem: "the site file says \(partition.nodes); write 'nodes: \(its.nodes)'",
      key: "partitions.\(partition.name).nodes")
  }

  private func differenceInTime(
    _ partition: Site.Partition, _ its: SlurmFacts.Partition
  ) -> Finding? {
    guard let minutes = its.maximumMinutes,
      partition.maximumTime > .seconds(60 * minutes)
    else { return nil }
    return Finding(
      "partition \(partition.name)", .wrong, "jobs of at most \(minutes) minutes",
      problem: "the site file grants longer jobs, which Slurm refuses; write 'time: \(minutes)m'",
      key: "partitions.\(partition.name).time")
  }

  private func differenceInCores(
    _ partition: Site.Partition, _ nodes: [SlurmFacts.Node]
  ) -> Finding? {
    let check = "partition \(partition.name)"
    let key = "partitions.\(partition.name).cores"
    guard let least = nodes.min(by: { $0.cpus < $1.cpus }), least.cores > 0 else { return nil }
    let threads = max(1, least.cpus / least.cores)
    let seen = "\(counted(least.cores, "core")), \(least.cpus) CPUs"
    let write = "'cores: \(least.cores)" + (threads > 1 ? ", threads: \(threads)'" : "'")
    if partition.cpus > least.cpus {
      return Finding(
        check, on: nodes.filter { $0.cpus < partition.cpus }.map(\.name), .wrong, seen,
        problem:
          "the site file says \(partition.cpus) CPUs, which Slurm grants no job there; write "
          + write + (threads == 1 && partition.threadsPerCore > 1 ? " without 'threads'" : ""),
        key: key)
    }
    guard partition.cores != least.cores else { return nil }
    let why =
      partition.cores > least.cores
      ? "so that a trial's core is a hardware thread" : "so that trials leave the others idle"
    return Finding(
      check, .hint, seen,
      problem:
        "the site file says \(counted(partition.cores, "core")), \(why); write \(write) where "
        + "that is not meant",
      key: key)
  }

  private func differenceInMemory(
    _ partition: Site.Partition, _ nodes: [SlurmFacts.Node]
  ) -> Finding? {
    let short = nodes.filter { $0.memoryMiB < partition.memoryMiB }
    guard let least = short.map(\.memoryMiB).min() else { return nil }
    return Finding(
      "partition \(partition.name)", on: short.map(\.name), .wrong, "\(least) MiB",
      problem:
        "the site file says \(partition.memoryMiB) MiB, which Slurm grants no job there; write "
        + "'memory: \(least)MiB'",
      key: "partitions.\(partition.name).memory")
  }

  private func differenceInGPUs(
    _ partition: Site.Partition, _ nodes: [SlurmFacts.Node]
  ) -> Finding? {
    let check = "partition \(partition.name)"
    let path = "partitions.\(partition.name).gpus"
    guard let least = nodes.map(\.gpus).min(), let most = nodes.map(\.gpus).max() else {
      return nil
    }
    let said = partition.gpus?.count ?? 0
    // Where whole nodes are given out, Slurm need not know of GPUs at all.
    if least == 0, site?.asksForGPUs == false, said > 0 {
      return Finding(
        check, .hint, "Slurm counts no GPUs", problem: "what the nodes show counts, see below")
    }
    if said > least {
      let short = nodes.filter { $0.gpus < said }.map(\.name)
      return Finding(
        check, on: short, .wrong, counted(least, "GPU"),
        problem:
          "the site file says \(counted(said, "GPU")) a node, which Slurm grants no job there; "
          + (least == 0 ? "take 'gpus' away" : "write 'count: \(least)'"),
        key: least == 0 ? path : "\(path).count")
    }
    guard said < most else { return nil }
    return Finding(
      check, .hint, "up to \(counted(most, "GPU"))",
      problem: "the site file says \(said) a node, so that trials leave the others idle; write "
        + (said == 0
          ? "'gpus: {count: \(most), vendor: VENDOR, model: MODEL}'" : "'count: \(most)'"),
      key: said == 0 ? "partitions.\(partition.name)" : "\(path).count")
  }

  private func differenceInSockets(
    _ partition: Site.Partition, _ nodes: [SlurmFacts.Node]
  ) -> Finding? {
    guard let said = partition.sockets,
      let other = nodes.first(where: { $0.sockets > 0 && $0.sockets != said })
    else { return nil }
    return Finding(
      "partition \(partition.name)", on: [other.name], .wrong, counted(other.sockets, "socket"),
      problem: "the site file says \(said); write 'sockets: \(other.sockets)'",
      key: "partitions.\(partition.name).sockets")
  }
}
