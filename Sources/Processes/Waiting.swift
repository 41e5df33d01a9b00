internal import CProcesses
import Glibc

/// A descriptor to wait for.
public struct Interest {
  let descriptor: Int32
  let wantsToWrite: Bool

  /// Waits until it can be read, or, if `writing`, also until it can be written.
  public init(_ descriptor: Descriptor, writing: Bool = false) {
    self.descriptor = descriptor.number
    wantsToWrite = writing
  }
}

/// Sleeps until one of the descriptors is ready, at most for a time.
///
/// Source: poll(2), by way of ppoll(2) for pauses below a millisecond.
///
/// - Parameters:
///   - interests: What to wait for.
///   - seconds: At least 0; `nil` waits without end.
/// - Returns: Whether anything became ready.
@discardableResult
public func waitForAny(_ interests: [Interest], atMost seconds: Double?) -> Bool {
  var entries = interests.map {
    pollfd(
      fd: $0.descriptor, events: Int16(POLLIN | ($0.wantsToWrite ? POLLOUT : 0)), revents: 0)
  }
  let bounded = seconds.map { min(max($0, 0), 86_400) } ?? -1
  // Who looks again and again may have the core that what it waits for needs.
  if bounded == 0 { sched_yield() }
  return unsafe cprocesses_poll(&entries, Int32(entries.count), bounded) > 0
}

/// Seconds on a clock that never jumps, from an arbitrary beginning.
public func monotonicSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds since 1970, for display only.
public func wallSeconds() -> Double {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Makes a write to a pipe or socket whose other side is gone an error instead of this process's
/// end, and has ended children wait to be asked about even where the parent process ignored them.
///
/// Processes that are started get the defaults. Source: signal(7); waitpid(2), `ECHILD`.
public func settleSignals() {
  signal(SIGPIPE, SIG_IGN)
  signal(SIGCHLD, SIG_DFL)
}

/// Ends this process as SIGPIPE does, unless the signal is blocked.
public func raiseBrokenPipe() {
  signal(SIGPIPE, SIG_DFL)
  raise(SIGPIPE)
}

/// Puts nothing into the place of standard descriptors that are closed, so that no file that is opened later
/// is taken for one of them.
///
/// What is open for reading cannot be written to: a result for a closed standard output is an error, not
/// lost. Children inherit it.
public func settleStandardDescriptors() {
  for number in 0...2 as ClosedRange<Int32> where fcntl(number, F_GETFD) == -1 {
    // The lowest number that is free is this one.
    _ = unsafe cprocesses_open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY, 0)
  }
}

/// What ends a run or has it drain. Terminals and Slurm may send it to all processes of a run, so the
/// companions take it too, and leave it to their agent.
public let endingSignals = [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2]

/// Signals as something to wait for.
public final class SignalPort {
  /// Readable when a signal is pending.
  public let descriptor: Descriptor

  /// Blocks these signals and makes them readable.
  ///
  /// - Parameter signals: For example `SIGTERM`.
  /// - Throws: ``SystemError``.
  public init(_ signals: [Int32]) throws(SystemError) {
    let number = unsafe cprocesses_signal_descriptor(signals, Int32(signals.count))
    guard number >= 0 else { throw .last("signalfd", "") }
    descriptor = Descriptor(owning: number)
  }

  /// The pending signals' numbers.
  public func receive() -> [Int32] {
    var signals: [Int32] = []
    while true {
      let signal = cprocesses_read_signal(descriptor.number)
      guard signal > 0 else { return signals }
      signals.append(signal)
    }
  }
}

/// CPUs that this process may run on, at least 1.
public func usableCores() -> Int { max(1, usableCPUs().count) }

/// The numbers of the CPUs that this process may run on.
///
/// Source: sched_getaffinity(2).
///
/// - Returns: Ascending; empty where the kernel does not say.
public func usableCPUs() -> [Int] {
  var cpus = [Int32](repeating: 0, count: 1 << 16)
  let count = unsafe cprocesses_usable_cpus(&cpus, Int32(cpus.count))
  return cpus.prefix(max(0, Int(count))).map { Int($0) }
}
