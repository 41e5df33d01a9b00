internal import CProcesses
import Glibc

/// The terminal that a process writes to, in the mode in which keys come one by one.
///
/// Source: termios(3), tty_ioctl(4).
public struct Terminal: ~Copyable {
  private var former = termios()
  private let input: Int32

  /// The size of a terminal in characters; `nil` where a descriptor is of none.
  public static func size(of descriptor: Int32 = 1) -> (columns: Int, rows: Int)? {
    var (columns, rows): (Int32, Int32) = (0, 0)
    guard unsafe cprocesses_terminal_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0
    else { return nil }
    return (Int(columns), Int(rows))
  }

  /// Has keys come as they are pressed, without their being shown; `nil` where standard input is no
  /// terminal.
  public init?() {
    input = 0
    guard isatty(input) == 1, unsafe tcgetattr(input, &former) == 0 else { return nil }
    var mode = former
    mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
    // Reading does not wait for a key.
    (mode.c_cc.5, mode.c_cc.6) = (0, 0)
    unsafe tcsetattr(input, TCSANOW, &mode)
  }

  deinit {
    var mode = former
    unsafe tcsetattr(input, TCSANOW, &mode)
  }
}
