import Coordination
import StudyModel

/// How far something is, and how long it may still take.
public struct Progress: Hashable, Sendable, Encodable {
  /// The share that is done, from 0 to 1.
  public let share: Double
  /// Seconds that are left at the pace so far; `nil` where nothing can be said.
  public let secondsLeft: Double?
  /// Whether no new trials are to start, but promoted ones go on; how long nobody knows.
  public private(set) var isEndingUp = false

  private enum CodingKeys: String, CodingKey {
    case share
    case secondsLeft = "seconds_left"
  }

  /// A share that is done.
  ///
  /// - Parameters:
  ///   - share: From 0 to 1.
  ///   - secondsLeft: `nil` where nothing can be said.
  public init(share: Double, secondsLeft: Double?) {
    self.share = min(1, max(0, share))
    self.secondsLeft = secondsLeft
  }

  /// How far a study is, by the rule of `stop` that is furthest.
  ///
  /// Trials count as done when they neither run nor are to start. What is left takes as long as what is
  /// done took, run times only; nothing is said before a twentieth is done.
  ///
  /// - Parameters:
  ///   - coordinator: The study.
  ///   - status: Where it stands.
  ///   - silence: Seconds since the last event.
  init(of coordinator: Coordinator, _ status: StudyStatus, silence: Double = 0) {
    let stop = coordinator.study.stop
    var shares: [Double] = []
    if let most = stop.trials ?? stop.started, most > 0 {
      shares.append(Double(status.trials.total - status.trials.running) / Double(most))
    }
    if let most = stop.reports, most > 0 { shares.append(Double(status.reports) / Double(most)) }
    if let most = stop.wallclock?.seconds, most > 0 {
      shares.append((status.elapsedSeconds + silence) / most)
    }
    if let most = stop.gpuHours, most > 0 { shares.append(status.gpuHours / most) }
    let share = status.state == .completed ? 1 : min(1, shares.max() ?? 0)
    let isGoingOn = status.state == .running || status.state == .paused
    self.init(
      share: share,
      secondsLeft: isGoingOn && share > 0.05 && share < 1
        ? (status.elapsedSeconds + silence) * (1 - share) / share : nil)
    isEndingUp = isGoingOn && share >= 1
  }

  /// A bar of characters with its percentage and the estimate.
  ///
  /// - Parameter columns: How wide all of it may be; at least 24 are used.
  /// - Returns: For example `[####----] 50 %, about 0:30 left`.
  public func bar(columns: Int) -> String {
    var words = " \(Int(share * 100)) %"
    if let secondsLeft {
      words += ", about \(clock(secondsLeft)) left"
    } else if isEndingUp {
      words += ", promoted trials go on"
    }
    let width = max(4, min(50, columns - words.count - 2))
    let done = Int((Double(width) * share).rounded(.down))
    return "[" + String(repeating: "#", count: done) + String(repeating: "-", count: width - done)
      + "]" + words
  }
}

/// Seconds as people read clocks: `0:42`, `12:05`, `1:02:03`.
func clock(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded(.down))
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return hours > 0
    ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
}
