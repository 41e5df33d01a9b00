import StudyModel

// Which classes of trials a study has, and which of its trials belong to each.

/// A class before it has nodes.
struct ClassDraft {
  var sizes: SizeClass
  var partition: Site.Partition
  /// As wished for; `nil` where the planner is to say.
  var nodes: Int?
}

/// The sizes that a study's trials may have, as far as a plan can know them.
struct KnownSizes {
  /// Ascending: all of them, or those up to where classes may begin.
  let sizes: [TrialSize]
  /// Whether there may be larger ones.
  let isOpen: Bool

  /// The sizes of a study; those of calculated or growing trials up to some number of GPUs.
  ///
  /// - Returns: `nil` where all trials have one size.
  init?(of study: Study, upTo most: Int) {
    let widens = study.algorithm.schedule.widens
    switch study.trial.sizes {
    case .chosen(let values)? where !widens:
      sizes = values.compactMap { TrialSize(number: $0) }
      isOpen = false
    case .chosen(let values)?:
      let chosen = values.compactMap { TrialSize(number: $0) }
      let next = (chosen.last?.gpus ?? 1) + 1
      sizes = chosen + (next <= most ? Array(next...most) : []).map { TrialSize(gpus: $0) }
      isOpen = true
    case .calculated?:
      sizes = (1...max(1, most)).map { TrialSize(gpus: $0) }
      isOpen = true
    case nil:
      guard widens, study.trial.gpus > 0, study.trial.parts.isEmpty else { return nil }
      let own = TrialSize(slots: study.trial.equalSlots ?? 1, of: study.trial.trialsPerGPU)
      let next = own.gpus + (own.trialsPerGPU > 1 ? 0 : 1)
      sizes = [own] + (next <= most ? Array(next...most) : []).map { TrialSize(gpus: $0) }
      isOpen = true
    }
  }

  /// In words, for a message.
  var text: String {
    let shown = isOpen ? [sizes.first.map { "\($0) and more" } ?? ""] : sizes.map { "\($0)" }
    return shown.joined(separator: ", ")
  }
}

extension TrialSize {
  fileprivate init?(number value: ParameterValue) {
    switch value {
    case .integer(let gpus): self.init(gpus: gpus)
    case .real(let number): self.init(number)
    case .word, .truth: return nil
    }
  }

  fileprivate init(slots: Int, of shares: Int) {
    self =
      slots < shares ? TrialSize(sharing: shares / max(1, slots)) : TrialSize(gpus: slots / shares)
  }
}

/// The classes that a user wishes for, ascending.
///
/// - Throws: ``PlanError`` unless each size is of one class.
func wishedClasses(
  _ wishes: [PlanRequest.Component], of study: Study, at site: Site, on partition: Site.Partition
) throws(PlanError) -> [ClassDraft] {
  let most = wishes.map { max($0.sizes.least.gpus, $0.sizes.most?.gpus ?? 0) }.max() ?? 0
  guard let known = KnownSizes(of: study, upTo: most + 1) else { throw .classes(.oneSize) }
  for size in known.sizes {
    let fitting = wishes.filter { $0.sizes.contains(size) }
    if fitting.count > 1 {
      throw .classes(.overlapping(fitting[0].sizes, fitting[1].sizes, size))
    }
    guard fitting.isEmpty else { continue }
    let isLast = known.isOpen && size == known.sizes.last
    throw .classes(
      .uncovered(
        isLast ? "\(size) GPUs or more" : gpusText(size),
        example: SizeClass(size, through: isLast ? nil : size)))
  }
  var drafts: [ClassDraft] = []
  for wish in wishes {
    guard known.sizes.contains(where: { wish.sizes.contains($0) }) else {
      throw .classes(.nobody(wish.sizes, sizes: known.text))
    }
    guard wish.nodes > 0 else {
      throw .nothingAsked(option: "--component \(wish.sizes)=\(wish.nodes)")
    }
    var place = partition
    if let name = wish.partition {
      place = try Planning.partition(named: name, at: site)
    } else if !wish.sizes.needsGPUs {
      place = try partitionOfCores(at: site)
    }
    drafts.append(ClassDraft(sizes: wish.sizes, partition: place, nodes: wish.nodes))
  }
  return drafts.sorted { $0.sizes.least.number < $1.sizes.least.number }
}

/// The classes that the planner makes: trials without GPUs, those that leave room on a node, and the
/// others; ascending.
///
/// - Parameters:
///   - study: The study.
///   - site: The machine.
///   - partition: That of trials with GPUs.
///   - gpus: GPUs of a node that trials can use.
///   - isParted: Whether those of whole nodes are apart.
/// - Returns: `nil` where there would be one.
/// - Throws: ``PlanError`` where there are no nodes without GPUs.
func automaticClasses(
  of study: Study, at site: Site, on partition: Site.Partition, gpus: Int, isParted: Bool
) throws(PlanError) -> [ClassDraft]? {
  guard study.trial.sizes != nil, let known = KnownSizes(of: study, upTo: gpus) else { return nil }
  let withGPUs = known.sizes.filter { $0.gpus > 0 }
  let small = withGPUs.filter { $0.number < Double(gpus) }
  let large = withGPUs.filter { $0.number >= Double(gpus) }
  var groups = isParted ? [small, large].filter { !$0.isEmpty } : [withGPUs]
  let hasCores = withGPUs.count < known.sizes.count
  if hasCores { groups.insert([TrialSize(gpus: 0)], at: 0) }
  guard groups.count > 1 else { return nil }
  var drafts: [ClassDraft] = []
  for (place, group) in groups.enumerated() {
    guard let least = group.first, let most = group.last else { continue }
    let isOpen = known.isOpen && place == groups.count - 1
    drafts.append(
      ClassDraft(
        sizes: SizeClass(least, through: isOpen ? nil : most),
        partition: least.gpus == 0 ? try partitionOfCores(at: site) : partition))
  }
  return drafts
}

/// Where trials without GPUs go: with the coordinator, where its nodes have none.
private func partitionOfCores(at site: Site) throws(PlanError) -> Site.Partition {
  let candidates =
    (site.coordinatorPartition.flatMap { site.partition(named: $0) }.map { [$0] } ?? [])
    + site.partitions
  guard let partition = candidates.first(where: { $0.gpus == nil }) else {
    throw .classes(.noCores(site: site.name))
  }
  return partition
}
