import CHDF5
import Synchronization

/// Serialises every call: Debian's and most sites' library is built without thread safety.
///
/// The library's own clean-up at the end of the process is switched off before its first call: of a
/// file whose last write failed, on a full disk for instance, it ends the process by a signal (seen
/// with 1.10.8). What is to be kept is closed by then.
private let library = Mutex(H5dont_atexit())

/// Owns one open HDF5 identifier of any kind and releases it exactly once.
struct H5Handle: ~Copyable {
  let id: hid_t

  /// Runs `open` and takes ownership of the identifier it returns.
  init(
    _ function: String, on subject: String, _ open: () -> hid_t,
    explaining explain: (H5Error) -> H5Error = { $0 }
  ) throws(H5Error) {
    do {
      id = try h5call(function, on: subject, open)
    } catch {
      throw explain(error)
    }
  }

  /// Releases the identifier and reports a failure, such as a full disk on the last flush.
  consuming func close(on subject: String) throws(H5Error) {
    let id = id
    discard self
    _ = try h5call("H5Idec_ref", on: subject) { H5Idec_ref(id) }
  }

  deinit {
    // Cannot throw; a caller who needs to know of a failure calls `close()`.
    _ = try? h5call("H5Idec_ref", on: "") { H5Idec_ref(id) }
  }
}

/// Calls the library once, under its lock, and turns a negative result into an error.
@discardableResult
func h5call<Code: SignedInteger>(
  _ function: String, on subject: String, _ body: () -> Code
) throws(H5Error) -> Code {
  let (code, cause) = library.withLock { _ in
    chdf5_silence()
    let code = body()
    return (code, code < 0 ? takeRootCause() : "")
  }
  guard code >= 0 else { throw H5Error(function, on: subject, cause: cause) }
  return code
}

/// Reads the library's identifiers and constants, which it makes on first use, under its lock.
func h5constant<Value>(_ body: () -> Value) -> Value {
  library.withLock { _ in body() }
}

private func takeRootCause() -> String {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { text in
    guard let start = text.baseAddress else { return "" }
    unsafe chdf5_root_cause(start, text.count)
    let cause = unsafe String(cString: start)
    return cause.isEmpty ? "the library gave no reason" : cause
  }
}
