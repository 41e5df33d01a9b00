/// Durations of one kind of call, in the order in which they were made.
struct Timings {
  private(set) var nanoseconds: [Double] = []

  /// Notes a call that lasted so many nanoseconds.
  mutating func add(_ duration: Double) { nanoseconds.append(duration) }

  /// What the peers' scripts print of theirs; microseconds.
  struct Summary: Encodable {
    var n: Int
    var per_s: Double
    var mean_us: Double
    var p50_us: Double
    var p99_us: Double
    var max_us: Double
    var first_tenth_us: Double
    var last_tenth_us: Double
  }

  /// The sum, in seconds.
  var seconds: Double { nanoseconds.reduce(0, +) / 1e9 }

  /// `nil` where there was no call.
  var summary: Summary? {
    guard !nanoseconds.isEmpty else { return nil }
    let sorted = nanoseconds.sorted()
    let count = sorted.count
    let tenth = max(1, count / 10)
    func mean(_ part: some Collection<Double>) -> Double {
      part.reduce(0, +) / Double(part.count) / 1e3
    }
    return Summary(
      n: count, per_s: Double(count) / seconds, mean_us: mean(nanoseconds),
      p50_us: sorted[count / 2] / 1e3, p99_us: sorted[min(count - 1, count * 99 / 100)] / 1e3,
      max_us: sorted[count - 1] / 1e3, first_tenth_us: mean(nanoseconds.prefix(tenth)),
      last_tenth_us: mean(nanoseconds.suffix(tenth)))
  }
}

/// Calls once.
///
/// - Returns: What the call returned, and how many nanoseconds it took.
func timed<Result>(_ call: () throws -> Result) rethrows -> (Result, nanoseconds: Double) {
  let began = ContinuousClock.now
  let result = try call()
  let (seconds, attoseconds) = (ContinuousClock.now - began).components
  return (result, Double(seconds) * 1e9 + Double(attoseconds) / 1e9)
}
