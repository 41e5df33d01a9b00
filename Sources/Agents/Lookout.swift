import Glibc
public import Processes
public import StudyStore

/// What a lookout has seen.
public enum LookoutWord: Hashable, Sendable, Codable {
  /// So many seconds are left of the job.
  case secondsLeft(Double)
  /// So many seconds are left, Slurm says, of the job that it has sent SIGTERM to; the answer to what
  /// rank 0 asks then.
  case secondsAfterTermination(Double)
  /// Somebody wants a run to stop.
  case stop(StopRequest)
  /// A run with this number has begun.
  case run(Int)
}

/// What rank 0 asks its lookout: how much of the job is left, now that it was sent SIGTERM.
struct LookoutQuestion: Hashable, Sendable, Codable {}

/// Looks out for what ends a run from outside: the job's limit, requests to stop, and a coordinator
/// that takes the study over.
///
/// A process of its own: asking Slurm, or looking into a folder on a file system that hangs, holds
/// up no decision.
public struct Lookout {
  /// Seconds between two looks into the study's folder.
  private static let interval = 1.0
  /// Seconds between two questions about the limit, which scontrol(1) may change.
  private static let questionInterval = 300.0

  /// Serves rank 0 at the other end of `control` until that is closed.
  ///
  /// - Parameters:
  ///   - control: The socket to rank 0.
  ///   - directory: The study.
  ///   - secondsLeft: Asks how much of the job is left; `nil` where it has no limit, or nobody knows.
  ///   - secondsBySlurm: The same, where only Slurm's own answer counts.
  /// - Throws: `SystemError`.
  public static func serve(
    control: Descriptor, directory: StudyDirectory, secondsLeft: () -> Double?,
    secondsBySlurm: () -> Double?
  ) throws {
    // What a terminal or Slurm sends to all is rank 0's to act on.
    let signals = try SignalPort(endingSignals)
    let channel = try LineChannel(control)
    var nextQuestion = monotonicSeconds()
    var last: StopRequest?
    var newest = 0
    while !channel.isClosed {
      if monotonicSeconds() >= nextQuestion {
        nextQuestion = monotonicSeconds() + questionInterval
        if let seconds = secondsLeft() { try channel.send(LookoutWord.secondsLeft(seconds)) }
      }
      if let request = StopRequest.read(directory), request != last {
        last = request
        try channel.send(LookoutWord.stop(request))
      }
      let run = Journal.newestRun(in: directory.journal, from: newest)
      if run > newest {
        newest = run
        try channel.send(LookoutWord.run(run))
      }
      waitForAny(
        [
          Interest(channel.descriptor, writing: channel.wantsToWrite), Interest(signals.descriptor),
        ],
        atMost: interval)
      _ = signals.receive()
      channel.flush()
      if !channel.receive().isEmpty, let seconds = secondsBySlurm() {
        try channel.send(LookoutWord.secondsAfterTermination(seconds))
      }
    }
  }
}
