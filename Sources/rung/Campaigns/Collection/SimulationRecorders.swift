import Campaigns
import Coordination
import Simulation
import StudyModel
import Synchronization

/// Takes the events of a simulation as arrivals at its coordinator.
final class QueueRecorder: Sendable {
  private let heard: Mutex<CoordinatorQueue>

  init(_ simulator: inout Simulator, service: CoordinatorQueue.Service) {
    heard = Mutex(CoordinatorQueue(service: service))
    simulator.observe = { [self] event, time, commands, coordinator in
      heard.withLock { $0.hear(event, at: time, commands: commands, coordinator) }
    }
  }

  /// The queue when all events are dealt with.
  var queue: CoordinatorQueue {
    heard.withLock { queue in
      queue.finish()
      return queue
    }
  }
}

/// Keeps the first events of a simulation.
final class EventRecorder: Sendable {
  private let heard = Mutex<[(event: Event, time: StudyTime)]>([])

  init(_ simulator: inout Simulator, most: Int) {
    simulator.observe = { [self] event, time, _, _ in
      heard.withLock { if $0.count < most { $0.append((event, time)) } }
    }
  }

  var events: [(event: Event, time: StudyTime)] { heard.withLock { $0 } }
}
