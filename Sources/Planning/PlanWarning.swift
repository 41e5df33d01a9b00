public import StudyModel

/// What is odd about a plan that can be carried out.
public enum PlanWarning: Hashable, Sendable {
  /// There are more slots than trials; `enough` nodes would give every trial a slot of its own.
  case moreSlotsThanTrials(slots: Int, trials: Int, nodes: Int, enough: Int)
}

extension PlanWarning: CustomStringConvertible {
  /// What is odd, the values involved, and what to change.
  public var description: String {
    switch self {
    case .moreSlotsThanTrials(let slots, let trials, let nodes, let enough) where enough < nodes:
      """
      the plan has \(counted(slots, "slot")), but the study starts \(counted(trials, "trial")): \
      \(slots - trials) would never be used; ask for '--nodes \(enough)' or raise 'stop.trials'
      """
    case .moreSlotsThanTrials(let slots, let trials, _, _):
      """
      the plan has \(counted(slots, "slot")), but the study starts \(counted(trials, "trial")): \
      \(slots - trials) would never be used; raise 'stop.trials'
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
    let workers = plan.components.last(where: { $0.slotsPerNode > 0 }), plan.slots > trials
  else { return [] }
  let each = workers.slotsPerNode
  return [
    .moreSlotsThanTrials(
      slots: plan.slots, trials: trials, nodes: workers.nodes,
      enough: max(1, trials / each + (trials % each == 0 ? 0 : 1)))
  ]
}
