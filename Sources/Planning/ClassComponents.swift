import Searchers
import StudyModel

// The components of a job whose trials have classes, and how nodes are split among them.

/// The components of the classes of trials, ascending by size.
///
/// - Parameters:
///   - study: The study.
///   - site: The machine.
///   - wish: How large, and which components.
///   - partition: That of trials with GPUs, where nothing else is said.
///   - coordinator: Where the coordinator is.
/// - Returns: `nil` where all trials share one component.
/// - Throws: ``PlanError`` with the nearest wish that can be granted.
func classComponents(
  of study: Study, at site: Site, asking wish: PlanRequest, on partition: Site.Partition,
  besideCoordinatorOn coordinator: Site.Partition
) throws(PlanError) -> [Plan.Component]? {
  if !wish.components.isEmpty {
    let drafts = try wishedClasses(wish.components, of: study, at: site, on: partition)
    let parts = try drafts.mapped { draft throws(PlanError) in
      try ClassPart(draft, of: study, at: site, asking: wish)
    }
    for (draft, part) in zip(drafts, parts) {
      guard let nodes = draft.nodes, nodes < part.leastNodes else { continue }
      throw .classes(
        .trialBeyondClass(
          draft.sizes, gpus: part.largestGPUs, nodes: nodes, needed: part.leastNodes))
    }
    return try granted(parts, at: site, besideCoordinatorOn: coordinator)
  }
  guard study.trial.sizes != nil else { return nil }
  let node = try workerComponent(
    running: study, with: MemoryFigure(for: study.trial, measured: wish.measured),
    beside: wish.stagedMiB, on: partition, of: site)
  let gpus = max(1, node.slotsPerNode / study.trial.trialsPerGPU)
  for isParted in [true, false] {
    guard
      let drafts = try automaticClasses(
        of: study, at: site, on: partition, gpus: gpus, isParted: isParted)
    else { continue }
    var parts = try drafts.mapped { draft throws(PlanError) in
      try ClassPart(draft, of: study, at: site, asking: wish)
    }
    // Nobody would ever be in one of them.
    if isParted, parts.contains(where: { $0.demand == 0 }) { continue }
    let needed = parts.reduce(0) { $0 + $1.leastNodes }
    switch wish.size {
    case .gpus:
      let count = try nodes(
        for: wish.size, each: node, running: study.trial, on: partition, of: site)
      let ofGPUs = parts.indices.filter { parts[$0].draft.sizes.needsGPUs }
      let least = ofGPUs.reduce(0) { $0 + parts[$1].leastNodes }
      if least > count {
        if isParted { continue }
        throw .trialBeyondJob(
          gpus: parts.map(\.largestGPUs).max() ?? 1, nodes: count, needed: least)
      }
      split(count, among: ofGPUs, of: &parts)
      let demand = ofGPUs.reduce(0.0) { $0 + parts[$1].demand }
      for place in parts.indices where !parts[place].draft.sizes.needsGPUs {
        let wished = (Double(count) * parts[place].demand / max(demand, 1e-9)).rounded(.up)
        parts[place].draft.nodes = max(1, min(Int(wished), parts[place].draft.partition.nodes))
      }
    case .nodes(let nodes):
      guard nodes > 0 else { throw .nothingAsked(option: "--nodes \(nodes)") }
      // Whole nodes are not apart where that leaves none for others.
      if isParted, nodes < needed { continue }
      guard nodes >= needed else {
        throw .classes(
          .tooFewNodes(asked: nodes, needed: needed, classes: parts.map(\.draft.sizes)))
      }
      split(nodes, among: Array(parts.indices), of: &parts)
    case .exactly: preconditionFailure("a plan is made for nodes or for GPUs at least")
    }
    return try granted(parts, at: site, besideCoordinatorOn: coordinator)
  }
  return nil
}

/// A class, and what a node of its own is to it.
private struct ClassPart {
  var draft: ClassDraft
  /// With one node.
  let component: Plan.Component
  /// Nodes that its largest trial has.
  let leastNodes: Int
  /// GPUs of its largest trial.
  let largestGPUs: Int
  /// The mean number of nodes that a trial of the study holds in this class.
  let demand: Double

  init(
    _ draft: ClassDraft, of study: Study, at site: Site, asking wish: PlanRequest
  ) throws(PlanError) {
    self.draft = draft
    let own = draft.sizes.needsGPUs ? study : study.resized(to: TrialSize(gpus: 0))
    var component = try workerComponent(
      running: own, with: MemoryFigure(for: own.trial, measured: wish.measured),
      beside: wish.stagedMiB, on: draft.partition, of: site)
    component.sizes = draft.sizes
    self.component = component
    let shares = study.trial.trialsPerGPU
    let known = KnownSizes(of: study, upTo: 1)
    let largest = max(
      draft.sizes.leastSlots(ofShares: shares),
      known.map { sizes in
        sizes.sizes.filter { draft.sizes.contains($0) }.map { $0.slots(ofShares: shares) }.max()
          ?? 0
      } ?? 0)
    largestGPUs = (largest + shares - 1) / shares
    leastNodes = max(1, (largest + component.slotsPerNode - 1) / component.slotsPerNode)
    if largest > component.slotsPerNode, study.trial.launch.staysOnNode {
      throw .trialBeyondNode(
        gpus: largestGPUs, partition: draft.partition.name,
        limit: max(1, component.slotsPerNode / shares))
    }
    demand = Self.demand(
      study, draft.sizes, slotsPerNode: component.slotsPerNode, shares: shares)
  }

  /// By the trials that a search draws at random, each for as long.
  private static func demand(
    _ study: Study, _ sizes: SizeClass, slotsPerNode: Int, shares: Int
  ) -> Double {
    let drawn: [Int]
    if case .chosen(let values) = study.trial.sizes {
      drawn = values.map { value in
        let configuration = Configuration([(TrialSizes.parameterName, value)])
        return study.trial.isWithoutGPUs(configuration) ? 0 : study.trial.slots(of: configuration)
      }
    } else {
      drawn = (0..<1000).map { number in
        var random = RandomStream(seed: 0, trial: TrialID(number), purpose: .configuration)
        return study.trial.slots(of: study.space.sample(using: &random))
      }
    }
    let least = sizes.leastSlots(ofShares: shares)
    let most = sizes.most.map { $0.slots(ofShares: shares) } ?? Int.max
    let held = drawn.filter { least <= $0 && $0 <= most }.reduce(0) { $0 + max(1, $1) }
    return Double(held) / Double(slotsPerNode * drawn.count)
  }
}

/// Gives each class what its largest trial needs, and each further node to the one with the most demand for
/// each node that it has and half a one (Webster's method, nearest to the proportion), as far as its
/// partition grants more; of equals to the largest trials.
private func split(_ nodes: Int, among places: [Int], of parts: inout [ClassPart]) {
  var left = nodes
  for place in places {
    parts[place].draft.nodes = parts[place].leastNodes
    left -= parts[place].leastNodes
  }
  func pressure(_ place: Int) -> Double {
    parts[place].demand / (Double(parts[place].draft.nodes ?? 0) + 0.5)
  }
  while left > 0 {
    let open = places.filter {
      let partition = parts[$0].draft.partition
      return (parts[$0].draft.nodes ?? 0) < min(partition.maximumNodes ?? .max, partition.nodes)
    }
    // Where no partition grants more, what is too much is said of the first.
    guard
      let next = (open.isEmpty ? places : open).max(by: {
        (pressure($0), $0) < (pressure($1), $1)
      })
    else {
      return
    }
    parts[next].draft.nodes = (parts[next].draft.nodes ?? 0) + 1
    left -= 1
  }
}

/// The components, if their partitions grant so many nodes.
private func granted(
  _ parts: [ClassPart], at site: Site, besideCoordinatorOn coordinator: Site.Partition
) throws(PlanError) -> [Plan.Component] {
  let components = parts.map { part in
    var component = part.component
    component.nodes = part.draft.nodes ?? 1
    return component
  }
  let ownNode = coordinates(components, on: coordinator) ? 0 : 1
  for (component, part) in zip(components, parts) {
    let partition = part.draft.partition
    // Slurm counts each component of a heterogeneous job as a job of its own.
    let limit = min(partition.maximumNodes ?? partition.nodes, partition.nodes)
    guard component.nodes <= limit else {
      throw .classes(
        .tooManyNodes(
          part.draft.sizes, asked: component.nodes, partition: partition.name, limit: limit))
    }
    let all =
      components.reduce(0) { $0 + ($1.partition == partition.name ? $1.nodes : 0) }
      + (coordinator.name == partition.name ? ownNode : 0)
    guard all <= partition.nodes else {
      throw .classes(
        .tooManyInAll(asked: all, partition: partition.name, limit: partition.nodes))
    }
  }
  return components
}

/// Whether rank 0 serves the first of these components too: trials without GPUs, where the coordinator
/// would have a node like theirs.
func coordinates(_ components: [Plan.Component], on coordinator: Site.Partition) -> Bool {
  guard let first = components.first, let sizes = first.sizes else { return false }
  return !sizes.needsGPUs && first.partition == coordinator.name
}

extension Array {
  /// `map` for a closure that throws one type of error.
  fileprivate func mapped<Value>(
    _ transform: (Element) throws(PlanError) -> Value
  ) throws(PlanError) -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try transform(element)) }
    return values
  }
}
