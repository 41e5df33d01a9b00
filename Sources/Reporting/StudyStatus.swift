public import Coordination
public import StudyModel

/// Where a study stands: what `rung status --json` prints.
public struct StudyStatus: Hashable, Sendable, Encodable {
  /// The states of a study.
  public enum State: String, Hashable, Sendable, Encodable {
    /// No coordinator has run yet.
    case waiting
    /// A coordinator runs.
    case running
    /// No coordinator runs; the study can be resumed.
    case paused
    /// It has ended as its file says.
    case completed
    /// It was ended for good before.
    case stopped
    /// Every trial failed.
    case failed
  }

  /// How many trials are in each state.
  public struct Counts: Hashable, Sendable, Encodable {
    /// Training now.
    public var running = 0
    /// Waiting at a rung, or for a slot.
    public var paused = 0
    /// Trained to the full budget, or ended by themselves.
    public var completed = 0
    /// Stopped for good.
    public var stopped = 0
    /// Failed for good.
    public var failed = 0
    /// All of them.
    public var total = 0
  }

  /// A trial with a value.
  public struct Leader: Hashable, Sendable, Encodable {
    /// The trial.
    public var trial: TrialID
    /// The metric's value.
    public var value: Double
    /// Its settings.
    public var configuration: Configuration
    /// What its last process saw in the place of settings that follow its GPUs; `nil` where the
    /// study has none.
    public var scaled: Configuration?
    /// The epoch of the value.
    public var epoch: Int
  }

  /// The slots of the run that is on.
  public struct Slots: Hashable, Sendable, Encodable {
    /// All slots.
    public var total: Int
    /// Those in use.
    public var busy: Int
  }

  /// The study's name.
  public var study: String
  /// Where it stands.
  public var state: State
  /// Why it ended, or why its last run did; `nil` while it runs.
  public var reason: String?
  /// Its metric.
  public var metric: Metric
  /// How many trials are in each state.
  public var trials: Counts
  /// Reports accepted.
  public var reports: Int
  /// The best report at any epoch; `nil` before the first.
  public var best: Leader?
  /// The best report at the highest rung reached; `nil` before a rung is.
  public var bestFull: Leader?
  /// The trials of which none is worse than another in every metric, by their last reports; `nil`
  /// with one metric.
  public var front: [FrontMember]?
  /// The trainings of the winner in the end; `nil` where the study has no `finish`.
  public var finish: [Training]?
  /// Seconds that coordinators have run.
  public var elapsedSeconds: Double
  /// Slots now.
  public var slots: Slots
  /// The share of slot-time that trials used, from 0 to 1.
  public var utilization: Double
  /// GPU-hours used by trials; slot-hours where they use no GPU.
  public var gpuHours: Double
  /// How busy the nodes' GPUs and cores were; `nil` where nothing was measured.
  public var devices: [DeviceShare]?
  /// How far it is, by the rule of `stop` that is furthest.
  public private(set) var progress = Progress(share: 0, secondsLeft: nil)
  /// The most memory that processes of each size of trials were seen to have, in the order in which the
  /// sizes were first used; empty where it was not seen.
  public var memory: [Memory]

  /// The memory of processes of trials of one size.
  public struct Memory: Hashable, Sendable, Encodable {
    /// The GPUs of each trial; 0 where trials have cores alone.
    public var gpus: Double
    /// Slots of each trial.
    public var slots: Int
    /// The most that a process had of its node, in MiB; `nil` where it was not seen.
    public var peakMiB: Int?
    /// The most that a trial had of one GPU, in MiB; `nil` where it was not seen.
    public var peakDeviceMiB: Int?

    private enum CodingKeys: String, CodingKey {
      case gpus, slots
      case peakMiB = "peak_mib"
      case peakDeviceMiB = "peak_device_mib"
    }
  }

  private enum CodingKeys: String, CodingKey {
    case study, state, reason, metric, trials, reports, best, front, finish
    case bestFull = "best_full"
    case elapsedSeconds = "elapsed_seconds"
    case slots, utilization
    case gpuHours = "gpu_hours"
    case devices
    case memory
    case progress
  }

  /// The status of a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state.
  ///   - isHeld: Whether a coordinator is running it now.
  public init(of coordinator: Coordinator, isHeld: Bool) {
    study = coordinator.study.name
    metric = coordinator.study.metric
    (state, reason) = Self.state(of: coordinator, isHeld: isHeld)
    trials = Self.counts(of: coordinator, isHeld: isHeld)
    reports = coordinator.reports.count
    best = coordinator.best.flatMap { trial in
      coordinator.trials[trial.number].best.map { Self.leader(trial, $0, coordinator) }
    }
    bestFull = coordinator.bestFull.map { Self.leader($0.trial, $0.value, coordinator) }
    front = coordinator.study.metrics.count > 1 ? FrontMember.all(of: coordinator) : nil
    finish = coordinator.study.finish.map { _ in Training.all(of: coordinator) }
    elapsedSeconds = coordinator.now.seconds
    slots = Slots(
      total: isHeld ? coordinator.slotCount : 0, busy: isHeld ? coordinator.busyCount : 0)
    utilization =
      coordinator.slotMicroseconds == 0
      ? 0 : Double(coordinator.busyMicroseconds) / Double(coordinator.slotMicroseconds)
    gpuHours = coordinator.gpuHours
    devices = DeviceShare.all(of: coordinator)
    memory = coordinator.memoryPeaks.map {
      Memory(gpus: $0.gpus, slots: $0.slots, peakMiB: $0.hostMiB, peakDeviceMiB: $0.deviceMiB)
    }
    progress = Progress(of: coordinator, self)
  }

  private static func state(of coordinator: Coordinator, isHeld: Bool) -> (State, String?) {
    switch coordinator.phase {
    case .finished(.everythingFailed): (.failed, Ending.everythingFailed.description)
    case .finished(let ending): (.completed, ending.description)
    case .running, .ending, .finishing:
      if coordinator.run == nil {
        (.waiting, nil)
      } else if isHeld {
        (.running, nil)
      } else {
        (.paused, coordinator.runEnding ?? "its last run ended without a word")
      }
    }
  }

  private static func counts(of coordinator: Coordinator, isHeld: Bool) -> Counts {
    var counts = Counts()
    for trial in coordinator.trials {
      counts.total += 1
      switch trial.state {
      // Nothing runs where no coordinator does, whatever was so when it was killed.
      case .running where isHeld && trial.place != nil: counts.running += 1
      case .running, .paused: counts.paused += 1
      case .completed: counts.completed += 1
      case .stopped: counts.stopped += 1
      case .failed: counts.failed += 1
      }
    }
    return counts
  }

  private static func leader(
    _ trial: TrialID, _ value: TrialRecord.Best, _ coordinator: Coordinator
  ) -> Leader {
    Leader(
      trial: trial, value: value.value,
      configuration: coordinator.trials[trial.number].configuration,
      scaled: coordinator.trials[trial.number].scaled?.values, epoch: value.epoch)
  }
}

extension StudyStatus: CustomStringConvertible {
  /// A few lines for people.
  public var description: String {
    var lines = ["\(study): \(state.rawValue)" + (reason.map { " (\($0))" } ?? "")]
    lines.append(
      "trials: \(trials.total) (\(trials.running) running, \(trials.paused) paused, "
        + "\(trials.completed) completed, \(trials.stopped) stopped, \(trials.failed) failed), "
        + "\(reports) reports")
    if state != .completed, state != .failed { lines.append(progress.bar(columns: 80)) }
    if let best { lines.append("best \(metric.name): \(describe(best))") }
    if let bestFull { lines.append("best at the highest rung: \(describe(bestFull))") }
    if let front, !front.isEmpty {
      lines.append("Pareto front: \(front.map(\.description).joined(separator: "; "))")
    }
    if let finish, !finish.isEmpty { lines.append("winner trained out: \(describe(finish))") }
    lines.append(
      "time: \(rounded(elapsedSeconds, 1)) s, "
        + (state == .running ? "slots: \(slots.busy) of \(slots.total) busy, " : "")
        + "utilization: \(rounded(utilization * 100, 1)) %, GPU-hours: \(rounded(gpuHours, 3))")
    if let summary = devices?.summary { lines.append(summary) }
    if !memory.isEmpty { lines.append("memory: \(memory.map(describe).joined(separator: "; "))") }
    return lines.joined(separator: "\n")
  }

  private func describe(_ memory: Memory) -> String {
    let size =
      self.memory.count == 1
      ? "" : memory.gpus > 0 ? ", \(rounded(memory.gpus, 5)) GPUs" : ", \(memory.slots) slots"
    let host = memory.peakMiB.map { "at most \($0) MiB a process" }
    let device = memory.peakDeviceMiB.map { "at most \($0) MiB of a GPU" }
    return [host, device].compactMap(\.self).joined(separator: ", ") + size
  }

  private func describe(_ trainings: [Training]) -> String {
    let ended = trainings.filter { $0.state == .completed }
    let figures = (ended.first?.metrics ?? []).map { metric in
      let values = ended.compactMap { $0.value(of: metric.name) }
      let mean = values.reduce(0, +) / Double(values.count)
      let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      return ", \(metric.name) \(rounded(mean, 6)) +- \(rounded(spread.squareRoot(), 6))"
    }
    return "\(ended.count) of \(trainings.count)" + figures.joined()
  }

  private func describe(_ leader: Leader) -> String {
    "\(rounded(leader.value, 6)) by trial \(leader.trial) at epoch \(leader.epoch)"
  }
}

/// A number with so many decimal places.
func rounded(_ number: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (number * scale).rounded() / scale
  return scaled == scaled.rounded() && abs(scaled) < 1e15 ? String(Int(scaled)) : String(scaled)
}
