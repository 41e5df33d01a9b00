import Glibc

/// What a command printed, and how it ended.
public struct CommandResult: Hashable, Sendable {
  /// Its exit status; 128 plus the signal that ended it.
  public var status: Int
  /// Its standard output.
  public var output: [UInt8]
  /// Its standard error.
  public var errors: [UInt8]
}

/// Runs a command to its end and reads what it prints; the search path is used, a shell is not.
///
/// - Parameters:
///   - arguments: The program and its arguments; not empty.
///   - directory: Where it runs; `nil` for here.
/// - Returns: Its output and how it ended.
/// - Throws: ``SystemError`` where it cannot be started.
public func runCommand(
  _ arguments: [String], in directory: String? = nil
) throws(SystemError) -> CommandResult {
  // Not by chdir(): it would move the whole process, all its threads.
  let arguments = directory.map { ["env", "-C", $0] + arguments } ?? arguments
  return try RunningCommand(arguments).finish()
}

/// A command that runs beside its caller.
///
/// What it prints beyond some tens of kilobytes makes it wait until it is finished with.
public final class RunningCommand {
  private let process: pid_t
  private let output: Descriptor
  private let errors: Descriptor

  /// Starts a command; the search path is used, a shell is not.
  ///
  /// - Parameter arguments: The program and its arguments; not empty.
  /// - Throws: ``SystemError`` where it cannot be started.
  public init(_ arguments: [String]) throws(SystemError) {
    (process, output, errors) = try start(arguments)
  }

  /// Reads what it prints, to its end.
  ///
  /// - Returns: Its output and how it ended.
  /// - Throws: ``SystemError``.
  public func finish() throws(SystemError) -> CommandResult {
    try collect(process, output, errors)
  }
}

private func start(
  _ arguments: [String]
) throws(SystemError) -> (pid_t, Descriptor, Descriptor) {
  let (output, theirOutput) = try Descriptor.socketPair()
  let (errors, theirErrors) = try Descriptor.socketPair()
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  unsafe posix_spawn_file_actions_adddup2(&actions, theirOutput.number, 1)
  unsafe posix_spawn_file_actions_adddup2(&actions, theirErrors.number, 2)
  guard let executable = executablePath(arguments[0]) else {
    throw SystemError("execvp", arguments[0], code: ENOENT)
  }
  let process = try withExtendedLifetime((theirOutput, theirErrors)) { () throws(SystemError) in
    unsafe try spawnProcess(executable, arguments, currentEnvironment(), actions: &actions)
  }
  return (process, output, errors)
}

private func collect(
  _ process: pid_t, _ output: Descriptor, _ errors: Descriptor
) throws(SystemError) -> CommandResult {
  try output.setNonBlocking()
  try errors.setNonBlocking()
  var result = CommandResult(status: 0, output: [], errors: [])
  var status: Int32 = 0
  var hasEnded = false
  while true {
    var wasQuiet = true
    while let bytes = try output.read(atMost: 1 << 16), !bytes.isEmpty {
      result.output += bytes
      wasQuiet = false
    }
    while let bytes = try errors.read(atMost: 1 << 16), !bytes.isEmpty {
      result.errors += bytes
      wasQuiet = false
    }
    if hasEnded, wasQuiet { break }
    if !hasEnded { hasEnded = unsafe waitpid(process, &status, WNOHANG) != 0 }
    if !hasEnded { waitForAny([Interest(output), Interest(errors)], atMost: 0.01) }
  }
  result.status = Int(status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F)
  return result
}

/// Where a program is on this process's search path.
///
/// - Parameter name: A name, or a path, which is returned as it is.
/// - Returns: `nil` where it is not found.
public func executablePath(_ name: String) -> String? {
  if name.contains("/") { return isExecutable(name) ? name : nil }
  let entry = currentEnvironment().first { $0.hasPrefix("PATH=") }
  for folder in (entry?.dropFirst(5) ?? "/usr/bin:/bin").split(separator: ":") {
    if isExecutable("\(folder)/\(name)") { return "\(folder)/\(name)" }
  }
  return nil
}
