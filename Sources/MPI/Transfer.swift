import CMPI

/// One send or receive under way, with the memory that MPI reads or fills meanwhile.
@safe final class Transfer {
  private let buffer: UnsafeMutableRawBufferPointer
  private var request = cmpi_request()
  private(set) var isFinished = false

  /// Starts to send a copy of `bytes`.
  ///
  /// Source: MPI 3.1, section 3.7.2, MPI_Isend.
  init(sending bytes: [UInt8], to peer: Int, tag: CInt) throws(MPIError) {
    let count = try checkedCount(bytes.count)
    unsafe buffer = .allocate(byteCount: bytes.count, alignment: 16)
    unsafe buffer.copyBytes(from: bytes)
    try mpicall("MPI_Isend") {
      unsafe cmpi_isend(buffer.baseAddress, count, CInt(peer), tag, &request)
    }
  }

  /// Starts to receive a message that was matched.
  ///
  /// Source: MPI 3.1, section 3.8.3, MPI_Imrecv.
  init(receiving message: inout cmpi_message, count: CInt) throws(MPIError) {
    unsafe buffer = .allocate(byteCount: Int(count), alignment: 16)
    try mpicall("MPI_Imrecv") {
      unsafe cmpi_imrecv(buffer.baseAddress, count, &message, &request)
    }
  }

  /// Says whether MPI is done with the memory, and never waits.
  func test() throws(MPIError) -> Bool {
    guard !isFinished else { return true }
    var flag: CInt = 0
    try mpicall("MPI_Test") { unsafe cmpi_test(&request, &flag) }
    isFinished = flag != 0
    return isFinished
  }

  /// A copy of the content.
  func bytes() -> [UInt8] { unsafe [UInt8](buffer) }

  deinit {
    // While MPI may still use the memory it must stay, also when the peer is dead: a send cannot
    // be cancelled (Open MPI 4.1 reports success and never completes it), and freeing the request
    // does not tell when the memory is free. What is left over is lent for good.
    if isFinished { unsafe buffer.deallocate() }
  }
}

/// MPI counts in `int`; the counts of 64 bits came with MPI 4.0.
private func checkedCount(_ count: Int) throws(MPIError) -> CInt {
  guard let fitting = CInt(exactly: count) else {
    throw MPIError(
      function: "MPI_Isend", code: 0,
      cause: "a message of \(count) bytes is over the limit of \(CInt.max); send it in pieces")
  }
  return fitting
}
