public import StudyModel

/// A plan as text for people: a line of totals, then a table of its components.
///
/// - Parameter plan: The plan.
/// - Returns: Lines that each end with a line feed; the same plan gives the same bytes.
public func describe(_ plan: Plan) -> String {
  let header = [
    "component", "partition", "nodes", "cores", "memory", "gres", "slots a node", "slots",
  ]
  let rows = plan.components.map { component in
    [
      component.role.rawValue + (component.sizes.map { " (GPUs a trial: \($0))" } ?? ""),
      component.partition, String(component.nodes),
      String(component.cores), component.memoryMiB.map(memoryText) ?? "all",
      component.gres ?? "none", String(component.slotsPerNode),
      String(component.nodes * component.slotsPerNode),
    ]
  }
  let summary =
    "\(plan.study) at \(plan.site): \(plan.strategy.rawValue), \(counted(plan.slots, "slot")), "
    + (plan.slotsPerTrial > 1
      ? "\(counted(plan.slotsPerTrial, plan.vendor == nil ? "slot" : "GPU")) a trial and \(plan.trialsAtATime) at a time, "
      : "")
    + "at most \(durationText(plan.time))"
  let memory = plan.memory?.sentence.map { ["", $0] } ?? []
  return ([summary, ""] + alignedTable([header] + rows, wordColumns: 2) + memory)
    .map { $0 + "\n" }.joined()
}
