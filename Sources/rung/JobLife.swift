import Processes
import Slurm

/// Whether a Slurm job is not over yet; `nil` where Slurm cannot be asked.
///
/// libslurm is called in a process of its own, since on some errors it ends the one it is in.
///
/// - Parameter job: The job's id; of a heterogeneous job its first component's.
/// - Returns: Whether it holds or may get resources.
func slurmJobLives(_ job: Int) -> Bool? {
  do {
    // The controller forgets a job some minutes after its end: one that it does not know is over.
    return try slurmRecords(of: job)?.contains { $0.state.isLive }
  } catch {
    return error == .builtWithout ? squeueKnows(job) : nil
  }
}

/// When a Slurm job started, in whole seconds since 1970.
///
/// - Parameter job: The job's id.
/// - Returns: `nil` where Slurm does not say, as some minutes after the job's end.
func slurmJobStart(_ job: Int) -> Double? {
  // Without libslurm there is no answer.
  (try? slurmRecords(of: job))?.first?.startTime.map(Double.init)
}

/// What Slurm says of a job; `nil` where it cannot be asked, nothing where it knows none.
private func slurmRecords(of job: Int) throws(SlurmError) -> [JobRecord]? {
  guard let id = UInt32(exactly: job) else { return [] }
  let query = SlurmQuery.jobs([JobID(rawValue: id)])
  // A question that cannot be asked leaves the answer open.
  guard
    let result = try? runCommand(["/proc/self/exe", "slurm-query"] + query.arguments)
  else { return nil }
  let output = String(decoding: result.output, as: UTF8.self)
  do {
    guard case .jobs(let known, _) = try parseSlurmAnswer(output, exitStatus: result.status) else {
      return nil
    }
    return known
  } catch {
    guard error == .builtWithout else { return nil }
    throw error
  }
}

/// The same by Slurm's own command, for a program that was built without libslurm.
private func squeueKnows(_ job: Int) -> Bool? {
  guard
    let result = try? runCommand(["squeue", "--noheader", "--jobs=\(job)", "--format=%i"])
  else { return nil }
  guard result.status == 0 else {
    return String(decoding: result.errors, as: UTF8.self).contains("Invalid job id") ? false : nil
  }
  return !result.output.isEmpty
}
