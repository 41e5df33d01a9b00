public import StudyModel

/// Cuts a study to a machine: the components of its job, and how many trials run on each node.
///
/// A component takes whole nodes: all cores, all the memory that jobs may ask for, and the GPUs
/// that its slots use. The number of slots is the largest that gives every trial what `trial.gpus`,
/// `trial.cpus` and `trial.memory` ask for, in whole numbers.
///
/// Does not ask Slurm whether nodes are free, and does not choose a size: it grants the wish or
/// says which wish it could grant.
///
/// - Parameters:
///   - study: The study; of its trial the needs count, and its Slurm settings.
///   - site: The machine.
///   - wish: How large, how long, in which layout and where.
/// - Returns: The plan; ``warnings(about:for:)`` says what is odd about it.
/// - Throws: ``PlanError`` with the nearest wish that can be granted.
public func plan(
  _ study: Study, at site: Site, asking wish: PlanRequest
) throws(PlanError) -> Plan {
  let study = study.resized(to: wish.trialSize)
  if case .exactly(let count) = wish.size {
    let (wish, site) = try wish.exactly(count, for: study, at: site)
    return try plan(study, at: site, asking: wish)
  }
  let strategy = try strategy(
    named: wish.strategy, for: study.trial, hasClasses: !wish.components.isEmpty)
  let name =
    wish.partition ?? study.slurm.partition ?? site.slurm.partition ?? site.workerPartition
  let partition = try partition(named: name, at: site)
  let coordinator = strategy == .hetjob ? try coordinatorPartition(of: site) : nil

  if strategy != .hetjob, !wish.components.isEmpty {
    throw .classes(.otherStrategy(strategy.rawValue))
  }
  let memory = MemoryFigure(for: study.trial, measured: wish.measured)
  var components: [Plan.Component] = []
  if let coordinator {
    components =
      try classComponents(
        of: study, at: site, asking: wish, on: partition, besideCoordinatorOn: coordinator) ?? []
  }
  let isParted = !components.isEmpty
  if !isParted {
    var workers = try workerComponent(
      running: study, with: memory, beside: wish.stagedMiB, on: partition, of: site)
    workers.nodes = try nodes(
      for: wish.size, each: workers, running: study.trial, on: partition, of: site)
    try checkNodes(workers, on: partition, besideCoordinatorOn: coordinator)
    try checkRoom(on: workers, for: study)
    if strategy == .steps { try checkSteps(on: workers, for: study.trial, at: site) }
    components = [workers]
  }
  if let coordinator, !coordinates(components, on: coordinator) {
    components.insert(coordinatorComponent(on: coordinator, of: site), at: 0)
  }
  let partitions = components.compactMap { site.partition(named: $0.partition) }
  var plan = Plan(
    study: study.name, site: site.name, strategy: strategy, components: components,
    time: try time(asked: wish.time, default: site.defaultTime, on: partitions),
    vendor: study.trial.gpus > 0
      ? partitions.compactMap { $0.gpus?.vendor }.last ?? partition.gpus?.vendor : nil,
    slotsPerTrial: study.trial.equalSlots ?? 1)
  plan.trialSize = wish.trialSize
  if strategy == .steps { plan.stepLimit = site.maximumSteps }
  plan.memory = memory.isEmpty ? nil : memory
  plan.deviceMemoryMiB = study.trial.gpus > 0 ? partition.gpus?.memoryMiB : nil
  if wish.stagedMiB > 0 { plan.stagedMiB = wish.stagedMiB }
  return plan
}

// MARK: - What the wish and the site name

private func strategy(
  named name: String?, for trial: TrialSettings, hasClasses: Bool
) throws(PlanError) -> Plan.Strategy {
  guard let name else {
    if hasClasses, trial.launch != .step { return .hetjob }
    return trial.launch == .step ? .steps : .resident
  }
  guard let strategy = Plan.Strategy(rawValue: name) else {
    throw .unknownStrategy(name, known: Plan.Strategy.allCases.map(\.rawValue))
  }
  if trial.launch == .step, strategy != .steps { throw .stepsNeeded(strategy: name) }
  return strategy
}

/// Refuses what cannot be a job step.
private func checkSteps(
  on node: Plan.Component, for trial: TrialSettings, at site: Site
) throws(PlanError) {
  // The agents are one step of their own.
  guard site.nestsSteps, site.maximumSteps != 1 else { throw .noNestedSteps(site: site.name) }
  if trial.launch == .ranks { throw .ranksAsSteps }
  if trial.trialsPerGPU > 1 { throw .shareAsStep }
  if trial.gpus > 0, !site.asksForGPUs { throw .stepsWithoutGRES(site: site.name) }
  let width = trial.largestSlots ?? 1
  guard width > node.slotsPerNode, width % node.slotsPerNode != 0 else { return }
  throw .unevenStep(slots: width, each: node.slotsPerNode)
}

func partition(
  named name: String, at site: Site
) throws(PlanError) -> Site.Partition {
  guard let partition = site.partition(named: name) else {
    throw .unknownPartition(name, known: site.partitions.map(\.name))
  }
  return partition
}

private func coordinatorPartition(of site: Site) throws(PlanError) -> Site.Partition {
  guard site.allowsHeterogeneousJobs else { throw .noHeterogeneousJobs(site: site.name) }
  guard let name = site.coordinatorPartition else {
    throw .noCoordinatorPartition(site: site.name)
  }
  return try partition(named: name, at: site)
}

// MARK: - Components

/// The workers' component with one node; how many it is to have is another question.
func workerComponent(
  running study: Study, with memory: MemoryFigure, beside stagedMiB: Int,
  on partition: Site.Partition, of site: Site
) throws(PlanError) -> Plan.Component {
  try checkShares(of: study.trial, with: memory, on: partition)
  let slots = try slotsPerNode(
    for: study, with: memory, beside: stagedMiB, on: partition, of: site)
  var gres: String?
  if study.trial.gpus > 0, site.asksForGPUs, let gpus = partition.gpus {
    gres = request(of: gpus, for: slots, of: study.trial)
  }
  var component = Plan.Component(
    role: .workers, partition: partition.name, nodes: 1, cores: partition.cores,
    memoryMiB: site.asksForMemory ? partition.memoryMiB : nil, gres: gres, slotsPerNode: slots)
  component.threadsPerCore = partition.threadsPerCore
  return component
}

/// One node, and little of it: the coordinator waits most of the time, and others may share the
/// node with it where the site lets them.
private func coordinatorComponent(on partition: Site.Partition, of site: Site) -> Plan.Component {
  var component = Plan.Component(
    role: .coordinator, partition: partition.name, nodes: 1, cores: min(2, partition.cores),
    memoryMiB: site.asksForMemory ? min(2048, partition.memoryMiB) : nil, gres: nil,
    slotsPerNode: 0)
  component.threadsPerCore = partition.threadsPerCore
  return component
}

/// The slots of one node; at least 1.
private func slotsPerNode(
  for study: Study, with memory: MemoryFigure, beside stagedMiB: Int,
  on partition: Site.Partition, of site: Site
) throws(PlanError) -> Int {
  var trial = study.trial
  var room = partition.room
  room.memoryMiB -= stagedMiB
  if let peak = memory.peakMiB, let need = memory.hostMiB {
    // The margin alone keeps no trial from a node that it has for itself.
    trial.memoryMiB = need <= room.memoryMiB ? need : peak
  }
  if trial.gpus > 0, partition.gpus == nil {
    throw .noGPUs(.trial(trial.gpus), partition: partition.name, others: site.partitionsWithGPUs)
  }
  if let gpus = partition.gpus { try checkSharing(gpus, by: trial, on: partition.name) }
  if partition.gpus?.sharesOneAJob(of: site, by: trial) == true { room.gpus = 1 }
  guard room.memoryMiB > 0 else {
    throw .noRoomForStaged(
      stagedMiB, beside: nil, partition: partition.name, limit: partition.memoryMiB)
  }
  do throws(NodeRoom.Shortage) { return try room.slots(for: trial) } catch {
    switch error {
    case .gpus:
      throw .trialBeyondNode(
        gpus: trial.gpus, partition: partition.name, limit: partition.room.gpus)
    // A process has no room. Others of its trial may be on other nodes.
    case .cpus:
      throw .trialTooLarge(
        .cpus, asked: trial.cpus, partition: partition.name, limit: partition.cores)
    case .memory where memory.peakMiB != nil:
      throw .measuredTooLarge(
        memory.peakMiB ?? 0, partition: partition.name, limit: room.memoryMiB)
    case .memory where stagedMiB > 0:
      throw .noRoomForStaged(
        stagedMiB, beside: trial.memoryMiB, partition: partition.name, limit: partition.memoryMiB)
    case .memory:
      throw .trialTooLarge(
        .memory, asked: trial.memoryMiB ?? 0, partition: partition.name,
        limit: partition.memoryMiB)
    }
  }
}

/// Refuses shares of a GPU whose memory, by what was measured, would not hold them all.
private func checkShares(
  of trial: TrialSettings, with memory: MemoryFigure, on partition: Site.Partition
) throws(PlanError) {
  guard trial.trialsPerGPU > 1, trial.sizes == nil, let each = memory.deviceMiB,
    let limit = partition.gpus?.memoryMiB, each * trial.trialsPerGPU > limit
  else { return }
  throw .sharesTooLarge(
    trials: trial.trialsPerGPU, each: each, partition: partition.name, limit: limit)
}

/// Refuses a size that a trial may have and for which there is no room on a node, or in the job.
private func checkRoom(on node: Plan.Component, for study: Study) throws(PlanError) {
  guard let largest = study.trial.largestSlots, largest > node.slotsPerNode else { return }
  let shares = study.trial.trialsPerGPU
  let gpus = (largest + shares - 1) / shares
  guard !study.trial.launch.staysOnNode else {
    throw .trialBeyondNode(
      gpus: gpus, partition: node.partition, limit: max(1, node.slotsPerNode / shares))
  }
  guard largest > node.slotsPerNode * node.nodes else { return }
  throw .trialBeyondJob(
    gpus: gpus, nodes: node.nodes,
    needed: (largest + node.slotsPerNode - 1) / node.slotsPerNode)
}

// MARK: - Size and time

/// The number of nodes that grants the wish, whether or not the partition has so many.
func nodes(
  for size: PlanRequest.Size, each node: Plan.Component, running trial: TrialSettings,
  on partition: Site.Partition, of site: Site
) throws(PlanError) -> Int {
  switch size {
  case .nodes(let nodes):
    guard nodes > 0 else { throw .nothingAsked(option: "--nodes \(nodes)") }
    return nodes
  case .exactly: preconditionFailure("a plan is made for nodes or for GPUs at least")
  case .gpus(let wished):
    guard wished > 0 else { throw .nothingAsked(option: "--gpus \(wished)") }
    guard let gpus = partition.gpus else {
      throw .noGPUs(.job(wished), partition: partition.name, others: site.partitionsWithGPUs)
    }
    // GPUs that trials use count, not those that stand idle since cores or memory run out first.
    let each = trial.gpus > 0 ? max(1, node.slotsPerNode / trial.trialsPerGPU) : gpus.count
    return wished / each + (wished % each == 0 ? 0 : 1)
  }
}

private func checkNodes(
  _ workers: Plan.Component, on partition: Site.Partition,
  besideCoordinatorOn coordinator: Site.Partition?
) throws(PlanError) {
  // Slurm counts each component of a heterogeneous job as a job of its own, so the coordinator's
  // node counts against the partition's nodes only.
  let free = partition.nodes - (coordinator?.name == partition.name ? 1 : 0)
  guard free > 0 else { throw .noNodeForWorkers(partition: partition.name) }
  let limit = min(partition.maximumNodes ?? free, free)
  guard workers.nodes <= limit else {
    throw .tooManyNodes(
      component: workers.role.rawValue, asked: workers.nodes, partition: partition.name,
      limit: limit)
  }
}

/// The wished time, or the site's default cut to what all partitions allow.
private func time(
  asked: Duration?, default defaultTime: Duration, on partitions: [Site.Partition]
) throws(PlanError) -> Duration {
  guard let asked else {
    return partitions.reduce(defaultTime) { min($0, $1.maximumTime) }
  }
  guard asked > .zero else { throw .nothingAsked(option: "--time \(durationText(asked))") }
  // The strictest first, so that following the advice is enough.
  guard
    let strictest = partitions.min(by: { $0.maximumTime < $1.maximumTime }),
    asked > strictest.maximumTime
  else { return asked }
  throw .timeTooLong(asked: asked, partition: strictest.name, limit: strictest.maximumTime)
}

extension Site {
  /// The names of the partitions that have GPUs.
  fileprivate var partitionsWithGPUs: [String] {
    partitions.filter { $0.gpus != nil }.map(\.name)
  }
}
