import Processes

/// Has Slurm queue this job again where the node of its script is dead, or end it where it may not
/// be: the next job of a chain waits for its end.
///
/// Slurm, which was told not to end a plain job that loses a node (sbatch(1), `--no-kill`), leaves it
/// running without its script where it is that one's node. The script writes a sign of life every
/// five seconds into `RUNG_LIFE_FILE`; as long as that changes the script is there, and starts the
/// step again itself. In a heterogeneous job there is no such file: Slurm ends it.
func queueAgainIfAbandoned() {
  guard let path = environment("RUNG_LIFE_FILE"), let job = environment("SLURM_JOB_ID") else {
    return
  }
  func sign() -> [UInt8]? { try? readFile(path) }
  let before = sign()
  let deadline = monotonicSeconds() + 15
  while monotonicSeconds() < deadline {
    waitForAny([], atMost: 1)
    // No file: the script has come to its end.
    guard let now = sign(), now == before else { return }
  }
  if let facts = JobFacts(job), !facts.mayBeQueuedAgain {
    note("rung: the node of the job script is dead; job \(job) may not be queued again, and ends")
    _ = try? Processes.runCommand(["scancel", job])
    return
  }
  waitUntilSlurmKnows(job)
  note("rung: the node of the job script is dead; job \(job) is queued again")
  // Every agent asks, which is no error; of all but the first Slurm says that the job is not running any more.
  _ = try? Processes.runCommand(["scontrol", "requeue", job])
}

/// Waits until Slurm has taken the dead node out of the job, or for 20 minutes.
///
/// Of a job that is queued again before, Slurm 22.05.8 does not give back the GPUs, of any node: the job itself
/// starts without them ("Invalid generic resource (gres) specification" by srun), and no other got them. Nor
/// would it start again earlier, since it is not over where the dead node is thought to be alive.
private func waitUntilSlurmKnows(_ job: String) {
  let deadline = monotonicSeconds() + 1200
  var hasSaid = false
  while monotonicSeconds() < deadline {
    // Where Slurm cannot be asked, nothing is known.
    if let facts = JobFacts(job), !facts.hasTheScriptsNode { return }
    if !hasSaid {
      note("rung: the node of the job script is dead; waiting until Slurm knows it")
      hasSaid = true
    }
    waitForAny([], atMost: 5)
  }
}
