internal import CProcesses
import Glibc

/// Owns one file descriptor and closes it once.
///
/// A class, since sockets and pipes live in tables that change while they are walked; used on one
/// thread only, which its not being `Sendable` makes sure of.
public final class Descriptor {
  /// The descriptor's number, valid as long as this object lives.
  public let number: Int32
  /// What errors call it: its path, where it has one.
  private let name: String

  /// Takes ownership of an open descriptor.
  public init(owning number: Int32) {
    self.number = number
    name = "descriptor \(number)"
  }

  deinit { close(number) }

  /// Opens a file, closed on exec.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - flags: As for open(2); `O_CLOEXEC` is added.
  ///   - mode: The permissions of a file that is created.
  /// - Throws: ``SystemError``.
  public init(
    opening path: String, flags: Int32, mode: UInt32 = 0o600
  ) throws(SystemError) {
    let number = unsafe cprocesses_open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw .last("open", path) }
    self.number = number
    name = path
  }

  /// An error of a call on this descriptor.
  func failure(_ function: String) -> SystemError { .last(function, name) }

  /// Reads what is there, at most `limit` bytes.
  ///
  /// - Parameter limit: At least 1.
  /// - Returns: Empty at the end of the file; `nil` where nothing is there yet.
  /// - Throws: ``SystemError``.
  public func read(atMost limit: Int) throws(SystemError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = unsafe Glibc.read(number, &bytes, limit)
    guard count >= 0 else {
      if errno == EAGAIN || errno == EINTR { return nil }
      throw failure("read")
    }
    bytes.removeLast(limit - count)
    return bytes
  }

  /// Writes as much as fits.
  ///
  /// - Parameter bytes: What to write.
  /// - Returns: How many bytes were taken, from 0.
  /// - Throws: ``SystemError``.
  public func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.write(number, $0.baseAddress, $0.count)
    }
    guard count >= 0 else {
      if errno == EAGAIN || errno == EINTR { return 0 }
      throw failure("write")
    }
    return count
  }

  /// A connected pair of stream sockets, closed on exec.
  ///
  /// - Returns: Two ends, neither non-blocking.
  /// - Throws: ``SystemError``.
  public static func socketPair() throws(SystemError) -> (Descriptor, Descriptor) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .last("socketpair", "") }
    return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
  }

  /// Makes reads and writes wait, as those of a descriptor do unless it was told otherwise.
  ///
  /// - Throws: ``SystemError``.
  public func setBlocking() throws(SystemError) {
    guard cprocesses_set_blocking(number, 1) == 0 else { throw failure("fcntl") }
  }

  /// Makes reads and writes return at once.
  ///
  /// - Throws: ``SystemError``.
  public func setNonBlocking() throws(SystemError) {
    guard cprocesses_set_blocking(number, 0) == 0 else { throw failure("fcntl") }
  }
}
