internal import CProcesses
import Glibc

/// Accepts connections at a Unix-domain socket from processes of the same user.
public final class SocketListener {
  /// Readable when somebody connects.
  public let descriptor: Descriptor
  /// Where it listens.
  public let path: String

  /// The longest path that a socket can have, in bytes: `sun_path` of unix(7) less its end mark.
  public static let pathLimit = 107

  /// Listens at `path`.
  ///
  /// - Parameter path: In a folder that is the user's alone; at most ``pathLimit`` bytes.
  /// - Throws: ``SystemError``.
  public init(path: String) throws(SystemError) {
    let number = unsafe cprocesses_listen(path, 1024)
    guard number >= 0 else { throw .last("bind", path) }
    descriptor = Descriptor(owning: number)
    self.path = path
  }

  /// The next connection of a process of this user; others are closed without a word.
  ///
  /// - Returns: `nil` when nobody waits.
  public func accept() -> Descriptor? {
    while true {
      let number = cprocesses_accept(descriptor.number)
      guard number >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return nil
      }
      let connection = Descriptor(owning: number)
      if cprocesses_peer_user(number) == Int64(getuid()) { return connection }
    }
  }
}
