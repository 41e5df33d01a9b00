public import StudyModel

/// The text of a job script that has `rung doctor` look at the nodes of a job.
///
/// The job asks for what a study's job with the same plan would ask for, and prepares the same
/// environment. It has two steps: one process a node that holds the GPUs, as an agent does whose trials
/// are processes, and one that holds none, as an agent does whose trials are job steps.
///
/// Equal arguments give equal bytes.
///
/// - Parameters:
///   - plan: One component of workers; its study's name is the job's.
///   - study: What stands in for a study: its trial says what slots get.
///   - site: The site that the plan is at.
///   - locations: Where the job finds `rung`, and the folder in which it leaves what it sees.
///   - version: The version of `rung` that writes the script, such as `0.1.0`.
/// - Returns: Lines that each end with a line feed.
/// - Throws: ``JobScriptError`` where a value cannot stand in a script.
public func examinationScript(
  for plan: Plan, study: Study, site: Site, locations: JobLocations, version: String
) throws(JobScriptError) -> String {
  let script = JobScript(
    plan: plan, study: study, site: site, locations: locations, version: version)
  return try script.examination().map { $0 + "\n" }.joined()
}

extension JobScript {
  fileprivate func examination() throws(JobScriptError) -> [String] {
    let site = try oneLine(site.name, "site")
    let version = try oneLine(version, "version")
    return try [
      "#!/bin/bash", "# Looks at nodes of site \(site). Written by rung \(version) doctor.",
    ]
      + directives() + [""] + preparation() + Self.forgetting + localStorage() + examine()
  }

  /// A step that hangs, in MPI for instance, leaves time to the next.
  private var minutesEach: Int64 { max(1, minutes / 2) }

  private func examine() throws(JobScriptError) -> [String] {
    guard let component = plan.components.first else { return [] }
    let program = shellQuoted(try absolutePath(locations.executable, "the executable"))
    let folder = shellQuoted(try absolutePath(locations.directory, "the folder"))
    let shape = """
      --nodes=\(component.nodes) --ntasks=\(component.nodes) --ntasks-per-node=1 \
      --cpus-per-task=\(component.cpus) --cpu-bind=none --kill-on-bad-exit=0 --time=\(minutesEach)
      """
    let survival = outlivesNodes ? " --no-kill" : ""
    let vendor = plan.vendor?.rawValue ?? "none"
    var lines = [
      "status=0",
      "srun --mpi=\(shellQuoted(try oneLine(site.mpi, "mpi"))) \(shape)\(survival) \\",
      "  \(program) examine \(folder) --gpu-vendor \(vendor) || status=$?",
    ]
    // Where GPUs are given out without '--gres', steps see them all, and no trial is one.
    if site.nestsSteps, component.gres != nil || plan.vendor == nil {
      lines += [
        "srun --mpi=none \(shape)\(survival) \\",
        "  --overlap --gres=none --mem=\(Self.ownMemoryMiB)M \\",
        "  \(program) examine \(folder) --gpu-vendor \(vendor) \\",
        "  --slots \(examinedSteps(component))\(try steps(component)) || status=$?",
      ]
    }
    return lines + ["exit \"$status\""]
  }

  /// As many steps as there are slots, below the site's bound with the step that starts them.
  private func examinedSteps(_ component: Plan.Component) -> Int {
    let most = site.maximumSteps.map { max(1, ($0 - 1) / component.nodes) } ?? .max
    return min(component.slotsPerNode, most)
  }
}
