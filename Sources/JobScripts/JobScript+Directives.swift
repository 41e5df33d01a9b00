import StudyModel

// The `#SBATCH` lines. Sources: sbatch(1); Slurm's page "Heterogeneous Job Support".
extension JobScript {
  func directives() throws(JobScriptError) -> [String] {
    var lines = try jobDirectives()
    for (index, component) in plan.components.enumerated() {
      if index > 0 { lines.append("#SBATCH hetjob") }
      lines += try componentDirectives(component)
    }
    return lines
  }

  /// What the job has as a whole; in a heterogeneous job it stands with the first component, which
  /// runs the script.
  private func jobDirectives() throws(JobScriptError) -> [String] {
    let directory = try absolutePath(locations.directory, "the study's directory")
    guard !directory.utf8.contains(UInt8(ascii: "\\")) else {
      throw .backslash(field: "the study's directory", path: directory)
    }
    var lines = [
      directive("chdir", try absolutePath(locations.studyFolder, "the study file's folder")),
      // In a heterogeneous job `%j` is the id of its first component, by which users know it.
      directive("output", "\(outputPattern(directory))/jobs/%j.out"),
      // A job that is queued again goes on in the same file.
      directive("open-mode", "append"),
    ]
    // The agents find what an earlier run left and go on from there.
    if site.requeuesJobs { lines.append("#SBATCH --requeue") }
    if outlivesNodes { lines.append("#SBATCH --no-kill") }
    if let mail = study.slurm.mail ?? site.slurm.mail {
      lines.append(directive("mail-user", try oneLine(mail, "slurm.mail")))
      lines.append(directive("mail-type", "END,FAIL"))
    }
    return lines
  }

  /// What each component states for itself: sbatch hands on some options to later components and
  /// not others, so all are written out.
  private func componentDirectives(_ component: Plan.Component) throws(JobScriptError) -> [String] {
    var lines = [directive("job-name", try oneLine(plan.study, "name"))]
    if let account = study.slurm.account ?? site.slurm.account {
      lines.append(directive("account", try oneLine(account, "slurm.account")))
    }
    lines.append(directive("partition", try oneLine(component.partition, "slurm.partition")))
    if let qos = study.slurm.qos ?? site.slurm.qos {
      lines.append(directive("qos", try oneLine(qos, "slurm.qos")))
    }
    // A constraint picks among the workers' nodes; the coordinator's may not know the feature, nor those
    // without GPUs.
    if component.role == .workers, component.sizes?.needsGPUs ?? true,
      let constraint = study.slurm.constraint ?? site.slurm.constraint
    {
      lines.append(directive("constraint", try oneLine(constraint, "slurm.constraint")))
    }
    lines += [
      directive("nodes", String(component.nodes)),
      directive("ntasks-per-node", "1"),
      directive("cpus-per-task", String(component.cpus)),
    ]
    if let memory = component.memoryMiB { lines.append(directive("mem", "\(memory)M")) }
    if let gres = component.gres { lines.append(directive("gres", try oneLine(gres, "gres"))) }
    lines.append(directive("time", slurmTime(plan.time)))
    return lines
  }

  private func directive(_ option: String, _ value: String) -> String {
    "#SBATCH --\(option)=\(sbatchQuoted(value))"
  }
}
