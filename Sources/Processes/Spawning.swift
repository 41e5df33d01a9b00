import Glibc

/// Starts a process with default signal handling.
///
/// - Parameters:
///   - executable: A path; the search path is not used.
///   - arguments: The first of them is the name it is called by.
///   - environment: As `NAME=value`.
///   - actions: What becomes of its descriptors.
///   - flags: Further flags of posix_spawn(3).
///   - blocked: The signals that it begins with blocked.
/// - Returns: Its process id.
/// - Throws: ``SystemError``.
func spawnProcess(
  _ executable: String, _ arguments: [String], _ environment: [String],
  actions: inout posix_spawn_file_actions_t, flags: Int32 = 0, blocked: [Int32] = []
) throws(SystemError) -> pid_t {
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  unsafe sigemptyset(&signals)
  for signal in blocked { unsafe sigaddset(&signals, signal) }
  unsafe posix_spawnattr_setsigmask(&attributes, &signals)
  unsafe sigfillset(&signals)
  unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
  let all = flags | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
  unsafe posix_spawnattr_setflags(&attributes, Int16(all))
  var process: pid_t = 0
  let code = unsafe withCStrings(arguments) { arguments in
    unsafe withCStrings(environment) { environment in
      unsafe posix_spawn(&process, executable, &actions, &attributes, arguments, environment)
    }
  }
  guard code == 0 else { throw SystemError("posix_spawn", executable, code: code) }
  return process
}

/// Becomes another program, with default signal handling.
///
/// - Parameters:
///   - executable: A path; the search path is not used.
///   - arguments: The first of them is the name it is called by.
///   - environment: As `NAME=value`.
/// - Returns: Why it could not; otherwise not at all.
public func becomeProgram(
  _ executable: String, _ arguments: [String], _ environment: [String]
) -> SystemError {
  for number in 1..<NSIG { signal(number, SIG_DFL) }
  var none = sigset_t()
  unsafe sigemptyset(&none)
  unsafe sigprocmask(SIG_SETMASK, &none, nil)
  unsafe withCStrings(arguments) { arguments in
    unsafe withCStrings(environment) { environment in
      _ = unsafe execve(executable, arguments, environment)
    }
  }
  return .last("execve", executable)
}

/// Lends a null-ended array of C strings.
private func withCStrings<Result>(
  _ strings: [String],
  _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
    // An array with at least one element has a base address.
    guard let base = buffer.baseAddress else { preconditionFailure("an empty argument list") }
    return unsafe body(base)
  }
}

/// A process of Rung's own, such as the spawner, with a channel to it.
public final class Companion {
  /// The channel to it.
  public let channel: LineChannel
  /// Its process id.
  public let process: Int32
  private var isReaped = false

  /// The path under which the kernel has the program that asks. Source: proc(5), `/proc/pid/exe`.
  public static let thisProgram = "/proc/self/exe"

  /// Starts a program of Rung's own.
  ///
  /// The companion finds its end of the channel as descriptor 3.
  ///
  /// - Parameters:
  ///   - program: Its path; by default this very program is started again.
  ///   - arguments: Those after the name.
  /// - Throws: ``SystemError``.
  public init(
    program: String = Companion.thisProgram, arguments: [String]
  ) throws(SystemError) {
    let (ours, theirs) = try Descriptor.socketPair()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, theirs.number, Self.descriptor)
    process = try withExtendedLifetime(theirs) { () throws(SystemError) in
      // From its first instruction on: a Ctrl-C must not end it before it has looked to that itself.
      unsafe try spawnProcess(
        program, ["rung"] + arguments, currentEnvironment(), actions: &actions,
        blocked: endingSignals)
    }
    channel = try LineChannel(ours)
  }

  /// The number under which a companion finds its end of the channel.
  public static let descriptor: Int32 = 3

  /// Whether it has ended, which it should not before its channel is closed.
  public func hasEnded() -> Bool {
    if !isReaped { isReaped = waitpid(process, nil, WNOHANG) == process }
    return isReaped
  }

  /// Closes the channel's writing side and waits for the companion's end.
  ///
  /// - Parameter seconds: How long to wait before it is killed.
  public func end(within seconds: Double) {
    shutdown(channel.descriptor.number, Int32(SHUT_WR))
    let deadline = monotonicSeconds() + seconds
    while !hasEnded(), monotonicSeconds() < deadline {
      waitForAny([], atMost: 0.002)
    }
    if !hasEnded() {
      kill(process, SIGKILL)
      isReaped = waitpid(process, nil, 0) == process
    }
  }
}

/// This process's environment, as `NAME=value`.
public func currentEnvironment() -> [String] {
  var entries: [String] = []
  var next = unsafe environ
  while let entry = unsafe next.pointee {
    unsafe entries.append(String(cString: entry))
    unsafe next += 1
  }
  return entries
}

/// When a process started, in clock ticks since boot: with its id, its identity.
///
/// Source: proc(5), `/proc/pid/stat`, fields 3 and 22.
///
/// - Parameter process: The process; this one by default.
/// - Returns: `nil` where there is no such process, or only what its parent has yet to reap.
public func processStart(_ process: Int? = nil) -> Int? {
  // A process that is not there has no file.
  guard let status = try? readFile("/proc/\(process.map { String($0) } ?? "self")/stat"),
    let end = status.lastIndex(of: UInt8(ascii: ")"))
  else { return nil }
  let fields = status[(end + 1)...].split(separator: UInt8(ascii: " "))
  guard fields.count > 19, fields[0].first != UInt8(ascii: "Z") else { return nil }
  return Int(String(decoding: fields[19], as: UTF8.self))
}
