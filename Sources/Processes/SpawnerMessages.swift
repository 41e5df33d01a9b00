/// What an agent asks of its spawner.
public enum SpawnerRequest: Hashable, Sendable, Codable {
  /// Start a process group.
  case spawn(SpawnOrder)
  /// Send a signal to a whole process group.
  case signal(String, Int32)
}

/// A process to start.
public struct SpawnOrder: Hashable, Sendable, Codable {
  /// A name for it, by which it is spoken of later.
  public var id: String
  /// The path of the executable.
  public var executable: String
  /// Its arguments, the first of them the name it is called by.
  public var arguments: [String]
  /// Its whole environment, as `NAME=value`.
  public var environment: [String]
  /// Where it runs.
  public var directory: String
  /// The named pipe, with a reader, that takes its standard output and standard error.
  public var output: String
  /// A variable of its environment, as `NAME=value`, that no other process group has: by it
  /// descendants are told that left the group.
  public var mark: String
  /// The numbers of the CPUs that it is bound to, none of them negative; `nil` for those of the spawner.
  public var cpus: [Int]?

  /// An order of these parts.
  public init(
    id: String, executable: String, arguments: [String], environment: [String],
    directory: String, output: String, mark: String, cpus: [Int]? = nil
  ) {
    self.id = id
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.output = output
    self.mark = mark
    self.cpus = cpus
  }
}

/// What a spawner tells its agent.
public enum SpawnerReply: Hashable, Sendable, Codable {
  /// The process runs.
  case started(String, process: Int)
  /// It could not be started.
  case notStarted(String, reason: String)
  /// It ended by itself with this exit status; its group has been ended with it.
  case exited(String, status: Int)
  /// A signal ended it; its group has been ended with it.
  case signalled(String, signal: Int)
}
