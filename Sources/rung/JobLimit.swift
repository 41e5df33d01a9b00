import FoundationEssentials
import Processes
import Slurm

/// How much of this job's time is left, in seconds; `nil` outside of a job, for a job without a
/// limit, and where nobody knows.
///
/// Slurm is asked first (slurm_get_rem_time(3)); then `SLURM_JOB_END_TIME`, which newer releases set,
/// and `RUNG_JOB_END`, which the job script sets from the plan, both in seconds since 1970.
func jobSecondsLeft() -> Double? {
  guard let job = environment("SLURM_JOB_ID").flatMap({ JobID($0) }) else { return nil }
  if let seconds = askSlurm(job) { return seconds }
  let end = ["SLURM_JOB_END_TIME", "RUNG_JOB_END"].compactMap { environment($0) }
    .compactMap { Double($0) }.first
  return end.map { max(0, $0 - wallSeconds()) }
}

/// How much of this job's time is left, in seconds, as Slurm says; `nil` where it does not.
func jobSecondsBySlurm() -> Double? {
  environment("SLURM_JOB_ID").flatMap { JobID($0) }.flatMap { askSlurm($0) }
}

private func askSlurm(_ job: JobID) -> Double? {
  // A question that cannot be asked leaves it to the environment.
  guard
    let result = try? Processes.runCommand(
      ["/proc/self/exe", "slurm-query"] + SlurmQuery.remaining(job).arguments),
    let answer = try? parseSlurmAnswer(
      String(decoding: result.output, as: UTF8.self), exitStatus: result.status),
    case .remaining(let seconds?, _) = answer
  else { return nil }
  return Double(seconds)
}
