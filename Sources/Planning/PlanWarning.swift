public import StudyModel

/// What is odd about a plan that can be carried out.
public enum PlanWarning: Hashable, Sendable {
  /// More trials than there are could run at a time; `enough` nodes would have room for each.
  case moreRoomThanTrials(room: Int, trials: Int, nodes: Int, enough: Int)
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
  guard let trials = [study.stop.trials, study.stop.started].compactMap(\.self).min(),
    let workers = plan.components.last(where: { $0.slotsPerNode > 0 }),
    plan.trialsAtATime > trials
  else { return [] }
  let slots = trials * plan.slotsPerTrial
  return [
    .moreRoomThanTrials(
      room: plan.trialsAtATime, trials: trials, nodes: workers.nodes,
      enough: max(1, (slots + workers.slotsPerNode - 1) / workers.slotsPerNode))
  ]
}
