internal import CMPI

/// The world of all ranks.
///
/// Neither copyable nor sendable: it is lent by ``withMPI(reportingTo:_:)``, so it can neither
/// outlive MPI nor reach a second thread (`MPI_THREAD_FUNNELED`).
public struct Communicator: ~Copyable {
  /// This process's place, from 0.
  public let rank: Int
  /// How many ranks there are; at least 1.
  public let size: Int

  init() throws(MPIError) {
    var rank: CInt = 0
    var size: CInt = 0
    try mpicall("MPI_Comm_rank") { unsafe cmpi_rank(&rank) }
    try mpicall("MPI_Comm_size") { unsafe cmpi_size(&size) }
    self.rank = Int(rank)
    self.size = Int(size)
  }
}

/// A nonblocking operation and the buffer it works on, which stays in place until it is done.
///
/// Safe to use: the memory it points to is its own until it is released, and only it frees it.
@safe final class Operation {
  private let request: UnsafeMutablePointer<cmpi_request>
  private let buffer: UnsafeMutableRawBufferPointer
  private var isDone = false

  /// Begins an operation on a buffer of `count` bytes.
  init(
    _ function: String, count: Int, filledWith bytes: [UInt8]? = nil,
    _ begin: (UnsafeMutableRawPointer?, UnsafeMutablePointer<cmpi_request>) -> CInt
  ) throws(MPIError) {
    guard let request = unsafe cmpi_new_request() else {
      throw MPIError(function: "calloc", code: 0, cause: "no memory is left")
    }
    unsafe self.request = request
    // At least one byte, so that an empty message has an address too.
    unsafe buffer = .allocate(byteCount: max(count, 1), alignment: 16)
    if let bytes { unsafe buffer.copyBytes(from: bytes) }
    let base = unsafe buffer.baseAddress
    try mpicall(function) { unsafe begin(base, request) }
  }

  /// The buffer's first `count` bytes.
  func bytes(_ count: Int) -> [UInt8] { unsafe Array(buffer.prefix(count)) }

  /// Whether the operation is done; asks MPI without waiting.
  func poll() throws(MPIError) -> Bool {
    guard !isDone else { return true }
    var done: CInt = 0
    try mpicall("MPI_Test") { unsafe cmpi_test(request, &done) }
    isDone = done != 0
    return isDone
  }

  deinit {
    // MPI may still read or write an unfinished operation's buffer: it is left to it.
    guard isDone else {
      _ = unsafe cmpi_forget(request)
      return
    }
    unsafe buffer.deallocate()
    unsafe free(request)
  }
}
