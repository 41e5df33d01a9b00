import Glibc
import Synchronization

/// Whether `MPI_Finalize` has returned; read by the threads that guard it and the calls before.
let isOver = Atomic(false)
/// Whether the end has begun, which has a guard of its own.
let isLeaving = Atomic(false)

/// Ends this process if the end takes too long.
///
/// `MPI_Finalize` cannot be interrupted, and waits for good when a peer is frozen. The thread that
/// ends the process calls nothing of MPI.
func guardEnd(text: String, within patience: Duration, code: CInt) {
  inThread {
    let end = ContinuousClock.now + patience
    while ContinuousClock.now < end {
      if isOver.load(ordering: .acquiring) { return }
      usleep(20_000)
    }
    writeToStandardError(text)
    _exit(code)
  }
}

/// Ends this process if a call that should not wait does.
///
/// The first message to a peer has Open MPI ask PMIx for its address, and wait for good where that
/// peer was lost before it was heard of.
func guardCalls(within patience: Duration, code: CInt) {
  inThread {
    // Looks are counted, not time: while the process is stopped, this thread is too.
    let limit = Int(patience / .milliseconds(200))
    var (seen, looks) = (0, 0)
    while !isOver.load(ordering: .acquiring) {
      let count = callCount.load(ordering: .relaxed)
      (seen, looks) = count != seen || count % 2 == 0 ? (count, 0) : (seen, looks + 1)
      if looks > limit, !isLeaving.load(ordering: .acquiring) {
        writeToStandardError("a call of MPI did not return within \(patience); ending without it")
        _exit(code)
      }
      usleep(200_000)
    }
  }
}

/// Does something beside the main thread.
private func inThread(_ work: @escaping @Sendable () -> Void) {
  var thread = pthread_t()
  let context = unsafe Unmanaged.passRetained(Work(work)).toOpaque()
  let failed = unsafe pthread_create(
    &thread, nil,
    { context in
      guard let context = unsafe context else { return nil }
      unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().work()
      return nil
    }, context)
  if failed == 0 { pthread_detach(thread) }
}

private final class Work: Sendable {
  let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}
