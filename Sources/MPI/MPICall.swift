import CMPI
import Synchronization

/// Grows by one when a call begins and when it returns: odd while one is under way.
let callCount = Atomic(0)

/// Calls the library once and turns a code other than `MPI_SUCCESS`, which is 0, into an error.
///
/// Takes no lock: MPI is started for one thread, and nothing that could call it is sendable.
func mpicall(_ function: String, _ body: () -> CInt) throws(MPIError) {
  callCount.wrappingAdd(1, ordering: .relaxed)
  let code = body()
  callCount.wrappingAdd(1, ordering: .relaxed)
  guard code == 0 else {
    throw MPIError(function: function, code: Int(code), cause: words(for: code))
  }
}

private func words(for code: CInt) -> String {
  unsafe text(capacity: cmpi_error_length) { start, length in
    unsafe MPI_Error_string(code, start, length)
  } ?? "a code that the library has no words for"
}

/// Lends a buffer to a function that fills it with text, and copies the text; nil if it fails.
func text(
  capacity: Int,
  _ fill: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CInt>) -> CInt
) -> String? {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity + 1) { buffer in
    var length: CInt = 0
    guard let start = buffer.baseAddress, unsafe fill(start, &length) == 0 else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: min(Int(length), capacity))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
