import StudyModel

// What the nodes have, and whether they know each other.
extension Examination {
  /// What the site file says of the nodes that were looked at; `nil` where they are not the
  /// partition's, such as a login node.
  var its: Site.Partition? {
    guard let partition, job != nil || slurm == nil || isHostOf(partition) else { return nil }
    return site?.partition(named: partition)
  }

  private func isHostOf(_ partition: String) -> Bool {
    nodes.contains { record in
      let short = record.node.prefix { $0 != "." }
      return slurm?.nodes(of: partition).contains { node in
        [node.name, node.host].contains { $0 == record.node || $0 == short }
      } ?? false
    }
  }

  /// Cores, memory, GPUs and names on the nodes themselves.
  var nodeFindings: [Finding] {
    guard !nodes.isEmpty else { return [] }
    return [coreFinding, memoryFinding] + [gpuFinding, nameFinding].compactMap(\.self)
  }

  /// Cores that a process on a node may run on, against those of the partition.
  private var coreFinding: Finding {
    let names = nodes.map(\.node)
    let result = range(nodes.map { Double($0.usableCores) }) { "\(Int($0))" } + " usable CPUs"
    guard let its else { return unlike("cores", result) }
    if slurm?.nodesMayClaimMore == true {
      return Finding(
        "cores", on: names, .notChecked,
        "nodes may claim more than they have (SlurmdParameters=config_overrides); \(result)")
    }
    let short = nodes.filter { $0.usableCores < its.cores }
    guard let least = short.map(\.usableCores).min() else {
      return Finding("cores", on: names, .well, result)
    }
    return Finding(
      "cores", on: short.map(\.node), .wrong, result,
      problem: "the site file says \(counted(its.cores, "core")), but a job's processes can run on "
        + "\(least) CPUs; write 'cores: \(least)', or 'threads' as Slurm counts them",
      key: "partitions.\(its.name).cores")
  }

  /// What was seen where the site file says nothing of such a host.
  private func unlike(_ check: String, _ result: String) -> Finding {
    guard site != nil, let partition else {
      return Finding(check, on: nodes.map(\.node), .well, result)
    }
    return Finding(
      check, on: nodes.map(\.node), .notChecked, "this host is no node of '\(partition)'; \(result)"
    )
  }

  private var memoryFinding: Finding {
    let names = nodes.map(\.node)
    let result = range(nodes.map { Double($0.memoryMiB) }) { "\(Int($0))" } + " MiB built in"
    guard let its else { return unlike("memory", result) }
    if slurm?.nodesMayClaimMore == true {
      return Finding(
        "memory", on: names, .notChecked,
        "nodes may claim more than they have (SlurmdParameters=config_overrides); \(result)")
    }
    let short = nodes.filter { $0.memoryMiB < its.memoryMiB }
    guard let least = short.map(\.memoryMiB).min() else {
      return Finding("memory", on: names, .well, result)
    }
    return Finding(
      "memory", on: short.map(\.node), .wrong, result,
      problem: "the site file says \(its.memoryMiB) MiB, more than is built in; write less than "
        + "'memory: \(least)MiB'",
      key: "partitions.\(its.name).memory")
  }

  /// The devices that the job was given on each node.
  private var gpuFinding: Finding? {
    let names = nodes.map(\.node)
    let counts = nodes.map(\.devices.count)
    let result = range(counts.map(Double.init)) { counted(Int($0), "GPU") }
    guard let said = its?.gpus?.count else {
      return counts.allSatisfy { $0 == 0 } ? nil : Finding("GPUs", on: names, .well, result)
    }
    let wanted = job?.gpus ?? said
    let short = nodes.filter { $0.devices.count != wanted }
    guard let other = short.first else {
      return Finding("GPUs", on: names, .well, result)
    }
    let isGiven = job != nil && site?.asksForGPUs == true
    return Finding(
      "GPUs", on: short.map(\.node), .wrong, result,
      problem: isGiven
        ? "the job asked for \(counted(wanted, "GPU")) a node and sees \(other.devices.count) by the "
          + "vendor's variable; is 'vendor' right?"
        : "the site file says \(counted(said, "GPU")) a node; write 'count: \(other.devices.count)'",
      key: "partitions.\(its?.name ?? "").gpus.\(isGiven ? "vendor" : "count")")
  }

  /// Trials over several nodes find each other by the nodes' names.
  private var nameFinding: Finding? {
    guard nodes.count > 1 else {
      return Finding(
        "names", on: nodes.map(\.node), .notChecked, "there is one node, which looks for no other")
    }
    let blind = nodes.filter { !$0.unresolved.isEmpty }
    guard let first = blind.first else {
      return Finding(
        "names", on: nodes.map(\.node), .well, "every node resolves every other's name")
    }
    return Finding(
      "names", on: blind.map(\.node), .wrong,
      "no address for \(first.unresolved.joined(separator: ", "))",
      problem:
        "processes of a trial over several nodes cannot find each other; have the site resolve "
        + "Slurm's names of its nodes, or keep trials within a node")
  }
}
