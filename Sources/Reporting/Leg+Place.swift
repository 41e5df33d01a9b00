import Coordination
import StudyModel

extension Coordinator {
  /// Where a trial's process runs: each host with its slots.
  ///
  /// - Parameter leg: The process.
  /// - Returns: For example `node7, slots 0 to 3`.
  func place(of leg: Leg) -> String {
    leg.workers.map { worker in
      let host = workers.indices.contains(worker.rank) ? workers[worker.rank]?.host : nil
      let slots = leg.slots.filter { $0.worker == worker }.map(\.index).sorted()
      return "\(host ?? "agent \(worker)"), \(words(for: slots))"
    }.joined(separator: " and ")
  }

  /// Slots, `slots 0 to 3` where they follow one another.
  private func words(for slots: [Int]) -> String {
    guard let first = slots.first, let last = slots.last, slots.count > 1 else {
      return "slot \(slots.first ?? 0)"
    }
    guard last - first == slots.count - 1 else {
      return "slots \(slots.map(\.description).joined(separator: ", "))"
    }
    return "slots \(first) to \(last)"
  }
}
