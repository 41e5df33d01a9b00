public import StudyModel

/// What is odd about a plan that can be carried out.
public enum PlanWarning: Hashable, Sendable {
  /// More trials than there are could run at a time; `enough` nodes would have room for each.
  case moreRoomThanTrials(room: Int, trials: Int, nodes: Int, enough: Int)
  /// Trials without GPUs hold some, since all nodes have them.
  case coresHoldGPUs(partition: String)
}

extension PlanWarning: CustomStringConvertible {
  /// What is odd, the values involved, and what to change.
  public var description: String {
    switch self {
    case .moreRoomThanTrials(let room, let trials, let nodes, let enough) where enough < nodes:
      """
      the plan has room for \(room) trials at a time, but the study starts \
      \(counted(trials, "trial")): the rest would never be used; ask for '--nodes \(enough)' or \
      raise 'stop.trials'
      """
    case .moreRoomThanTrials(let room, let trials, _, _):
      """
      the plan has room for \(room) trials at a time, but the study starts \
      \(counted(trials, "trial")): the rest would never be used; raise 'stop.trials'
      """
    case .coresHoldGPUs(let partition):
      """
      a trial without GPUs runs on partition '\(partition)' like any other, where it holds a GPU that \
      stands idle; plan with '--strategy hetjob' to give such trials nodes of their own
      """
    }
  }
}

/// What is odd about a plan that can be carried out.
///
/// - Parameters:
///   - plan: A plan of `study`.
///   - study: The study, whose rules for stopping say how many trials it starts.
/// - Returns: Warnings in a fixed order; none for most plans.
public func warnings(about plan: Plan, for study: Study) -> [PlanWarning] {
  var warnings: [PlanWarning] = []
  if study.trial.mayLackGPUs, plan.classes.isEmpty, let workers = plan.components.last {
    warnings.append(.coresHoldGPUs(partition: workers.partition))
  }
  guard let trials = [study.stop.trials, study.stop.started].compactMap(\.self).min(),
    let workers = plan.components.last(where: { $0.slotsPerNode > 0 }),
    plan.trialsAtATime > trials
  else { return warnings }
  let slots = trials * plan.slotsPerTrial
  // Of several classes each has nodes for itself: how many are enough in all is not said.
  let enough =
    plan.classes.isEmpty
    ? max(1, (slots + workers.slotsPerNode - 1) / workers.slotsPerNode) : workers.nodes
  return warnings + [
    .moreRoomThanTrials(
      room: plan.trialsAtATime, trials: trials, nodes: workers.nodes, enough: enough)
  ]
}
