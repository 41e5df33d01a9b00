internal import CProcesses

/// A TCP port of this host on which nobody listens now: nothing keeps it free.
///
/// - Returns: From 1 to 65,535.
/// - Throws: ``SystemError``.
public func freePort() throws(SystemError) -> Int {
  let port = cprocesses_free_port()
  guard port > 0 else { throw .last("bind", "a free port") }
  return Int(port)
}
