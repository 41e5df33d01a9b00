import Coordination
import Dispatch
import Processes
import Synchronization

/// Writes snapshots on a thread of its own, so that decisions do not wait: that of 100,000 trials
/// takes seconds. One at a time.
final class SnapshotWriter: Sendable {
  private let queue = DispatchQueue(label: "rung.snapshot")
  private let state = Mutex(State())

  private struct State {
    var isBusy = false
    var error: StoreError?
    /// When the last one had been written, and the seconds that it took.
    var end = 0.0
    var duration = 0.0
  }

  /// Begins to write the state, unless one is being written, or the last one took a while not long ago.
  ///
  /// - Parameters:
  ///   - coordinator: The state.
  ///   - position: Up to where it has absorbed the journal.
  ///   - directory: The study.
  ///   - isPressing: Whether a restart would have to replay too much, so that it is begun however long the
  ///     last one took.
  /// - Returns: Whether it was begun.
  /// - Throws: ``StoreError`` of the one before.
  func begin(
    _ coordinator: Coordinator, at position: Journal.Position, in directory: StudyDirectory,
    isPressing: Bool
  ) throws(StoreError) -> Bool {
    let begin = monotonicSeconds()
    let mayBegin = try state.withLock { state throws(StoreError) in
      if let error = state.error {
        state.error = nil
        throw error
      }
      guard
        !state.isBusy, isPressing || Self.hasRested(begin - state.end, after: state.duration)
      else { return false }
      state.isBusy = true
      return true
    }
    guard mayBegin else { return false }
    queue.async { [self] in
      var failure: StoreError?
      do throws(StoreError) {
        try Snapshot.write(coordinator, at: position, in: directory)
      } catch { failure = error }
      let end = monotonicSeconds()
      state.withLock {
        $0 = State(isBusy: false, error: failure, end: end, duration: end - begin)
      }
    }
    return true
  }

  /// Whether so many seconds after the last one the next may be written: that takes a tenth of a core at most,
  /// also where thousands of trials report at once.
  static func hasRested(_ seconds: Double, after duration: Double) -> Bool {
    seconds >= 9 * duration
  }

  /// Waits until nothing is being written.
  ///
  /// - Throws: ``StoreError`` of what was.
  func finish() throws(StoreError) {
    queue.sync {}
    let error = state.withLock { state in
      defer { state.error = nil }
      return state.error
    }
    if let error { throw error }
  }
}
