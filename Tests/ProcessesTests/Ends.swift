import Glibc
import Processes

/// Ends what a socket sends: the other side reads to the end.
func endWriting(_ socket: Descriptor) throws {
  guard shutdown(socket.number, Int32(SHUT_WR)) == 0 else { throw SystemError.last("shutdown", "") }
}

/// Ends a connection both ways: the other side's writes fail.
func endBoth(_ socket: Descriptor) throws {
  guard shutdown(socket.number, Int32(SHUT_RDWR)) == 0 else {
    throw SystemError.last("shutdown", "")
  }
}
