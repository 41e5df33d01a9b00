import StudyModel

extension PlanError: CustomStringConvertible {
  /// What is wrong, the values involved, and the nearest wish that can be met.
  public var description: String {
    switch self {
    case .tooManyNodes(let component, let asked, let partition, let limit):
      """
      component '\(component)' asks for \(counted(asked, "node")), but partition '\(partition)' \
      grants \(limit) to one job; ask for '--nodes \(limit)' or name another partition
      """
    case .noNodeForWorkers(let partition):
      """
      partition '\(partition)' grants one node, which the coordinator takes; plan with \
      '--strategy resident' or name another partition
      """
    case .nothingAsked(let option):
      "'\(option)' asks for nothing; ask for more than 0 or leave it out"
    case .unknownPartition(let name, let known):
      "no partition '\(name)' at this site; \(correction(of: name, known: known))"
    case .timeTooLong(let asked, let partition, let limit):
      """
      the job asks for \(durationText(asked)), but partition '\(partition)' ends jobs after \
      \(durationText(limit)); ask for '--time \(durationText(limit))' or name another partition
      """
    case .trialTooLarge(let resource, let asked, let partition, let limit):
      """
      a trial asks for \(amountText(asked, of: resource)), but a node of partition \
      '\(partition)' has \(limitText(limit, of: resource)); lower 'trial.\(resource.rawValue)' to \
      \(limitText(limit, of: resource)) or name another partition
      """
    case .measuredTooLarge(let peak, let partition, let limit):
      """
      trials were measured to have \(memoryText(peak)) of memory, but a node of partition \
      '\(partition)' has \(memoryText(limit)); make them smaller and measure again by 'rung \
      calibrate', or name another partition
      """
    case .sharesTooLarge(let trials, let each, let partition, let limit):
      """
      \(trials) trials share a GPU, and by what was measured each needs \(memoryText(each)) of it, but \
      a GPU of partition '\(partition)' has \(memoryText(limit)); \(sharesRemedy(each, limit))
      """
    case .noRoomForStaged(let staged, let trial, let partition, let limit):
      """
      'trial.stage' takes \(memoryText(staged)) of a node's memory\
      \(trial.map { " and a trial \(memoryText($0))" } ?? ""), but a node of partition \
      '\(partition)' has \(memoryText(limit)); write 'to: node', stage less, or name another partition
      """
    case .trialBeyondNode(let gpus, let partition, let limit):
      """
      a trial may have \(counted(gpus, "GPU")), but a node of partition '\(partition)' has \
      \(limit); lower 'trial.gpus' to \(limit), name another partition, or write 'launch: ranks' \
      where the trial can be spread over nodes
      """
    case .trialBeyondJob(let gpus, let nodes, let needed):
      """
      a trial may have \(counted(gpus, "GPU")), which is more than \(counted(nodes, "node")) of \
      this job \(nodes == 1 ? "has" : "have"); ask for '--nodes \(needed)' or lower 'trial.gpus'
      """
    case .unevenNodes(let gpus, let each, let partition):
      """
      \(counted(gpus, "GPU")) would be uneven on nodes of partition '\(partition)', of which trials use \
      \(each) each; ask for \(gpus / each * each) or \((gpus / each + 1) * each)
      """
    case .noGPUs(.trial(let count), let partition, let others):
      """
      a trial asks for \(counted(count, "GPU")), but partition '\(partition)' has none; \
      \(remedy(others, otherwise: "lower 'trial.gpus' to 0"))
      """
    case .noGPUs(.job(let count), let partition, let others):
      """
      '--gpus \(count)' asks for GPUs, but partition '\(partition)' has none; \
      \(remedy(others, otherwise: "ask for '--nodes N'"))
      """
    case .noCoordinatorPartition(let site):
      """
      site '\(site)' names no partition for the coordinator of a heterogeneous job; write \
      'coordinator: PARTITION' in the site file or plan with '--strategy resident'
      """
    case .noHeterogeneousJobs(let site):
      "site '\(site)' takes no heterogeneous jobs; plan with '--strategy resident'"
    case .stepsNeeded(let strategy):
      """
      'trial.launch' is 'step', and '--strategy \(strategy)' starts no job steps; leave \
      '--strategy' out or write 'steps'
      """
    case .noNestedSteps(let site):
      """
      site '\(site)' lets no job step start others ('capabilities.steps'); plan with \
      '--strategy resident'
      """
    case .ranksAsSteps:
      """
      'trial.launch' is 'ranks', processes that the agents start, but '--strategy steps' has each \
      trial started by srun; plan with '--strategy resident', or write 'launch: step' for an MPI \
      program
      """
    case .shareAsStep:
      """
      'trial.gpus' is a share of a GPU, and a job step has whole ones; plan with \
      '--strategy resident'
      """
    case .stepsWithoutGRES(let site):
      """
      site '\(site)' gives out whole nodes without '--gres', so that a job step would see all GPUs; \
      plan with '--strategy resident'
      """
    case .tooFewInstances(let asked, let partition, let limit):
      """
      \(asked) trials are to share a GPU, but those of partition '\(partition)' are cut into \
      \(counted(limit, "instance")); write 'gpus: \(TrialSize(sharing: limit))' or name another partition
      """
    case .severalInstances(let partition, let limit):
      """
      a trial may have more than one share, but the GPUs of partition '\(partition)' are cut into \
      instances, of which a process uses one; write 'gpus: \
      \(TrialSize(sharing: limit ?? 1))' or name another partition
      """
    case .unevenShards(let asked, let partition, let shards):
      """
      \(asked) trials are to share a GPU, but those of partition '\(partition)' have \
      \(counted(shards, "shard")), which they cannot share evenly; write 'gpus: \
      \(TrialSize(sharing: nearestDivisor(of: shards, to: asked)))' or name another partition
      """
    case .unevenStep(let slots, let each):
      """
      a job step of \(counted(slots, "slot")) over nodes with \(counted(each, "slot")) each would \
      have fewer on one of them; ask for a multiple of \(each)
      """
    case .classes(let error):
      error.description
    case .unknownStrategy(let name, let known):
      "no strategy '\(name)' in this version; \(correction(of: name, known: known))"
    }
  }

  private func sharesRemedy(_ each: Int, _ limit: Int) -> String {
    let fitting = max(1, limit / max(1, each))
    return "ask for '--trial-gpus \(TrialSize(sharing: fitting))' or more"
  }

  private func amountText(_ amount: Int, of resource: Resource) -> String {
    switch resource {
    case .cpus: counted(amount, "core")
    case .memory: memoryText(amount)
    case .gpus: counted(amount, "GPU")
    }
  }

  private func limitText(_ limit: Int, of resource: Resource) -> String {
    resource == .memory ? memoryText(limit) : String(limit)
  }

  private func remedy(_ others: [String], otherwise: String) -> String {
    others.isEmpty
      ? "no partition of this site has any: \(otherwise)"
      : "name one that has: \(others.joined(separator: ", "))"
  }
}
