internal import CProcesses
import Glibc

/// Starts trials, and ends them all when its agent is gone.
///
/// A process of its own, started before MPI is, so that no trial is forked from a process with
/// registered network memory, and so that the death of an agent by any signal leaves no trial
/// behind. It is the parent of every orphan among its descendants (prctl(2),
/// `PR_SET_CHILD_SUBREAPER`), so that a trial's children which left its process group are found
/// too.
public struct Spawner {
  private let channel: LineChannel
  private let signals: SignalPort
  private let scratch: [String]
  /// The CPUs that it may use itself.
  private let cpus = usableCPUs()
  private var running: [Running] = []

  private struct Running {
    let id: String
    let process: pid_t
    let mark: String
  }

  /// Serves the agent at the other end of `control` until that is closed; never returns normally
  /// before every descendant is gone.
  ///
  /// - Parameters:
  ///   - control: The socket to the agent.
  ///   - scratch: Folders that are removed in the end.
  /// - Throws: ``SystemError``, or a decoding error where the agent is not ours.
  public static func serve(control: Descriptor, scratch: [String]) throws {
    guard cprocesses_become_subreaper() == 0 else { throw SystemError.last("prctl", "") }
    try keepDescriptorsToThisProcess()
    // A terminal's Ctrl-C reaches the whole foreground group: the agent decides what it means.
    var spawner = Spawner(
      channel: try LineChannel(control),
      signals: try SignalPort([SIGCHLD] + endingSignals),
      scratch: scratch)
    defer { spawner.endEverything() }
    try spawner.loop()
  }

  private init(channel: LineChannel, signals: SignalPort, scratch: [String]) {
    self.channel = channel
    self.signals = signals
    self.scratch = scratch
  }

  private mutating func loop() throws {
    while !channel.isClosed {
      waitForAny(
        [
          Interest(channel.descriptor, writing: channel.wantsToWrite),
          Interest(signals.descriptor),
        ], atMost: nil)
      channel.flush()
      for request in try channel.receive(SpawnerRequest.self) {
        switch request {
        case .spawn(let order): try spawn(order)
        case .signal(let id, let signal):
          if let running = running.first(where: { $0.id == id }) { kill(-running.process, signal) }
        }
      }
      if signals.receive().contains(SIGCHLD) { try reap() }
    }
  }

  private mutating func spawn(_ order: SpawnOrder) throws {
    do {
      let process = try start(order)
      running.append(Running(id: order.id, process: process, mark: order.mark))
      try channel.send(SpawnerReply.started(order.id, process: Int(process)))
    } catch let error as SystemError {
      try channel.send(SpawnerReply.notStarted(order.id, reason: error.description))
    }
  }

  private func start(_ order: SpawnOrder) throws(SystemError) -> pid_t {
    // posix_spawn's own change of directory needs glibc 2.29; this process has but one thread.
    guard unsafe chdir(order.directory) == 0 else { throw .last("chdir", order.directory) }
    // Opened here and without waiting: where the agent has gone nobody reads, and a process that
    // waited for a reader would never end, nor this one.
    let output = try Descriptor(opening: order.output, flags: O_WRONLY | O_NONBLOCK)
    try output.setBlocking()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.number, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.number, 2)
    // posix_spawn(3) binds to no CPU, but a child begins with what its parent may use, before it is
    // another program: sched_setaffinity(2).
    if let cpus = order.cpus { try bind(to: cpus) }
    return try withExtendedLifetime(output) { () throws(SystemError) in
      // Where the kernel would not have it back, the next order without CPUs of its own is bound.
      defer { if order.cpus != nil { try? bind(to: cpus) } }
      return unsafe try spawnProcess(
        order.executable, order.arguments, order.environment, actions: &actions,
        flags: cprocesses_spawn_new_session())
    }
  }

  private func bind(to cpus: [Int]) throws(SystemError) {
    let numbers = cpus.map { Int32(clamping: $0) }
    guard unsafe cprocesses_bind(numbers, Int32(numbers.count)) == 0 else {
      throw .last("sched_setaffinity", "CPUs \(cpus.map(String.init).joined(separator: ","))")
    }
  }

  private mutating func reap() throws {
    while true {
      let process = cprocesses_peek_ended_child()
      guard process > 0 else { break }
      guard let place = running.firstIndex(where: { $0.process == process }) else {
        _ = cprocesses_reap(process)
        continue
      }
      // The group is ended before its leader is reaped: until then its number is nobody else's.
      kill(-process, SIGKILL)
      let ended = running.remove(at: place)
      let status = Int(cprocesses_reap(process))
      try channel.send(
        status < 256
          ? SpawnerReply.exited(ended.id, status: status)
          : .signalled(ended.id, signal: status - 256))
    }
    endStrays()
  }

  /// Ends orphans that belong to no running process: neither the session nor the environment says
  /// so.
  private func endStrays() {
    let leaders = Set(running.map(\.process))
    for child in childProcesses() where !leaders.contains(getsid(child)) {
      // An orphan whose environment is unreadable has ended by itself.
      guard let environment = try? readFile("/proc/\(child)/environ") else { continue }
      let entries = environment.split(separator: 0)
      if !running.contains(where: { entries.contains(Array($0.mark.utf8)[...]) }) {
        kill(child, SIGKILL)
      }
    }
  }

  private mutating func endEverything() {
    for running in running { kill(-running.process, SIGKILL) }
    running = []
    let deadline = monotonicSeconds() + 10
    // Killed processes leave their children to this one: repeated until there are none.
    while monotonicSeconds() < deadline {
      for child in childProcesses() { kill(child, SIGKILL) }
      while true {
        let process = cprocesses_peek_ended_child()
        guard process > 0 else { break }
        _ = cprocesses_reap(process)
      }
      if childProcesses().isEmpty { break }
      waitForAny([Interest(signals.descriptor)], atMost: 0.01)
      _ = signals.receive()
    }
    for folder in scratch { removeAll(folder) }
  }
}
