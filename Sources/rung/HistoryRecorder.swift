import Reporting
import Simulation
import Synchronization

/// Hears what happens in a simulation.
final class HistoryRecorder: Sendable {
  private let heard = Mutex(StudyHistory())

  init(_ simulator: inout Simulator) {
    simulator.observe = { [self] event, time, commands, coordinator in
      heard.withLock { $0.hear(event, at: time, commands: commands, coordinator) }
    }
  }

  /// What was heard.
  var history: StudyHistory { heard.withLock { $0 } }
}
