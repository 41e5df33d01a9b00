public import StudyModel

/// Which CPUs the slots of a node get, so that no two trials meet on one.
public struct SlotCPUs: Hashable, Sendable {
  /// How many CPUs a slot gets.
  public enum Amount: Hashable, Sendable {
    /// So many cores.
    case cores(Int)
    /// As many cores as there are for each slot, but at least so many.
    case share(atLeast: Int)
  }

  /// The node.
  public var topology: NodeTopology
  /// How many each slot gets.
  public var amount: Amount
  /// Slots in a row that a trial is likely to have: they are kept in one domain.
  public var together: Int

  /// A choice on a node.
  public init(_ topology: NodeTopology, amount: Amount, together: Int = 1) {
    self.topology = topology
    self.amount = amount
    self.together = max(1, together)
  }

  /// A core, or a hardware thread where cores are too few.
  private struct Unit {
    let cpus: [Int]
    let domain: Int
  }

  /// Chooses for slots.
  ///
  /// Whole cores with all their hardware threads; where these are too few, hardware threads. A slot has
  /// them in its own domain as long as there are any left, and one that has none gets them where most
  /// are left, so that the slots are spread evenly.
  ///
  /// - Parameter domains: The NUMA domain beside the GPU of each slot; `nil` where it has none or
  ///   nothing is known.
  /// - Returns: The numbers of each slot's CPUs, ascending, none of them twice; `nil` where there are too
  ///   few for all slots.
  public func cpus(beside domains: [Int?]) -> [[Int]]? {
    let cores = topology.cores.map { Unit(cpus: $0.cpus, domain: $0.domain) }
    let threads = topology.cores.flatMap { core in
      core.cpus.map { Unit(cpus: [$0], domain: core.domain) }
    }
    guard !domains.isEmpty else { return [] }
    for units in [cores, threads] {
      let each =
        switch amount {
        case .cores(let count): count
        case .share(let least): max(least, units.count / domains.count)
        }
      if each > 0, each <= units.count / domains.count { return chosen(each, of: units, domains) }
    }
    return nil
  }

  /// There are enough.
  private func chosen(_ each: Int, of units: [Unit], _ domains: [Int?]) -> [[Int]] {
    // Descending, so that the first is taken from the end.
    var free: [Int: [Unit]] = [:]
    for unit in units.reversed() { free[unit.domain, default: []].append(unit) }
    let names = free.keys.sorted()
    var slots = [[Unit]](repeating: [], count: domains.count)
    func take(_ slot: Int, from domain: Int) {
      while slots[slot].count < each, let unit = free[domain]?.popLast() {
        slots[slot].append(unit)
      }
    }
    for (slot, domain) in domains.enumerated() {
      if let domain { take(slot, from: domain) }
    }
    var home = 0
    for slot in slots.indices {
      let isFirst = slot % together == 0
      while slots[slot].count < each {
        // Ties go to the first: the order of a dictionary never counts.
        let widest = names.max { (free[$0]?.count ?? 0, $1) < (free[$1]?.count ?? 0, $0) } ?? 0
        if isFirst || free[home]?.isEmpty != false { home = widest }
        take(slot, from: home)
      }
    }
    return slots.map { $0.flatMap(\.cpus).sorted() }
  }
}

extension SlotCPUs {
  /// What trials ask for, on a node; `nil` where they are not to be bound.
  ///
  /// - Parameters:
  ///   - trial: One process for all its slots has `trial.cpus` in all of them, and one for each GPU has
  ///     them in its own.
  ///   - topology: The node.
  ///   - isGranted: Whether the node's cores are this study's alone, as in a job. Otherwise others may
  ///     run beside it that know nothing of it, and would be bound to the same first cores: then each
  ///     slot gets a share of all.
  public init?(for trial: TrialSettings, on topology: NodeTopology, isGranted: Bool) {
    let width = max(1, trial.equalSlots ?? 1)
    let unit = trial.launch == .plain ? width : 1
    let each = max(1, (trial.cpus + unit - 1) / unit)
    // One core is what a study has that says nothing, whose trials may well have loader threads.
    switch trial.affinity ?? (isGranted && trial.cpus > 1 ? .cores : .share) {
    case .unbound: return nil
    case .cores: self.init(topology, amount: .cores(each), together: width)
    case .share: self.init(topology, amount: .share(atLeast: each), together: width)
    }
  }

  /// The CPUs of the processes of a trial on a node, by their order there.
  ///
  /// - Parameters:
  ///   - slots: The trial's slots there, ascending.
  ///   - processes: How many there are, at least 1: each has its share of the slots.
  ///   - cpus: Those of each slot of the node.
  /// - Returns: Those of each process, ascending.
  static func shares(
    of slots: [Int], among processes: Int, _ cpus: [[Int]]
  ) -> [[Int]] {
    (0..<processes).map { place in
      let part = (place * slots.count / processes)..<((place + 1) * slots.count / processes)
      return slots[part].flatMap { cpus[$0] }.sorted()
    }
  }
}
