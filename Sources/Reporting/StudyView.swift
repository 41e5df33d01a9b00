public import Coordination
import StudyModel

/// A study on a terminal's screen: where it stands, its rungs, its nodes and what happened last.
public struct StudyView: Sendable {
  /// A trial as the last look saw it.
  private struct Seen: Hashable {
    var state: TrialRecord.State
    var reason: TrialRecord.Reason
    var attempts: Int
    var isOnSlot: Bool
  }

  private var coordinator: Coordinator
  private var status: StudyStatus
  private var seen: [Seen] = []
  /// What happened since the first look, the newest last.
  private var happenings: [String] = []
  private static let most = 100

  /// A view of a study.
  ///
  /// - Parameters:
  ///   - coordinator: Its state.
  ///   - isHeld: Whether a coordinator runs it now.
  public init(of coordinator: Coordinator, isHeld: Bool) {
    self.coordinator = coordinator
    status = StudyStatus(of: coordinator, isHeld: isHeld)
    seen = coordinator.trials.map(Self.seen)
  }

  /// Where the study stands.
  public var state: StudyStatus.State { status.state }

  /// Looks again.
  ///
  /// - Parameters:
  ///   - coordinator: The state now.
  ///   - isHeld: Whether a coordinator runs the study now.
  public mutating func look(at coordinator: Coordinator, isHeld: Bool) {
    let former = status.state
    self.coordinator = coordinator
    status = StudyStatus(of: coordinator, isHeld: isHeld)
    for (number, trial) in coordinator.trials.enumerated() {
      let now = Self.seen(trial)
      let before = seen.indices.contains(number) ? seen[number] : nil
      if seen.indices.contains(number) { seen[number] = now } else { seen.append(now) }
      guard now != before else { continue }
      happen("trial \(number): \(Self.words(trial, now))")
    }
    if status.state != former {
      happen("the study: \(status.state.rawValue)" + (status.reason.map { " (\($0))" } ?? ""))
    }
  }

  private mutating func happen(_ text: String) {
    happenings.append("\(clock(coordinator.now.seconds)) \(text)")
    if happenings.count > Self.most { happenings.removeFirst(happenings.count - Self.most) }
  }

  private static func seen(_ trial: TrialRecord) -> Seen {
    Seen(
      state: trial.state, reason: trial.reason, attempts: trial.attempts,
      isOnSlot: trial.place != nil)
  }

  private static func words(_ trial: TrialRecord, _ seen: Seen) -> String {
    guard seen.state == .running else {
      let (state, reason) = (seen.state.rawValue, seen.reason.description)
      return reason.hasPrefix(state) ? reason : "\(state), \(reason)"
    }
    guard seen.isOnSlot else { return "waits for a slot, \(seen.reason)" }
    let attempt = seen.attempts > 1 ? ", attempt \(seen.attempts)" : ""
    return "trains from epoch \(trial.epoch) to \(trial.target)\(attempt)"
  }

  /// One line, for where there is no screen.
  public var line: String {
    let best = status.best.map { ", best \(status.metric.name) \(rounded($0.value, 6))" } ?? ""
    return "\(clock(status.elapsedSeconds)) \(status.state.rawValue): \(trialWords), "
      + "\(status.reports) reports\(best)"
  }

  private var trialWords: String {
    let goal = coordinator.study.stop.trials ?? coordinator.study.stop.started
    let counts = status.trials
    return "\(counts.total)\(goal.map { " of \($0)" } ?? "") trials (\(counts.running) running, "
      + "\(counts.paused) paused, \(counts.completed) completed, \(counts.stopped) stopped, "
      + "\(counts.failed) failed)"
  }

  /// The screen's lines, none wider and not more than it has room for.
  ///
  /// - Parameters:
  ///   - columns: Characters of a line, at least 1.
  ///   - rows: Lines, at least 1.
  ///   - silence: Seconds since the last event, by which clocks go on between events.
  /// - Returns: Lines without control characters.
  public func lines(columns: Int, rows: Int, silence: Double) -> [String] {
    var lines = [headline(columns, silence), progressLine(columns, silence), trialWords]
    if let best = status.best { lines.append("best \(status.metric.name): \(words(of: best))") }
    if let full = status.bestFull { lines.append("at the highest rung: \(words(of: full))") }
    lines.append(throughput)
    if let summary = status.devices?.summary { lines.append(summary) }
    lines += rungLines(columns)
    // The nodes get half of what is left, what happened the rest.
    let nodes = nodeLines(columns, atMost: max(1, (rows - lines.count - 3) / 2))
    lines += nodes
    let room = rows - lines.count - 2
    if room > 0, !happenings.isEmpty {
      lines += ["", "last:"] + happenings.suffix(room).map { "  \($0)" }
    }
    return lines.prefix(rows).map { line in
      let text = line.map { $0.isASCII || $0.isLetter || $0.isNumber ? $0 : "?" }
      let visible = text.map { $0.asciiValue.map { $0 < 0x20 || $0 == 0x7f } == true ? "?" : $0 }
      return String(visible.prefix(columns))
    }
  }

  private func headline(_ columns: Int, _ silence: Double) -> String {
    let study = coordinator.study
    let left = "\(study.name)  \(study.algorithm.label)  \(status.state.rawValue)"
    var right = clock(status.elapsedSeconds + (status.state == .running ? silence : 0))
    if status.state == .running, let horizon = coordinator.horizon {
      let rest = horizon.seconds - coordinator.now.seconds - silence
      right += ", \(clock(max(0, rest))) left in the job"
    }
    let gap = max(2, columns - left.count - right.count)
    return left + String(repeating: " ", count: gap) + right
  }

  private func progressLine(_ columns: Int, _ silence: Double) -> String {
    let isRunning = status.state == .running
    return Progress(of: coordinator, status, silence: isRunning ? silence : 0).bar(columns: columns)
  }

  private func words(of leader: StudyStatus.Leader) -> String {
    let settings = leader.configuration.settings.map { "\($0.name) \($0.value)" }
    return "\(rounded(leader.value, 6)), trial \(leader.trial), epoch \(leader.epoch): "
      + settings.joined(separator: ", ")
  }

  /// Reports of the last minute, and slots.
  private var throughput: String {
    let log = coordinator.reports
    let since = coordinator.now.microseconds - 60_000_000
    let recent = log.times.reversed().prefix { $0 >= since }.count
    let minutes = min(1, max(1e-9, coordinator.now.seconds / 60))
    let slots =
      status.state == .running ? "\(status.slots.busy) of \(status.slots.total) slots busy, " : ""
    let used = rounded(status.utilization * 100, 1)
    return "\(slots)\(Int((Double(recent) / minutes).rounded())) reports a minute, "
      + "utilization \(used) %, GPU-hours \(rounded(status.gpuHours, 3))"
  }

  private func rungLines(_ columns: Int) -> [String] {
    let budgets = coordinator.study.comparedBudgets.map(\.epochs)
    guard budgets.count > 1 else { return [] }
    let epochs = coordinator.trials.map(\.epoch)
    let counts = budgets.map { budget in epochs.count { $0 >= budget } }
    let most = max(1, counts.max() ?? 1)
    let digits = "\(budgets.last ?? 0)".count
    return zip(budgets, counts).map { budget, count in
      let name = String(repeating: " ", count: digits - "\(budget)".count) + "\(budget)"
      let room = max(0, min(40, columns - digits - 16))
      let bar = String(repeating: "#", count: count * room / most)
      return "rung \(name) \(bar) \(count)"
    }
  }

  private func nodeLines(_ columns: Int, atMost limit: Int) -> [String] {
    guard status.state == .running else { return [] }
    var busy: [Int: Int] = [:]
    for slot in coordinator.trials.flatMap(\.heldSlots) { busy[slot.worker.rank, default: 0] += 1 }
    let nodes = coordinator.workers.enumerated().compactMap { rank, worker in
      worker.flatMap { $0.slots > 0 ? ($0.host, $0.slots, busy[rank] ?? 0) : nil }
    }
    let width = nodes.map { $0.0.count }.max() ?? 0
    let shown = nodes.count > limit ? nodes.prefix(max(0, limit - 1)) : nodes[...]
    var lines = shown.map { host, slots, busy in
      let name = host + String(repeating: " ", count: width - host.count)
      let room = max(1, columns - width - 12)
      let marks =
        slots <= room
        ? String(repeating: "#", count: min(busy, slots))
          + String(repeating: ".", count: max(0, slots - busy)) : ""
      return "\(name) \(marks) \(busy)/\(slots)"
    }
    if shown.count < nodes.count {
      let rest = nodes.dropFirst(shown.count)
      let (busy, slots) = rest.reduce((0, 0)) { ($0.0 + $1.2, $0.1 + $1.1) }
      lines.append("and \(rest.count) nodes more: \(busy)/\(slots)")
    }
    return lines
  }
}
