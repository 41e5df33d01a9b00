import StudyModel

extension PlanRequest {
  /// A wish for exactly so many GPUs as one that names no number of them: for nodes of which the job has
  /// all, or for one node of which it has a part.
  ///
  /// Of a part of a node the job asks for that share of its cores and memory too, so that trials have
  /// the same on any number of GPUs.
  ///
  /// - Parameters:
  ///   - count: GPUs, or slots of a study without GPUs.
  ///   - study: The study, its trials of the wished size.
  ///   - site: The machine.
  /// - Returns: The wish, and the machine with nodes as small as the part.
  /// - Throws: ``PlanError`` where nodes would have different numbers of GPUs, for instance.
  func exactly(
    _ count: Int, for study: Study, at site: Site
  ) throws(PlanError) -> (wish: PlanRequest, site: Site) {
    var wish = self
    var site = site
    guard count > 0 else { throw .nothingAsked(option: "--gpus \(count)") }
    wish.size = .nodes(1)
    let whole: Plan.Component?
    do throws(PlanError) { whole = try plan(study, at: site, asking: wish).components.last } catch {
      // A trial of several nodes has no room on one.
      guard case .trialBeyondJob(_, _, let nodes) = error else { throw error }
      wish.size = .nodes(nodes)
      whole = try plan(study, at: site, asking: wish).components.last
    }
    guard let whole else { return (wish, site) }
    let each = max(1, whole.slotsPerNode / study.trial.trialsPerGPU)
    if count >= each {
      guard count.isMultiple(of: each) else {
        throw .unevenNodes(gpus: count, each: each, partition: whole.partition)
      }
      wish.size = .nodes(count / each)
      return (wish, site)
    }
    wish.size = .nodes(1)
    guard let place = site.partitions.firstIndex(where: { $0.name == whole.partition }) else {
      return (wish, site)
    }
    site.partitions[place].cores = max(1, site.partitions[place].cores * count / each)
    site.partitions[place].memoryMiB = site.partitions[place].memoryMiB * count / each
    site.partitions[place].gpus?.count = count
    return (wish, site)
  }
}
