import Coordination
import Dispatch
import Synchronization

/// Writes snapshots on a thread of its own, so that decisions do not wait: that of 100,000 trials
/// takes seconds. One at a time.
final class SnapshotWriter: Sendable {
  private let queue = DispatchQueue(label: "rung.snapshot")
  private let state = Mutex(State())

  private struct State {
    var isBusy = false
    var error: StoreError?
  }

  /// Begins to write the state, unless one is being written.
  ///
  /// - Returns: Whether it was begun.
  /// - Throws: ``StoreError`` of the one before.
  func begin(
    _ coordinator: Coordinator, at position: Journal.Position, in directory: StudyDirectory
  ) throws(StoreError) -> Bool {
    let before = state.withLock { state in
      defer { state = State(isBusy: state.error == nil) }
      return state
    }
    if let error = before.error { throw error }
    guard !before.isBusy else { return false }
    queue.async { [self] in
      var failure: StoreError?
      do throws(StoreError) {
        try Snapshot.write(coordinator, at: position, in: directory)
      } catch { failure = error }
      state.withLock { $0 = State(isBusy: false, error: failure) }
    }
    return true
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
