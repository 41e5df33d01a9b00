internal import CMPI

/// Calls MPI once and turns an error code into an error.
func mpicall(_ function: String, _ body: () -> CInt) throws(MPIError) {
  let code = body()
  guard code != MPI_SUCCESS else { return }
  var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
  var length: CInt = 0
  // An error without a text is told by its number.
  _ = unsafe MPI_Error_string(code, &text, &length)
  throw MPIError(
    function: function, code: Int(code),
    cause: String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
}

/// Starts MPI, lends the world to `body`, and ends MPI.
///
/// Source: MPI 3.1, sections 8.7 and 12.4.3. An error that leaves `body` ends the whole job, since
/// a rank that ends alone leaves the rest waiting until the time limit.
///
/// - Parameters:
///   - report: Told of the error before the job is ended; returns the job's exit status.
///   - body: Written as `{ (world: borrowing Communicator) in ... }`.
/// - Returns: What `body` returns.
/// - Throws: ``MPIError`` where MPI cannot be started or ended.
public func withMPI<Result>(
  reportingTo report: (any Error) -> Int32, _ body: (borrowing Communicator) throws -> Result
) throws(MPIError) -> Result {
  try mpicall("MPI_Init_thread") { cmpi_init() }
  let world = try Communicator()
  let result: Result
  do { result = try body(world) } catch {
    _ = cmpi_abort(report(error))
    preconditionFailure("MPI_Abort returned")
  }
  try mpicall("MPI_Finalize") { MPI_Finalize() }
  return result
}
