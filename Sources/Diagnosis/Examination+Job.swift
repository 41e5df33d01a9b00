import StudyModel

// What jobs may do, by what Slurm says and what a job has shown.
extension Examination {
  func mpiFinding(_ site: Site, _ slurm: SlurmFacts) -> Finding {
    guard !slurm.mpiKinds.isEmpty else {
      return Finding("srun --mpi", .notChecked, "'srun --mpi=list' said nothing")
    }
    guard slurm.mpiKinds.contains(site.mpi) else {
      return Finding(
        "srun --mpi", .wrong, "no '\(site.mpi)'",
        problem:
          "srun does not start this kind of MPI; write the one of the MPI that Rung was built "
          + "with, as 'srun --mpi=list' names it",
        key: "mpi")
    }
    return Finding("srun --mpi", .well, site.mpi)
  }

  func graceFinding(_ site: Site, _ slurm: SlurmFacts) -> Finding {
    guard let wait = slurm.killWait else {
      return Finding("grace", .notChecked, "Slurm does not say its KillWait")
    }
    let said = site.grace.components.seconds
    guard said > wait else {
      return Finding("grace", .well, "\(wait) s from SIGTERM to SIGKILL")
    }
    return Finding(
      "grace", .wrong, "\(wait) s from SIGTERM to SIGKILL",
      problem: "the site file says \(said) s, and processes would be killed before they have ended "
        + "their trials; write 'grace: \(wait)s'",
      key: "grace")
  }

  func requeueFinding(_ site: Site, _ slurm: SlurmFacts) -> Finding {
    guard site.requeuesJobs else {
      return Finding("requeue", .well, "not used, as the site file says")
    }
    guard let isRequeued = job?.isRequeued else {
      return Finding("requeue", .notChecked, "no job could be asked about")
    }
    guard !isRequeued else { return Finding("requeue", .well, "jobs may be queued again") }
    return Finding(
      "requeue", .wrong, "jobs are not queued again",
      problem: "Slurm took '--requeue' away; write 'capabilities: {requeue: false}'",
      key: "capabilities.requeue")
  }

  func hetjobFinding(_ site: Site, _ slurm: SlurmFacts) -> Finding {
    guard site.allowsHeterogeneousJobs, site.coordinatorPartition != nil else {
      return Finding("hetjobs", .well, "not used, as the site file says")
    }
    guard slurm.isHetjobAsked else {
      return Finding("hetjobs", .notChecked, "Slurm was not asked: a partition is missing")
    }
    guard let refusal = slurm.hetjobRefusal else {
      return Finding("hetjobs", .well, "'sbatch --test-only' takes one")
    }
    return Finding(
      "hetjobs", .wrong, "refused: \(refusal)",
      problem: "Slurm takes no heterogeneous job over '\(site.coordinatorPartition ?? "")' and "
        + "'\(site.workerPartition)'; mend the partitions, or write 'capabilities: {hetjobs: false}'",
      key: "capabilities.hetjobs")
  }

  /// The job of the examination, and what of it shows what jobs may do.
  var jobFindings: [Finding] {
    if let jobRefusal {
      return [
        Finding(
          "job", .wrong, "refused: \(jobRefusal)",
          problem:
            "Slurm does not take the job that the site file describes; see what is wrong above, "
            + "and whether 'account' and 'qos' are right",
          key: "slurm")
      ]
    }
    guard let job else {
      return [Finding("job", .notChecked, jobCause ?? "no job was wanted")]
    }
    let names = nodes.map(\.node)
    guard nodes.count == job.nodes else {
      let seen = names.isEmpty ? "none" : names.joined(separator: ", ")
      return [
        Finding(
          "job", .wrong, "job \(job.id): word from \(nodes.count) of \(counted(job.nodes, "node"))",
          problem:
            "it heard of \(seen); do the nodes see this folder and this program? The job said: "
            + (job.printed.isEmpty ? "nothing" : job.printed))
      ]
    }
    var findings = [Finding("job", on: names, .well, "job \(job.id) ran")]
    guard let site else { return findings }
    if site.outlivesNodes {
      findings.append(Finding("no-kill", .well, "Slurm takes '--no-kill'"))
    }
    findings.append(sbatchFinding(site))
    return findings
  }

  private func sbatchFinding(_ site: Site) -> Finding {
    guard let first = nodes.first, let refusal = first.sbatchRefusal else {
      return Finding("sbatch in jobs", .notChecked, "rank 0 has not said")
    }
    switch (refusal.isEmpty, site.submitsFromJobs) {
    case (true, true):
      return Finding("sbatch in jobs", on: [first.node], .well, "jobs can submit the next one")
    case (false, false):
      return Finding("sbatch in jobs", on: [first.node], .well, "not used, as the site file says")
    case (true, false):
      return Finding(
        "sbatch in jobs", on: [first.node], .hint, "jobs can submit the next one",
        problem: "the site file rules it out; write 'sbatch: true' if the site allows it",
        key: "capabilities.sbatch")
    case (false, true):
      return Finding(
        "sbatch in jobs", on: [first.node], .wrong, "refused: \(refusal)",
        problem: "jobs cannot submit the next of a chain; write 'capabilities: {sbatch: false}'",
        key: "capabilities.sbatch")
    }
  }
}
