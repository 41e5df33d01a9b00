public import StudyModel

/// The text of the job script that carries out a plan.
///
/// A bash script for sbatch: one set of `#SBATCH` lines for each component, then the environment,
/// then one `srun` that starts one agent on every node. It ends with the agents' exit status: 0
/// the study is done or a follow-up job is queued, 1 it failed, 75 it stopped early and another job
/// can go on with it.
///
/// Equal arguments give equal bytes. Neither submits the script nor creates the folder of its
/// output.
///
/// - Parameters:
///   - plan: The components, nodes and slots.
///   - study: The study that the plan is of.
///   - site: The site that the plan is at.
///   - locations: Where the job finds `rung` and the study.
///   - version: The version of `rung` that writes the script, such as `0.1.0`.
/// - Returns: Lines that each end with a line feed.
/// - Throws: ``JobScriptError`` where a value cannot stand in a script.
public func jobScript(
  for plan: Plan, study: Study, site: Site, locations: JobLocations, version: String
) throws(JobScriptError) -> String {
  let script = JobScript(
    plan: plan, study: study, site: site, locations: locations, version: version)
  return try script.lines().map { $0 + "\n" }.joined()
}

/// What a job script is made of.
struct JobScript {
  let plan: Plan
  let study: Study
  let site: Site
  let locations: JobLocations
  let version: String

  func lines() throws(JobScriptError) -> [String] {
    try ["#!/bin/bash"] + header() + directives() + [""] + preparation() + launch()
  }

  /// Whether the job is a heterogeneous one.
  var isHeterogeneous: Bool { plan.components.count > 1 }

  /// Whether the job lives on without a node that it loses: a plain one does where the site lets it;
  /// a heterogeneous one is ended by Slurm all the same.
  var outlivesNodes: Bool { !isHeterogeneous && site.outlivesNodes }

  // MARK: - Comments

  private func header() throws(JobScriptError) -> [String] {
    let study = try oneLine(plan.study, "name")
    let site = try oneLine(plan.site, "site")
    let version = try oneLine(version, "version")
    let components = plan.components.map { component in
      let slots = component.slotsPerNode
      let sizes = component.sizes.map { " (GPUs a trial: \($0))" } ?? ""
      return "#   \(component.role.rawValue)\(sizes): \(counted(component.nodes, "node"))"
        + (slots > 0 ? ", \(counted(slots, "slot")) on each" : ", no slots")
    }
    return [
      "# Study \(study) at site \(site), strategy \(plan.strategy.rawValue):"
    ] + components + [
      "# Written by rung \(version) with: rung plan STUDY --site \(site)\(try size())"
        + " --time \(minutes)m --strategy \(plan.strategy.rawValue)" + (try partition())
        + (plan.trialSize.map { " --trial-gpus \($0)" } ?? "") + " --script",
      "#",
      "# Exit status: 0 the study is done, or a follow-up job goes on with it; 1 it failed; 75 it",
      "# stopped early and can be resumed.",
      "#",
    ]
  }

  /// The option of a partition that neither the study nor the site names.
  private func partition() throws(JobScriptError) -> String {
    let usual = self.study.slurm.partition ?? site.slurm.partition ?? site.workerPartition
    guard plan.classes.isEmpty, let workers = plan.components.last, workers.partition != usual
    else { return "" }
    return " --partition \(try oneLine(workers.partition, "slurm.partition"))"
  }

  /// The options of how large the job is.
  private func size() throws(JobScriptError) -> String {
    var options = ""
    for component in plan.components {
      guard let sizes = component.sizes else { continue }
      let partition = try oneLine(component.partition, "slurm.partition")
      options += " --component \(sizes)=\(component.nodes)@\(partition)"
    }
    return options.isEmpty ? " --nodes \(workerNodes)" : options
  }

  private var workerNodes: Int {
    plan.components.reduce(0) { $0 + ($1.role == .workers ? $1.nodes : 0) }
  }

  /// The limit in whole minutes, as ``slurmTime(_:)`` rounds it.
  var minutes: Int64 {
    let (seconds, attoseconds) = plan.time.components
    return seconds / 60 + (seconds % 60 == 0 && attoseconds == 0 ? 0 : 1)
  }

  private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
