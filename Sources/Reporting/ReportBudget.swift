import Coordination
import StudyModel

/// What became of the slots' time, in slot-seconds; the parts add up to what agents offered.
struct ReportBudget: Encodable, Sendable {
  /// Training that counts, by the state of its trial in the end.
  var training: [String: Double] = [:]
  /// Epochs that were trained a second time, and what processes did that failed or were lost since their
  /// last report.
  var again = 0.0
  var loading = 0.0
  var saving = 0.0
  var idle = 0.0
  var offered = 0.0

  /// What became of the time of a study's slots.
  init(of history: StudyHistory, _ coordinator: Coordinator) {
    let end = coordinator.now.seconds
    for service in history.services {
      offered += Double(service.rows.count) * ((service.to ?? end) - service.from)
    }
    idle = offered
    for leg in history.legs {
      let (began, told, to) = leg.times(until: end)
      let width = Double(leg.rows.count)
      let lost = leg.secondsLost(began: began, told: told)
      let state = coordinator.trials[leg.trial].state.rawValue
      loading += width * (began - leg.from)
      saving += width * (to - told)
      again += width * lost
      training[state, default: 0] += width * (told - began - lost)
      idle -= width * (to - leg.from)
    }
    idle = max(0, idle)
  }
}

extension StudyHistory.Leg {
  /// Seconds of its training that brought nothing new.
  fileprivate func secondsLost(began: Double, told: Double) -> Double {
    let repeated = max(0, min(caughtUp ?? began, told) - began)
    guard fate != .asTold else { return repeated }
    let last = max(began, min(lastReport ?? began, told))
    return max(repeated, 0) + (told - max(last, min(caughtUp ?? began, told)))
  }
}
