public import Coordination
public import Reporting
import StudyModel

/// What came of one study of a campaign that has ended.
public struct ScalingRun: Hashable, Sendable, Codable {
  /// Seconds from its beginning to its end in which a coordinator ran.
  public var seconds: Double
  /// The best value of the metric; `nil` where nothing was reported.
  public var best: Double?
  /// Trials that were started.
  public var trials: Int
  /// Reports that were accepted.
  public var reports: Int
  /// The share of the slots' time in which trials held them, from 0 to 1.
  public var utilization: Double
  /// Hours of GPUs, used or not; of slots where trials use no GPUs.
  public var gpuHours: Double
  /// The least seconds that this schedule takes on these slots, whoever decides: all that trials held
  /// over the slots, or the longest that one trial took, whichever is more.
  ///
  /// A trial's legs come one after another, so that no number of GPUs ends a study before its longest
  /// trial.
  public var bound: Double
  /// What the slots did.
  public var shares: SlotShares

  private enum CodingKeys: String, CodingKey {
    case seconds, best, trials, reports, utilization, bound, shares
    case gpuHours = "gpu_hours"
  }

  /// The result of a study.
  ///
  /// - Parameters:
  ///   - coordinator: The study in its end.
  ///   - history: What was heard of it.
  ///   - slots: The slots of its job; at least 1.
  ///   - seconds: What it took, where that is not the time of its runs.
  public init(
    of coordinator: Coordinator, _ history: StudyHistory, slots: Int, seconds: Double? = nil
  ) {
    self.seconds = seconds ?? coordinator.now.seconds
    let slotSeconds = Double(coordinator.slotMicroseconds) / 1e6
    let busySeconds = Double(coordinator.busyMicroseconds) / 1e6
    let trialsPerGPU = Double(coordinator.study.trial.trialsPerGPU)
    best = coordinator.best.flatMap { coordinator.trials[$0.number].best?.value }
    trials = coordinator.trials.count { $0.started != nil }
    reports = coordinator.reports.count
    utilization = slotSeconds > 0 ? busySeconds / slotSeconds : 0
    gpuHours = slotSeconds / trialsPerGPU / 3600
    let longest = coordinator.trials.map(\.busyMicroseconds).max() ?? 0
    bound = max(busySeconds / Double(slots), Double(longest) / 1e6)
    shares = history.shares(ofSlots: slots, until: coordinator.now.seconds)
  }
}
