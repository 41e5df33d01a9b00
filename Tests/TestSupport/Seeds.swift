import FoundationEssentials

/// The seeds of a property, each test's its own.
///
/// The environment variable `RUNG_SEED_OFFSET` is added to them: `Tests/exhaustive seeds` takes
/// other seeds each time, a million further on. `RUNG_SEED_FACTOR` multiplies their number, as
/// `Tests/exhaustive searches` does.
///
/// - Parameters:
///   - count: How many seeds.
///   - first: The first of them, below a million.
/// - Returns: The seeds from `first` on.
public func seeds(_ count: UInt64, from first: UInt64) -> Range<UInt64> {
  let begin = first + number(in: "RUNG_SEED_OFFSET", default: 0)
  return begin..<(begin + count * number(in: "RUNG_SEED_FACTOR", default: 1))
}

private func number(in variable: String, default other: UInt64) -> UInt64 {
  ProcessInfo.processInfo.environment[variable].flatMap { UInt64($0) } ?? other
}
