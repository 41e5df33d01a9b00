import Coordination
import StudyModel

extension Coordinator {
  /// Where a trial's process runs: each host with its slots, and their GPUs where Rung itself gives them out.
  ///
  /// - Parameter leg: The process.
  /// - Returns: For example `node7, slots 0 to 3 (GPUs 0 to 3)`.
  func place(of leg: Leg) -> String {
    let trial = study.resized(to: run?.size).trial
    let bindsGPUs = trial.gpus > 0 && run?.steps == nil
    return leg.workers.map { worker in
      let host = workers.indices.contains(worker.rank) ? workers[worker.rank]?.host : nil
      let slots = leg.slots.filter { $0.worker == worker }.map(\.index).sorted()
      var gpus: [Int] = []
      for slot in slots where gpus.last != slot / trial.trialsPerGPU {
        gpus.append(slot / trial.trialsPerGPU)
      }
      return "\(host ?? "agent \(worker)"), \(range(slots, "slot"))"
        + (bindsGPUs ? " (\(range(gpus, "GPU")))" : "")
    }.joined(separator: " and ")
  }

  /// Numbers with their noun, `slots 0 to 3` where they follow one another.
  private func range(_ numbers: [Int], _ noun: String) -> String {
    guard let first = numbers.first, let last = numbers.last, numbers.count > 1 else {
      return "\(noun) \(numbers.first ?? 0)"
    }
    guard last - first == numbers.count - 1 else {
      return "\(noun)s \(numbers.map(\.description).joined(separator: ", "))"
    }
    return "\(noun)s \(first) to \(last)"
  }
}
