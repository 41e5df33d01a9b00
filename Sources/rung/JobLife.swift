import Processes
import Slurm

/// Whether a Slurm job is not over yet; `nil` where Slurm cannot be asked.
///
/// libslurm is called in a process of its own, since on some errors it ends the one it is in.
///
/// - Parameter job: The job's id; of a heterogeneous job its first component's.
/// - Returns: Whether it holds or may get resources.
func slurmJobLives(_ job: Int) -> Bool? {
  guard let id = UInt32(exactly: job) else { return false }
  let query = SlurmQuery.jobs([JobID(rawValue: id)])
  // A question that cannot be asked leaves the answer open.
  guard
    let result = try? runCommand(["/proc/self/exe", "slurm-query"] + query.arguments)
  else { return nil }
  do {
    let output = String(decoding: result.output, as: UTF8.self)
    guard case .jobs(let known, _) = try parseSlurmAnswer(output, exitStatus: result.status) else {
      return nil
    }
    // The controller forgets a job some minutes after its end: one that it does not know is over.
    return known.contains { $0.state.isLive }
  } catch {
    return error == .builtWithout ? squeueKnows(job) : nil
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
