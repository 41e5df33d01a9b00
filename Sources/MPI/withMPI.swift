import CMPI
import Glibc
import Synchronization

/// Starts MPI, lends all its processes to `body`, and ends MPI.
///
/// Call it once in a process, on the main thread, and only that thread may use MPI. Write the
/// closure as `{ (world: borrowing Communicator) in ... }`: without the word a wrong capture
/// crashes the 6.3.1 compiler.
///
/// An error that leaves `body` is reported and ends all processes by `MPI_Abort`, since one that
/// ends alone leaves the others waiting. When `body` returns, this process waits until what it
/// sent is out and all others return too, at most `patience`; then it reports who may be missing
/// and ends with status 1, upon which `mpirun` ends the others, and `srun` with `--wait` or
/// `--kill-on-bad-exit`.
///
/// - Parameters:
///   - limit: How many messages to one peer may be unfinished, 1 or more.
///   - patience: How long the end may take.
///   - callPatience: How long a call may take, of which none should wait, before this process ends
///     with status 71.
///   - report: Where a fatal error goes; standard error by default.
///   - exitStatus: The job's exit status, 1 to 255, after an error that left `body`.
///   - body: What to do.
/// - Returns: What `body` returned.
/// - Throws: `MPIError` if MPI cannot be started; errors of `body` do not come through.
///
/// Source: MPI 3.1, sections 12.4.3 (MPI_Init_thread), 8.3 (error handlers), 8.7 (MPI_Finalize).
@discardableResult
public func withMPI<Result>(
  unfinishedPerPeer limit: Int = 64,
  patience: Duration = .seconds(10),
  callPatience: Duration = .seconds(60),
  reportingTo report: (String) -> Void = writeToStandardError,
  exitStatus: (any Error) -> Int = { _ in 70 },
  _ body: (borrowing Communicator) throws -> Result
) throws(MPIError) -> Result {
  precondition(limit > 0)
  var provided: CInt = 0
  try mpicall("MPI_Init_thread") { unsafe cmpi_start(&provided) }
  try mpicall("MPI_Comm_set_errhandler") { cmpi_return_errors() }
  guard provided >= cmpi_thread_funneled() else {
    throw MPIError(
      function: "MPI_Init_thread", code: 0, cause: "this MPI does not support threads at all")
  }
  guardCalls(within: callPatience, code: 71)
  let failure: any Error
  do {
    let world = try Communicator(unfinishedPerPeer: limit)
    do {
      let result = try body(world)
      try leave(world, within: patience)
      return result
    } catch {
      report("rank \(world.rank) of \(world.size) on \(world.processorName): \(error)")
      failure = error
    }
  }
  endAll(code: exitStatus(failure))
}

/// Writes a line to standard error.
public func writeToStandardError(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
}

/// Seconds that `MPI_Abort` may take: where the process manager does not answer, it waits for good.
private let abortPatience = Duration.seconds(10)

/// Ends all processes of the job.
func endAll(code: Int) -> Never {
  fflush(nil)
  isLeaving.store(true, ordering: .releasing)
  guardEnd(
    text: "MPI_Abort did not return within \(abortPatience); ending without it",
    within: abortPatience, code: CInt(truncatingIfNeeded: code))
  // Does not return, and if it should, what it returned is of no use any more.
  _ = cmpi_abort(CInt(truncatingIfNeeded: code))
  _exit(CInt(truncatingIfNeeded: code))
}

private func leave(
  _ world: borrowing Communicator, within patience: Duration
) throws(MPIError) {
  fflush(nil)
  isLeaving.store(true, ordering: .releasing)
  guardEnd(
    text:
      "rank \(world.rank): not all processes came to their end within \(patience); ending without",
    within: patience, code: 1)
  while world.unfinishedSends > 0 {
    // What comes in now, nobody waits for; but a peer may need it taken to finish its own sends.
    _ = try world.poll()
    usleep(100)
  }
  try mpicall("MPI_Finalize") { MPI_Finalize() }
  isOver.store(true, ordering: .releasing)
}
