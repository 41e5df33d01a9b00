import Coordination
import Glibc
import Processes
import StudyModel
import StudyStore

// What ends a run from outside, as events for the coordinator.
extension CoordinatorLoop where Port: ~Copyable {
  /// What a signal means: SIGTERM comes before SIGKILL (Slurm's time limit, scancel, preemption), and
  /// a second SIGINT from somebody who does not want to wait.
  mutating func heed(_ signal: Int32) -> [Event] {
    let reason = "signal \(signal)"
    switch signal {
    case SIGINT where coordinator.draining != nil:
      leaving = reason
      return []
    case SIGTERM, SIGHUP:
      // Of a preempted job there may be more left than of others. No answer: there is not.
      if signal == SIGTERM { try? lookout?.channel.send(LookoutQuestion()) }
      let end = now.seconds + grace - min(10, grace / 3)
      return horizon(at: end) + [.drainBegan(reason: reason)]
    default: return [.drainBegan(reason: reason)]
    }
  }

  /// What to wait for from the lookout; nothing once it has ended, which would never cease to be
  /// news.
  var lookoutInterest: [Interest] {
    guard let lookout, !lookout.channel.isClosed else { return [] }
    return [Interest(lookout.channel.descriptor)]
  }

  /// What the lookout has seen.
  mutating func lookOut(for run: Run) throws -> [Event] {
    guard let lookout else { return [] }
    lookout.channel.flush()
    var events: [Event] = []
    for word in try lookout.channel.receive(LookoutWord.self) {
      switch word {
      case .secondsLeft(let seconds):
        let margin = Coordinator.margin(ofJob: jobSeconds ?? seconds)
        jobSeconds = jobSeconds ?? seconds
        events += horizon(at: now.seconds + max(0, seconds - margin))
      case .secondsAfterTermination(let seconds):
        let end = now.seconds + seconds - min(10, seconds / 3)
        if coordinator.draining != nil, let known = coordinator.horizon?.seconds, end > known {
          events.append(.horizonKnown(StudyTime(seconds: end)))
        }
      case .run(let newest):
        if newest > run.number { try store.refuseIfTakenOver() }
      case .stop(let request):
        // One to an earlier run came too late for that; it ended by itself.
        if request.run <= run.number { StopRequest.remove(from: store.directory) }
        guard request.run == run.number else { continue }
        if !request.isDraining { leaving = "rung stop" }
        events.append(.drainBegan(reason: "rung stop"))
      }
    }
    return events
  }

  /// The event that everything must be durable at a time, where that is news.
  private func horizon(at seconds: Double) -> [Event] {
    let known = coordinator.horizon?.seconds
    // A signal comes when there is less time than the limit says; a limit may be moved both ways.
    if coordinator.draining != nil, let known, seconds > known { return [] }
    guard known.map({ abs($0 - seconds) > 1 }) ?? true else { return [] }
    return [.horizonKnown(StudyTime(seconds: seconds))]
  }
}
